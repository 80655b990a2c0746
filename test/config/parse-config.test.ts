import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse-config.ts'
import { customerOf, line, withLines } from './sources.ts'

const SMALLEST = `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent:
  instructions: You answer the phone for a dental practice in Lisbon...
  greeting: Thanks for calling Bright Smile. How can I help?
`

test('the smallest customer file is whole: every setting has its default', () => {
  expect(customerOf(SMALLEST)).toEqual({
    id: 'bright-smile',
    name: 'Bright Smile Dental',
    file: 'config/customers/bright-smile.yaml',
    version: '90e2f3601ba1e642',
    numbers: ['+15005550006'],
    agent: {
      instructions: 'You answer the phone for a dental practice in Lisbon...',
      greeting: 'Thanks for calling Bright Smile. How can I help?',
      model: 'gpt-realtime-2.1',
      voice: 'marin',
      audio: 'pcm',
      turnDetection: {
        type: 'server_vad',
        threshold: 0.5,
        prefixPaddingMs: 300,
        silenceDurationMs: 500,
      },
      noiseReduction: 'near_field',
      transcription: { model: 'gpt-transcribe' },
      maxOutputTokens: 'inf',
      tools: [],
      handoffs: [],
    },
    agents: { main: expect.objectContaining({ handoffs: [] }) },
    destinations: {},
    keys: {},
    keypad: { press: 'tones', entries: {} },
    knowledge: [],
    limits: { maxDurationMs: 3_600_000, silenceMs: 30_000, whenFull: 'reject' },
    blocked: [],
    phrases: {
      stillThere: 'Are you still there?',
      timeIsShort: 'We have about one minute left.',
      goodbye: 'Thank you for calling. Goodbye.',
      cannotSay: 'I am sorry, I cannot help with that.',
      transfer: 'One moment, I will put you through.',
      takeCall:
        'There is a caller for you. {summary} Press 1 to talk to them, or hang up if you cannot.',
    },
    fallback: {
      say: 'We are sorry, we cannot take your call right now. Please try again in a few minutes.',
    },
    record: 'everything',
    events: false,
    retention: {},
    tags: [],
    webhooks: [],
  })
})

test('every setting can be said', () => {
  const customer = customerOf(`customer: Casa do Mar
numbers: ["+15005550009", "+351210000000"]
agent:
  instructions: |
    You answer the phone.
    Be brief.
  model: gpt-realtime-2.1-mini
  voice: { id: voice_abc }
  audio: pcmu
  frameMs: 40
  turnDetection: { type: server_vad, threshold: 0.7, prefixPaddingMs: 200, silenceDurationMs: 650, idleTimeoutMs: 8000 }
  noiseReduction: none
  transcription: { model: gpt-live-transcribe, language: pt, languages: [pt, en], prompt: A restaurant., keywords: [percebes] }
  maxOutputTokens: 800
  speed: 1.1
  tools: [now]
limits: { maxDuration: 90, silence: false, concurrentCalls: 3, whenFull: fallback, costPerCall: 0.5, costPerDay: 20 }
fallback: { say: Please call again., dial: sip:reception@example.com }
`)
  expect(customer.agent).toEqual({
    instructions: 'You answer the phone.\nBe brief.',
    model: 'gpt-realtime-2.1-mini',
    voice: 'voice_abc',
    audio: 'pcmu',
    frameMs: 40,
    turnDetection: {
      type: 'server_vad',
      threshold: 0.7,
      prefixPaddingMs: 200,
      silenceDurationMs: 650,
      idleTimeoutMs: 8000,
    },
    noiseReduction: 'none',
    transcription: {
      model: 'gpt-live-transcribe',
      language: 'pt',
      languages: ['pt', 'en'],
      prompt: 'A restaurant.',
      keywords: ['percebes'],
    },
    maxOutputTokens: 800,
    speed: 1.1,
    handoffs: [],
    tools: [
      {
        kind: 'built-in',
        name: 'now',
        fields: { type: 'object', properties: {}, additionalProperties: false },
      },
    ],
  })
  expect(customer.limits).toEqual({
    maxDurationMs: 90_000,
    silenceMs: 0,
    concurrentCalls: 3,
    costPerCall: 0.5,
    costPerDay: 20,
    whenFull: 'fallback',
  })
  expect(customer.fallback).toEqual({
    say: 'Please call again.',
    dial: 'sip:reception@example.com',
  })
})

test('semantic turn detection carries its eagerness and nothing of the other kind', () => {
  const { agent } = customerOf(withLines('  turnDetection: { type: semantic_vad }\n'))
  expect(agent.turnDetection).toEqual({ type: 'semantic_vad', eagerness: 'auto' })
})

test('transcription can be turned off', () => {
  expect(customerOf(withLines('  transcription: false\n')).agent.transcription).toBe(false)
})

test('the version changes with the text of the file and with its knowledge, and with nothing else', () => {
  const text = withLines('knowledge: [{ file: hours.md }]\n')
  const hours = (text: string) => ({ 'config/customers/hours.md': text })
  const { version } = customerOf(text, hours('Open from nine.'))
  expect(customerOf(text, hours('Open from nine.')).version).toBe(version)
  expect(customerOf(text, hours('Open from ten.')).version).not.toBe(version)
  expect(customerOf(`${text}# note\n`, hours('Open from nine.')).version).not.toBe(version)
})

test('lineOf() finds the customer of a number, however the number is written', () => {
  const parsed = parseConfig({
    customers: [{ path: 'config/customers/bright-smile.yaml', text: SMALLEST }],
    readKnowledge: () => undefined,
  })
  if ('problems' in parsed) throw new Error(parsed.problems.map(line).join('\n'))
  const { lineOf } = parsed.config
  expect(lineOf('+15005550006')?.customer.name).toBe('Bright Smile Dental')
  expect(lineOf('+15005550006')?.number).toBe('+15005550006')
  expect(lineOf('+1 (500) 555-0006')?.customer.id).toBe('bright-smile')
  expect(lineOf(' 15005550006')?.customer.id).toBe('bright-smile')
  expect(lineOf('+15005550007')).toBeUndefined()
  expect(lineOf('client:browser')).toBeUndefined()
  expect(lineOf('')).toBeUndefined()
})

test('a service file sets the capacity; without one, or with one of comments alone, it is 200', () => {
  const capacityOf = (text?: string) => {
    const parsed = parseConfig({
      ...(text === undefined ? {} : { service: { path: 'config/tandem.yaml', text } }),
      customers: [],
      readKnowledge: () => undefined,
    })
    return 'config' in parsed ? parsed.config.service.capacity : parsed.problems.map(line)
  }
  expect(capacityOf()).toBe(200)
  expect(capacityOf('# nothing yet\n')).toBe(200)
  expect(capacityOf('capacity: 20\n')).toBe(20)
  expect(capacityOf('capcity: 20\n')).toEqual([
    '1:1 unknown-key unknown key "capcity" > did you mean "capacity"?',
  ])
  expect(capacityOf('capacity: 0\n')).toEqual([
    '1:11 out-of-range capacity must be at least 1, got 0',
  ])
  expect(capacityOf('capacity: [\n')).toEqual([
    '2:1 yaml-syntax not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] > keys of one group start in the same column',
  ])
})

test('a service file says how fast the account may place calls', () => {
  const paceOf = (text: string) => {
    const parsed = parseConfig({
      service: { path: 'config/tandem.yaml', text },
      customers: [],
      readKnowledge: () => undefined,
    })
    return 'config' in parsed ? parsed.config.service.outbound : parsed.problems.map(line)
  }
  expect(paceOf('capacity: 20\n')).toEqual({})
  expect(paceOf('outbound: { callsPerSecond: 5 }\n')).toEqual({ callsPerSecond: 5 })
  expect(paceOf('outbound: { callsPerSecond: 0 }\n')).toEqual([
    '1:29 out-of-range outbound.callsPerSecond must be at least 0.01, got 0',
  ])
})

test('two customers with one number: the second file is told whose it is', () => {
  const parsed = parseConfig({
    customers: [
      { path: 'config/customers/b.yaml', text: SMALLEST.replace('Bright Smile Dental', 'B') },
      { path: 'config/customers/a.yaml', text: SMALLEST.replace('Bright Smile Dental', 'A') },
    ],
    readKnowledge: () => undefined,
  })
  expect('problems' in parsed && parsed.problems).toEqual([{
    severity: 'error',
    code: 'number-taken',
    file: 'config/customers/b.yaml',
    line: 2,
    column: 11,
    path: 'numbers[0]',
    message: '+15005550006 already belongs to A (config/customers/a.yaml)',
    hint: 'a number has one owner: remove it from one of the files',
  }])
})

test('the problems of all files come at once, by file and from top to bottom', () => {
  const parsed = parseConfig({
    service: { path: 'config/tandem.yaml', text: 'capacity: many\n' },
    customers: [
      { path: 'config/customers/b.yaml', text: 'customer: B\nnumbers: ["+15005550006"]\n' },
      { path: 'config/customers/a.yaml', text: 'agent: {}\nnumbers: ["+15005550006"]\n' },
    ],
    readKnowledge: () => undefined,
  })
  const problems = 'problems' in parsed ? parsed.problems : []
  expect(problems.map((it) => `${it.file}:${it.line}:${it.column} ${it.path} ${it.code}`)).toEqual([
    'config/customers/a.yaml:1:1 customer missing-key',
    'config/customers/a.yaml:1:1 agent.instructions missing-key',
    'config/customers/b.yaml:1:1 agent missing-key',
    'config/customers/b.yaml:2:11 numbers[0] number-taken',
    'config/tandem.yaml:1:11 capacity wrong-type',
  ])
})

test('any text at all gives a configuration or problems, never an exception', () => {
  const piece = fc.constantFrom(
    ...['customer: ', 'numbers: ', 'agent:', 'knowledge:', '- ', '\n', '\n  ', '[', ']', '{', '}'],
    ...['"+15005550006"', '&a ', '*a', '<<: *a', '!tag ', ': ', '|', '>', '"', "'", '\t', '---\n'],
    ...[
      '# ',
      '? ',
      '__proto__: ',
      'file: x.md',
      '{ toString: 1 }',
      'null',
      '~',
      '1e999',
      '.nan',
      '%YAML 1.1\n',
      '\r\n',
    ],
  )
  const yamlish = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), yamlish)
  fc.assert(
    fc.property(text, text, (customer, service) => {
      const parsed = parseConfig({
        service: { path: 'config/tandem.yaml', text: service },
        customers: [{ path: 'config/customers/a.yaml', text: customer }],
        readKnowledge: (path) => ({ text: path, version: path }),
      })
      const problems = 'problems' in parsed ? parsed.problems : []
      expect('config' in parsed).toBe(problems.length === 0)
      for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0)
    }),
    { numRuns: 300 },
  )
})
