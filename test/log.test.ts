import { describe, expect, test } from 'vitest'
import { type LogOptions, silentLog, startLog } from '../src/log.ts'

const createLog = (options: Partial<LogOptions> = {}) => {
  const lines: string[] = []
  const log = startLog({
    level: 'debug',
    format: 'json',
    pii: false,
    write: (line) => void lines.push(line),
    ...options,
  })
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line)) }
}

describe('a line of JSON', () => {
  test('has the time, the level, the name and the fields', () => {
    const { log, lines, parsed } = createLog()
    log.info('turn.barged-in', { heardMs: 1_240, responseId: 'resp_1' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('\n')
    expect(parsed()[0]).toEqual({
      '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: 'INFO',
      message: 'turn.barged-in',
      logger: 'tandem',
      heardMs: 1_240,
      responseId: 'resp_1',
    })
  })

  test('has numbers to a tenth, however deep they are', () => {
    const { log, parsed } = createLog()
    log.info('call.ended', {
      durationMs: 1_234.5678,
      counts: { sentMs: 0.04999, list: [1.25, 'x', { ms: -2.349 }] },
    })
    expect(parsed()[0]).toMatchObject({
      durationMs: 1_234.6,
      counts: { sentMs: 0, list: [1.3, 'x', { ms: -2.3 }] },
    })
  })

  test('has the stack of an error', () => {
    const { log, parsed } = createLog()
    log.error('call.fault', { error: new TypeError('a mistake') })
    expect(parsed()[0]).toMatchObject({
      level: 'ERROR',
      error: {
        name: 'TypeError',
        message: 'a mistake',
        stack: expect.stringContaining('log.test'),
      },
    })
  })

  test('has what an error lists of itself, and its cause', () => {
    const { log, parsed } = createLog()
    const cause = new Error('the disk is full')
    const error = Object.assign(new Error('not kept', { cause }), {
      code: 'store-failed',
      ms: 1.25,
    })
    log.error('store.failed', { error })
    expect(parsed()[0].error).toMatchObject({
      message: 'not kept',
      code: 'store-failed',
      ms: 1.3,
      cause: { name: 'Error', message: 'the disk is full' },
    })
  })

  test('comes of whatever a field holds', () => {
    const { log, parsed } = createLog()
    const round: Record<string, unknown> = { name: 'round' }
    round.round = round
    log.info('call.offered', { bytes: 12n, none: undefined, nothing: null, notANumber: NaN, round })
    expect(parsed()[0]).toMatchObject({ bytes: '12', nothing: null, notANumber: null })
    expect(parsed()[0]).not.toHaveProperty('none')
    expect(JSON.stringify(parsed()[0].round)).toMatch(/("round":\{"name":"round",?){5}.*\(deeper\)/)
  })

  test('has no character that a terminal takes for a command', () => {
    const { log, lines, parsed } = createLog()
    log.info('call.key-pressed', { text: 'a\u001b[2J\u009b2Jb\n' })
    expect(lines[0]).toContain(String.raw`a\u001b[2J\u009b2Jb\n`)
    expect(parsed()[0].text).toBe('a\u001b[2J\u009b2Jb\n')
  })

  test('takes no part of a name or a field for a place to fill in', () => {
    const { log, parsed } = createLog()
    log.info('call.line', { text: 'a {name} in braces', name: 'x' })
    expect(parsed()[0]).toMatchObject({ message: 'call.line', text: 'a {name} in braces' })
  })

  test('has the fields of its log and its own', () => {
    const { log, parsed } = createLog()
    const ofCall = log.with({ callSid: 'CA1', customer: 'bright-smile' }).with({ epoch: 1 })
    ofCall.info('call.offered', { model: 'gpt-realtime-2.1' })
    log.info('service.stopped')
    const [offered, stopped] = parsed()
    expect(offered).toMatchObject({
      callSid: 'CA1',
      customer: 'bright-smile',
      epoch: 1,
      model: 'gpt-realtime-2.1',
    })
    expect(stopped).not.toHaveProperty('callSid')
  })
})

describe('what callers said', () => {
  const speak = (options: Partial<LogOptions>) => {
    const { log, lines } = createLog(options)
    log.debug('call.line', { pii: { text: 'my tooth hurts' }, itemId: 'item_1' })
    log.with({ pii: { from: '+15550001111' } }).info('call.offered')
    return lines.join('\n')
  }

  test.each(['json', 'text'] as const)('is dropped from %s', (format) => {
    const text = speak({ format })
    expect(text).toContain('call.line')
    expect(text).toContain('item_1')
    expect(text).not.toContain('tooth')
    expect(text).not.toContain('+1555')
    expect(text).not.toContain('pii')
  })

  test.each(['json', 'text'] as const)('is in %s when the operator turns it on', (format) => {
    const text = speak({ format, pii: true })
    expect(text).toContain('my tooth hurts')
    expect(text).toContain('+15550001111')
  })
})

describe('a line of text', () => {
  test('is for a person: time, level, name, fields', () => {
    const { log, lines } = createLog({ format: 'text' })
    log.warn('model.socket-closed', { code: 1006, reason: '', isNew: true, list: [1.04, 'a'] })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} warning model\.socket-closed code=1006 reason= isNew=true list=\[1,"a"\]$/,
    )
  })

  test('has an error in one line, with its stack', () => {
    const { log, lines } = createLog({ format: 'text' })
    log.error('call.fault', { error: new Error('a mistake'), cause: undefined })
    expect(lines[0]).toMatch(
      / error {3}call\.fault error="Error: a mistake\\n.*log\.test.* cause=undefined$/,
    )
    expect(lines[0]).not.toContain('\n')
  })
})

test('a line of text stays one line, and a terminal takes nothing in it for a command', () => {
  const { log, lines } = createLog({ format: 'text' })
  log.info('model.socket-closed', { reason: 'a\nb\u001b[2J' })
  expect(lines[0]).toMatch(String.raw`reason=a\u000ab\u001b[2J`)
})

describe('a level', () => {
  test.each(
    [
      ['debug', ['debug', 'info', 'warn', 'error']],
      ['info', ['info', 'warn', 'error']],
      ['warning', ['warn', 'error']],
      ['error', ['error']],
    ] as const,
  )('%s lets %j through', (level, said) => {
    const { log, parsed } = createLog({ level })
    log.debug('debug')
    log.info('info')
    log.warn('warn')
    log.error('error')
    expect(parsed().map(({ message }) => message)).toEqual(said)
  })
})

test('what is said at debug is put together only where it is wanted', () => {
  const isAsked: string[] = []
  for (const level of ['info', 'debug'] as const) {
    const { log, lines } = createLog({ level })
    log.with({ callSid: 'CA1' }).debug('call.line', () => {
      isAsked.push(level)
      return { itemId: 'item_1' }
    })
    expect(lines).toEqual(
      level === 'info' ? [] : [expect.stringContaining('"callSid":"CA1","itemId":"item_1"')],
    )
  }
  expect(isAsked).toEqual(['debug'])
})

test('the silent log says nothing, whatever is added to it', () => {
  const { lines } = createLog()
  const log = silentLog.with({ callSid: 'CA1' })
  log.debug('debug')
  log.info('info')
  log.warn('warn')
  log.error('error')
  expect(lines).toEqual([])
})
