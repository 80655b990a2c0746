import { describe, expect, it } from 'vitest'
import type { Happening } from '../../src/call/events.ts'
import type { CallRules } from '../../src/call/rules.ts'
import { createRedact, type RedactRules } from '../../src/record/redact.ts'
import { readLog } from '../../src/replay/event-log.ts'
import { replayPart } from '../../src/replay/replay.ts'
import type { Story } from '../call/stories.ts'
import { logOf, partsOf, TALKATIVE } from './logged-call.ts'

const NUMBERS: RedactRules = { phones: true, emails: true, cards: true, words: [], patterns: [] }
const OPEN: Story = [[{ type: 'model-ready' }, 1], [{ type: 'caller-connected' }, 1]]
const PART = { responseId: 'r', itemId: 'i', contentIndex: 0 }

const calls = (name: string, given: unknown): Happening => ({
  type: 'agent-called-tool',
  responseId: 'r',
  itemId: `item_${name}`,
  toolCallId: `call_${name}`,
  name,
  given: JSON.stringify(given),
})

const presses = (digits: string): Story =>
  [...digits].map((digit) => [{ type: 'caller-pressed-key', digit }, 100])

const ended: Story = [[{ type: 'caller-hung-up' }, 50]]

describe('an event log', () => {
  it('is a JSON object a line: how the call began, what happened and was decided, how it ended', () => {
    const lines = logOf([...OPEN, [{ type: 'tick' }, 250], ...ended]).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        format: 1,
        callSid: 'CA1',
        agentVersion: '0123456789abcdef',
        isRedacted: false,
        beginning: { atMs: 1_000.25, epoch: 1, agent: 'main', rules: { greeting: 'Hello.' } },
      },
      {
        event: { type: 'model-ready', atMs: 1_001.25 },
        decided: [
          { type: 'request-response', request: { kind: 'exactly', sentence: 'Hello.' } },
          { type: 'report', report: { type: 'model-ready', afterMs: 1 } },
        ],
      },
      { event: { type: 'caller-connected' }, decided: [{ type: 'mark-playback' }, {}, {}] },
      { event: { type: 'tick', atMs: 1_252.25 } },
      { event: { type: 'caller-hung-up' }, decided: [{ type: 'end-call' }, {}] },
      { end: 'whole' },
    ])
    expect(lines[3]).toBe('{"event":{"type":"tick","atMs":1252.25}}')
  })

  it('has of each checkpoint only the lines that are new or changed', () => {
    const says = (itemId: string): Story => [
      [{ type: 'caller-words', itemId, text: `This is ${itemId}.`, final: true }, 10],
    ]
    const [{ events }] = partsOf(logOf([...OPEN, ...says('one'), ...says('two')]))
    expect(events.slice(-2).map(({ decided }) => decided.at(-1))).toMatchObject([
      { type: 'checkpoint', lines: 1, changed: [{ at: 0, text: 'This is one.' }] },
      { type: 'checkpoint', lines: 2, changed: [{ at: 1, text: 'This is two.' }] },
    ])
  })

  it('has the words of a line that still grows once, as they come', () => {
    const says = (text: string, final: boolean): Story[number] => [
      { type: 'agent-words', ...PART, text, final },
      10,
    ]
    const text = logOf([
      ...OPEN,
      says('It is ', false),
      says('open.', false),
      says('It is open.', true),
    ])
    const [{ events }] = partsOf(text)
    expect(events.slice(-3).map(({ decided }) => decided[0])).toMatchObject([
      { report: { line: { chars: 6, final: false } } },
      { report: { line: { chars: 11, final: false } } },
      { report: { line: { text: 'It is open.', final: true } } },
    ])
    expect(text.match(/It is /g)).toHaveLength(3)
  })

  it('has the event at which the core failed', () => {
    // No file that was checked has such a key.
    const rules: CallRules = { ...TALKATIVE, greeting: undefined, destinations: {} }
    const story: Story = [
      ...OPEN,
      [{ type: 'caller-pressed-key', digit: '0' }, 1],
      [{ type: 'tick' }, 20_000],
      [{ type: 'end-requested', reason: 'fault' }, 0],
    ]
    const [part] = partsOf(logOf(story, { rules }))
    expect(part.events.slice(-2)).toMatchObject([
      { event: { type: 'tick' }, decided: [], fault: expect.stringContaining('TypeError') },
      { event: { type: 'end-requested' }, decided: [{ type: 'end-call', reason: 'fault' }, {}] },
    ])
    expect(part.end).toBe('whole')
    expect(replayPart(part)).toEqual([])
  })

  it('says of the end of a call that is summed up what versions before said, too', () => {
    const text = logOf([
      ...OPEN,
      [{ type: 'caller-words', itemId: 'one', text: 'A table for two.', final: true }, 10],
      [{ type: 'caller-hung-up' }, 10],
    ], { rules: { ...TALKATIVE, isSummarised: true } })
    expect(text).toContain(
      '{"type":"sum-up","hasSession":true},{"type":"end-call","reason":"caller-hung-up"},',
    )
    const [part] = partsOf(text)
    expect(replayPart(part)).toEqual([])
  })

  it('does not say whom destinations are', () => {
    const destination = { mode: 'warm', timeoutMs: 5_000, to: '+15005550100' } as const
    const text = logOf(OPEN, { rules: { ...TALKATIVE, destinations: { desk: destination } } })
    expect(text).toContain('"desk":{"mode":"warm","timeoutMs":5000}')
    expect(text).not.toContain('5550100')
  })
})

describe('what must not be kept', () => {
  it('is in no line, however it is said, and what is decided stays', () => {
    const redact = createRedact({ ...NUMBERS, words: ['cataplana'] })
    const story: Story = [
      ...OPEN,
      [{ type: 'agent-response-started', responseId: 'r' }, 1],
      ...['Five ', '', '55', '0006', ' for the cata', 'plana'].map((
        text,
      ): [Happening, number] => [{ type: 'agent-words', ...PART, text, final: false }, 5]),
      [{ type: 'agent-audio-sent', ...PART, sentMs: 3_000, modelMs: 3_000 }, 1],
      [{ type: 'caller-started-speaking', itemId: 'c' }, 1_500],
      [{ type: 'caller-words', itemId: 'c', text: 'It is 500 555 0006.', final: true }, 900],
      [calls('find', { number: '5005550006' }), 1],
      [{ type: 'tool-returned', toolCallId: 'call_find', output: '5005550006', failed: false }, 1],
      [{ type: 'model-complained', code: 'x', problem: 'cataplana' }, 1],
      ...presses('5005550006#'),
      [{ type: 'message-asked', sentence: 'Call 5005550006.' }, 1],
      [{ type: 'model-interrupted', cause: 'cataplana' }, 1],
      ...ended,
    ]
    const rules = { ...TALKATIVE, greeting: 'Hello 500 555 0006.' }
    const text = logOf(story, { rules, redact })
    expect(text).not.toMatch(/0006|cata|plana/)
    expect(text).toContain('It is [phone].')
    expect(text).toContain('Hello [phone].')
    expect(text).toContain('The caller pressed ••••••••••# on the keypad.')
    // Half of what was spoken was heard, in whole words.
    expect(text).toContain('"text":"···· ······","final":true')
    const [part] = partsOf(text)
    expect([part.head.isRedacted, part.end]).toEqual([true, 'whole'])
    expect(part.events).toHaveLength(story.length)
  })

  it('is never a key that is entered in secret, also where nothing is redacted', () => {
    const text = logOf([
      ...OPEN,
      [{ type: 'agent-response-started', responseId: 'r' }, 1],
      [calls('collect_digits', { entry: 'pin' }), 1],
      ...presses('739#5#'),
    ])
    const [part] = partsOf(text)
    expect(part.events.slice(-6).map(({ event }) => 'digit' in event && event.digit).join(''))
      .toBe('•••#5#')
    expect(text).toContain('The caller entered 3 digits')
  })

  it('ends the log where something was decided by it, and says so', () => {
    const story: Story = [
      ...OPEN,
      [{ type: 'agent-response-started', responseId: 'r' }, 1],
      [calls('press_keys', { keys: '5005550006' }), 1],
      [{ type: 'tick' }, 1],
    ]
    const [part] = partsOf(logOf(story, { redact: createRedact(NUMBERS) }))
    expect(part.end).toBe('redacted')
    expect(part.events.at(-1)?.event.type).toBe('agent-response-started')
    expect(partsOf(logOf(story))[0].end).toBe('cut')
  })
})

describe('reading a log', () => {
  const text = logOf([...OPEN, ...ended])
  const lines = text.trimEnd().split('\n')

  it('leaves out a line that a crash cut off, also before the part of the next process', () => {
    const cut = `${lines[0]}\n${lines[1]}\n${lines[2].slice(0, 30)}\n`
    const parts = partsOf(`${cut}${text}`)
    expect(parts.map(({ events, end }) => [events.length, end])).toEqual([[1, 'cut'], [3, 'whole']])
  })

  it.each([
    ['', 1, 'the file is empty'],
    ['{"a":1}\n', 1, 'this is no event log'],
    ['RIFF....WAVE', 1, 'this is no event log'],
    [
      text.replace('"format":1', '"format":2'),
      1,
      'this is format 2, and this program reads format 1',
    ],
    [text.replace('"epoch":1', '"epoch":0'), 1, 'the beginning makes no sense: beginning.epoch'],
    [text.replace('caller-connected', 'caller-sang'), 3, 'this program knows no such event'],
    [`${lines[0]}\n{"eve\n${lines[1]}\n`, 2, 'this is no JSON'],
  ])('says where and why it cannot be read: %#', (text, line, problem) => {
    expect(readLog(text)).toEqual({ line, problem })
  })
})
