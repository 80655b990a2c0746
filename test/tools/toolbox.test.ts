import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ToolError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { createToolbox } from '../../src/tools/toolbox.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { ABOUT, createLogBook, NEVER, toolOf } from './tool-fixture.ts'

const clockAnd = () => ({ clock: createFakeClock(), log: silentLog })

test('a tool is run with its arguments, and the model is told its result', async () => {
  const seen: unknown[] = []
  const tool = toolOf((given, about) => {
    seen.push(given, about.from)
    return Promise.resolve('Booked.')
  })
  const { run } = createToolbox([tool], clockAnd())
  expect(await run('book_table', '{"people":4}', ABOUT, NEVER)).toEqual({
    output: 'Booked.',
    failed: false,
  })
  expect(seen).toEqual([{ people: 4 }, '+15550001111'])
})

test('a tool that is not there is told with those that are', async () => {
  const { run } = createToolbox([toolOf(() => Promise.resolve(''))], clockAnd())
  expect(await run('book_tabel', '{}', ABOUT, NEVER)).toEqual({
    output: 'There is no such tool. There are: book_table.',
    failed: true,
  })
})

test('arguments that do not fit are told, and nothing is run', async () => {
  let runs = 0
  const tool = toolOf(() => Promise.resolve(`${++runs}`), {
    parameters: { type: 'object', properties: { people: { type: 'integer', maximum: 10 } } },
  })
  const { run } = createToolbox([tool], clockAnd())
  expect(await run('book_table', '{"people":12}', ABOUT, NEVER)).toEqual({
    output: 'people must be at most 10, got 12. Correct it and try again.',
    failed: true,
  })
  expect(runs).toBe(0)
})

test('a failure is told in its own words, a bug in none of its own', async () => {
  const refuses = toolOf(() => Promise.reject(new ToolError('full', 'There is no table left.')))
  const breaks = toolOf(() => Promise.reject(new Error('db at 10.0.0.3')), { name: 'breaks' })
  const throws = toolOf(() => {
    throw new TypeError('x of undefined')
  }, { name: 'throws' })
  const { log, lines } = createLogBook()
  const { run } = createToolbox([refuses, breaks, throws], { clock: createFakeClock(), log })
  const outputs = []
  for (const name of ['book_table', 'breaks', 'throws']) {
    outputs.push(await run(name, '{}', ABOUT, NEVER))
  }
  expect(outputs).toEqual([
    { output: 'There is no table left.', failed: true },
    {
      output: 'The tool failed. Tell the caller that this does not work right now.',
      failed: true,
    },
    {
      output: 'The tool failed. Tell the caller that this does not work right now.',
      failed: true,
    },
  ])
  expect(lines.map(({ name, fields }) => [name, fields.tool, fields.code])).toEqual([
    ['tool.failed', 'book_table', 'full'],
    ['tool.failed', 'breaks', 'tool-bug'],
    ['tool.failed', 'throws', 'tool-bug'],
  ])
})

test('a tool that takes too long is given up and told to stop, also if it does not listen', async () => {
  const clock = createFakeClock()
  const begun = Promise.withResolvers<AbortSignal>()
  const tool = toolOf((_given, _about, signal) => {
    begun.resolve(signal)
    return new Promise(() => {})
  }, { timeoutMs: 2_500 })
  const { run } = createToolbox([tool], { clock, log: silentLog })
  const result = run('book_table', '{}', ABOUT, NEVER)
  const signal = await begun.promise
  clock.advance(2_499)
  expect(signal.aborted).toBe(false)
  clock.advance(1)
  expect(signal.aborted).toBe(true)
  expect(await result).toEqual({
    output: 'The tool took longer than 2.5 seconds, and it is not known whether it did anything. ' +
      'Tell the caller that this does not work right now.',
    failed: true,
  })
})

test('a tool that is on when the call ends is told to stop; one after it is not run', async () => {
  const call = new AbortController()
  const begun = Promise.withResolvers<AbortSignal>()
  const clock = createFakeClock()
  const tool = toolOf((_given, _about, signal) => {
    begun.resolve(signal)
    return new Promise(() => {})
  })
  const { run } = createToolbox([tool], { clock, log: silentLog })
  const result = run('book_table', '{}', ABOUT, call.signal)
  const signal = await begun.promise
  call.abort()
  expect(signal.aborted).toBe(true)
  expect(await result).toEqual({ output: 'The call has ended.', failed: true })
  expect(await run('book_table', '{}', ABOUT, call.signal)).toEqual({
    output: 'The call has ended.',
    failed: true,
  })
  expect(clock.waiting()).toBe(0)
})

test('a result that is too long is cut at a whole letter, with a note', async () => {
  const tool = toolOf(() => Promise.resolve('ééééé'))
  const { run } = createToolbox([tool], { ...clockAnd(), limits: { outputBytes: 5 } })
  expect(await run('book_table', '{}', ABOUT, NEVER)).toEqual({
    output: 'éé\n[The rest was cut off: too long.]',
    failed: false,
  })
})

test('by default 16 KB of a result are told', async () => {
  const { run } = createToolbox([toolOf(() => Promise.resolve('x'.repeat(20_000)))], clockAnd())
  const { output } = await run('book_table', '{}', ABOUT, NEVER)
  expect(output).toBe(`${'x'.repeat(16_384)}\n[The rest was cut off: too long.]`)
})

test('what was entered on the keypad is hidden from the model, in a result and in a failure', async () => {
  const about = { ...ABOUT, secrets: { card: '4111111111111111', code: '123', short: '7' } }
  const tells = toolOf(() =>
    Promise.resolve('{"card":"4111 1111-1111 1111","last":1111,"code":123,"price":41230,"at":7}')
  )
  const fails = toolOf(() => Promise.reject(new ToolError('no', '4111111111111111 is no card.')), {
    name: 'fails',
  })
  const { run } = createToolbox([tells, fails], clockAnd())
  expect((await run('book_table', '{}', about, NEVER)).output).toBe(
    '{"card":"[hidden]","last":1111,"code":[hidden],"price":41230,"at":7}',
  )
  expect((await run('fails', '{}', about, NEVER)).output).toBe('[hidden] is no card.')
})

test('the log says which tool, how long and what became of it; what was said is under pii alone', async () => {
  const { log, lines } = createLogBook()
  const clock = createFakeClock()
  const tool = toolOf(() => {
    clock.advance(120)
    return Promise.resolve('Booked for Ana.')
  })
  const { run } = createToolbox([tool], { clock, log })
  await run('book_table', '{"name":"Ana"}', ABOUT, NEVER)
  await run('call_ana', '{"name":"Ana"}', ABOUT, NEVER)
  const common = { callSid: 'CA00000000000000000000000000000001', customer: 'bright-smile' }
  expect(lines).toEqual([
    {
      level: 'info',
      name: 'tool.done',
      fields: {
        ...common,
        tool: 'book_table',
        tookMs: 120,
        pii: { arguments: '{"name":"Ana"}', output: 'Booked for Ana.' },
      },
    },
    {
      level: 'warn',
      name: 'tool.failed',
      fields: {
        ...common,
        tool: 'unknown',
        tookMs: 0,
        code: 'unknown-tool',
        pii: {
          arguments: '{"name":"Ana"}',
          output: 'There is no such tool. There are: book_table.',
        },
      },
    },
  ])
})

test('tools run side by side', async () => {
  const first = Promise.withResolvers<string>()
  const tools = [
    toolOf(() => first.promise),
    toolOf(() => Promise.resolve('second'), { name: 'other' }),
  ]
  const { run } = createToolbox(tools, clockAnd())
  const slow = run('book_table', '{}', ABOUT, NEVER)
  expect((await run('other', '{}', ABOUT, NEVER)).output).toBe('second')
  first.resolve('first')
  expect((await slow).output).toBe('first')
})

test('whatever is asked of it, a toolbox answers', async () => {
  const { run } = createToolbox([toolOf(() => Promise.resolve('done'))], clockAnd())
  const name = fc.oneof(fc.constant('book_table'), fc.string())
  const given = fc.oneof(fc.string(), fc.json())
  await fc.assert(fc.asyncProperty(name, given, async (asked, text) => {
    const { output, failed } = await run(asked, text, ABOUT, NEVER)
    expect([typeof output, typeof failed]).toEqual(['string', 'boolean'])
    expect(output).not.toBe('')
  }))
})
