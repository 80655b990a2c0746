import { describe, expect, test } from 'vitest'
import { failuresOf } from '../../../src/cli/simulate/expect.ts'
import { expectSchema, fits } from '../../../src/cli/simulate/expect-schema.ts'
import type { Story, StoryLine } from '../../../src/cli/simulate/story.ts'

const agent = (text: string, isHeard = true): StoryLine => ({ speaker: 'agent', text, isHeard })
const caller = (text: string): StoryLine => ({ speaker: 'caller', text, isHeard: false })
const tool = (name: string, given: string, text: string, failed = false): StoryLine => ({
  speaker: 'tool',
  text,
  isHeard: false,
  tool: { toolCallId: 'call_1', name, given, failed },
})

const STORY: Story = {
  greeting: 'Casa do Mar, good evening.',
  lines: [
    agent('Casa do Mar, good evening.'),
    caller('A table for four, please.'),
    tool('book_table', '{"people":4,"day":"2026-12-01"}', 'confirmation: A7'),
    agent('You are'),
    agent('Anything else?', false),
  ],
  requests: [{
    method: 'POST',
    path: '/tables?day=1',
    headers: { authorization: 'Bearer k' },
    body: { people: 4, name: 'Ana' },
  }],
  keys: '12#',
  dialled: [],
  ended: 'caller-hung-up',
  silences: [{ startMs: 0, endMs: 400 }, { startMs: 3_000, endMs: 5_500 }],
  durationMs: 12_345,
  caller: { lostPatience: false, isCutOff: false },
}

/** Each failure as `key: expected > got`. */
const failures = (wanted: unknown, changes: Partial<Story> = {}): readonly string[] =>
  failuresOf(expectSchema.parse(wanted), [{ say: 'hello' }], { ...STORY, ...changes })
    .map(({ path, expected, got }) => `${path.join('.')}: ${expected} > ${got}`)

describe('a pattern', () => {
  test('is a part of the text, whatever its case, or a regular expression', () => {
    expect(fits('You are booked.', 'are BOOKED')).toBe(true)
    expect(fits('You are booked.', 'you were')).toBe(false)
    expect(fits('You are booked.', '/^you .* booked\\.$/i')).toBe(true)
    expect(fits('You are booked.', '/^booked/')).toBe(false)
  })
})

describe('the transcript', () => {
  test('has the lines that are wanted, in order, and others between', () => {
    expect(failures({ transcript: [{ agent: 'good evening' }, { agent: 'You' }] })).toEqual([])
  })

  test('fails where a line does not come, or only before', () => {
    expect(failures({ transcript: [{ agent: 'You' }, { caller: 'table' }, { agent: '/else/' }] }))
      .toEqual([
        'expect.transcript.1: caller says "table" > nothing like it after the marked line',
      ])
    expect(failures({ transcript: [{ agent: 'Hello' }] }))
      .toEqual(['expect.transcript.0: agent says "Hello" > nothing like it'])
  })

  test('is shown with a failure, what was not heard and what tools did in it', () => {
    const wanted = expectSchema.parse({ transcript: [{ agent: 'You' }, { agent: 'Goodbye' }] })
    const [failure] = failuresOf(wanted, [], STORY)
    expect(failure.around).toEqual([
      '  agent   Casa do Mar, good evening.',
      '  caller  A table for four, please.',
      '  tool    book_table {"people":4,"day":"2026-12-01"}: confirmation: A7',
      '> agent   You are',
      '  agent   Anything else?  (not heard)',
    ])
  })
})

describe('what was heard', () => {
  test('is what the agent said and the caller heard', () => {
    expect(failures({ heard: ['you are'], notHeard: ['anything else', 'table'] })).toEqual([])
    expect(failures({ heard: ['anything'], notHeard: ['evening'] })).toEqual([
      'expect.heard.0: the caller hears "anything" > nothing like it',
      'expect.notHeard.0: the caller hears nothing of "evening" > the marked line',
    ])
  })

  test('has the greeting once and whole', () => {
    expect(failures({ greetedOnce: true })).toEqual([])
    const lines = [agent('Casa do')]
    expect(failures({ greetedOnce: true }, { lines })).toEqual([
      'expect.greetedOnce: "Casa do Mar, good evening." once > not once as a whole',
    ])
    expect(failures({ greetedOnce: true }, { lines: [...STORY.lines, ...STORY.lines] })).toEqual([
      'expect.greetedOnce: "Casa do Mar, good evening." once > 2 times',
    ])
    expect(failures({ greetedOnce: true }, { greeting: undefined }))
      .toEqual(['expect.greetedOnce: a greeting > an agent that has none'])
  })

  test('has no silence that is too long', () => {
    expect(failures({ silence: '2.5s' })).toEqual([])
    expect(failures({ silence: '2s' })).toEqual([
      'expect.silence: at most 2.00 s without a sound > 2.50 s, from 3.00 s to 5.50 s',
    ])
  })
})

describe('what the agent had done', () => {
  test('is compared by name, by what is in the arguments and in the output', () => {
    const wanted = { name: 'book_table', arguments: { people: 4 }, output: 'A7', failed: false }
    expect(failures({ tools: [wanted] })).toEqual([])
    expect(failures({ tools: [{ ...wanted, arguments: { people: 5 } }] })).toHaveLength(1)
    expect(failures({ tools: [{ ...wanted, output: 'B' }] })).toHaveLength(1)
    expect(failures({ tools: [{ ...wanted, failed: true }] })).toHaveLength(1)
    expect(failures({ tools: [{ name: 'cancel' }] })).toEqual([
      'expect.tools.0: {"name":"cancel"} > book_table {"people":4,"day":"2026-12-01"}: confirmation: A7',
    ])
  })

  test('is all there is: one more or less is a failure', () => {
    expect(failures({ tools: [] })).toEqual(['expect.tools: 0 tool calls > 1 tool call'])
    expect(failures({ tools: [{ name: 'book_table' }, { name: 'book_table' }] }))
      .toEqual(['expect.tools.1: {"name":"book_table"} > no such tool call'])
  })

  test('has arguments that are no JSON, as the model wrote them', () => {
    const lines = [tool('book_table', '{"people":', 'That is no JSON.', true)]
    expect(failures({ tools: [{ name: 'book_table', arguments: '{"people":' }] }, { lines }))
      .toEqual([])
  })
})

describe('requests', () => {
  test('are compared by method, path, and what is in body and headers', () => {
    const wanted = {
      method: 'POST',
      path: '/^.tables/',
      body: { people: 4 },
      headers: { Authorization: 'Bearer' },
    }
    expect(failures({ http: [wanted] })).toEqual([])
    expect(failures({ http: [{ ...wanted, method: 'GET' }] })).toHaveLength(1)
    expect(failures({ http: [{ ...wanted, headers: { 'x-key': 'k' } }] })).toHaveLength(1)
    expect(failures({ http: [{ path: '/tables', body: { people: '4' } }] })).toEqual([
      'expect.http.0: any /tables {"people":"4"} > POST /tables?day=1 {"people":4,"name":"Ana"}',
    ])
  })

  test('are all there are', () => {
    expect(failures({ http: [] })).toEqual(['expect.http: 0 requests > 1 request'])
  })
})

describe('the call', () => {
  test('ends for its reason, in time, with the keys and the number that are wanted', () => {
    expect(failures({ ended: 'caller-hung-up', within: '13s', keys: '12#' })).toEqual([])
    expect(failures({ ended: 'max-duration', within: '12s', keys: '1', dialled: '+1555' }))
      .toEqual([
        'expect.keys: 1 > 12#',
        'expect.dialled: +1555 > nobody',
        'expect.ended: max-duration > caller-hung-up',
        'expect.within: a call of at most 12.0 s > 12.3 s',
      ])
  })

  test('lets the caller do all that was planned', () => {
    const step = 'caller.0: the caller comes to {"say":"hello"} > '
    const left = { nextStep: 0, lostPatience: false, isCutOff: false }
    expect(failures({}, { caller: left })).toEqual([`${step}the call was over before`])
    expect(failures({}, { caller: { ...left, lostPatience: true } })).toEqual([
      `${step}the agent said nothing for half a minute, and the caller hung up`,
    ])
    expect(failures({}, { caller: { lostPatience: false, isCutOff: true } }))
      .toEqual(['limit: the call ends > the call went on past the limit of the scenario'])
  })
})
