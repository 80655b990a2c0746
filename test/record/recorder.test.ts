import { describe, expect, test } from 'vitest'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import { DEFAULT_PRICES } from '../../src/record/money.ts'
import { type CallLine, inOrder, type RecordWrite } from '../../src/record/record.ts'
import { beginRecording, type CallToRecord, record } from '../../src/record/recorder.ts'
import { startVirtualCall } from '../support/virtual-call.ts'

const NOON = 1_777_896_000_000

const begun = (changes: Partial<CallToRecord> = {}): CallToRecord => ({
  callSid: 'CA1',
  customer: 'bright-smile',
  line: '+15005550006',
  direction: 'inbound',
  from: '+15550001111',
  to: '+15005550006',
  startedAt: NOON,
  epoch: 1,
  owner: 'machine-a',
  agentVersion: 'v1',
  agentBody: '{}',
  model: 'gpt-realtime-2.1',
  transcriptionModel: 'gpt-transcribe',
  metadata: {},
  tags: [],
  level: 'everything',
  prices: DEFAULT_PRICES,
  ...changes,
})

/** All writes of a call, in order. */
const recorded = (
  entries: readonly FeedEntry[],
  changes: Partial<CallToRecord> = {},
): readonly RecordWrite[] => {
  const [first, writes] = beginRecording(begun(changes))
  let recording = first
  return [
    ...writes,
    ...entries.flatMap((entry) => {
      const [next, more] = record(recording, entry)
      recording = next
      return more
    }),
  ]
}

const last = (writes: readonly RecordWrite[]) => {
  const call = writes.findLast((write) => write.type === 'call')
  const part = writes.findLast((write) => write.type === 'part')
  return { ...call?.call, ...part?.part }
}

/** The lines as they are in the end. */
const linesOf = (writes: readonly RecordWrite[]): readonly CallLine[] => {
  const lines = new Map<string, CallLine>()
  for (const write of writes) if (write.type === 'line') lines.set(write.line.itemId, write.line)
  return inOrder([...lines.values()])
}

const caller = (itemId: string, text: string, atMs: number): FeedEntry => ({
  type: 'line',
  atMs,
  line: { itemId, speaker: 'caller', text, final: true, atMs },
})

const agent = (itemId: string, text: string, atMs: number, heardMs?: number): FeedEntry => ({
  type: 'line',
  atMs,
  line: {
    itemId,
    speaker: 'agent',
    text,
    final: true,
    atMs,
    ...(heardMs === undefined ? {} : { heardMs }),
  },
})

const heard = (itemId: string, atMs: number): FeedEntry => ({
  type: 'agent-heard',
  itemId,
  heardMs: 900,
  atMs,
})

describe('the lines of a call', () => {
  test('are kept when they are final, at the moment they began', () => {
    const growing: FeedEntry = {
      type: 'line',
      atMs: 900,
      line: { itemId: 'i1', speaker: 'caller', text: 'A ta', final: false, atMs: 1_000 },
    }
    expect(linesOf(recorded([growing]))).toEqual([])
    expect(linesOf(recorded([growing, caller('i1', 'A table.', 1_000)]))).toMatchObject([
      { itemId: 'i1', kind: 'caller', text: 'A table.', at: NOON + 1_000 },
    ])
  })

  test('of the agent are kept once they were heard, whichever is known first', () => {
    expect(linesOf(recorded([agent('i1', 'Hello.', 100)]))).toEqual([])
    expect(linesOf(recorded([agent('i1', 'Hello.', 100), heard('i1', 400)]))).toHaveLength(1)
    expect(linesOf(recorded([heard('i1', 400), agent('i1', 'Hello.', 100)]))).toHaveLength(1)
  })

  test('of the agent are kept as far as they were heard', () => {
    const lines = linesOf(recorded([
      agent('i1', 'Hello and welcome.', 100),
      agent('i1', 'Hello', 100, 420),
      agent('i2', '', 200, 0),
    ]))
    expect(lines).toMatchObject([{ itemId: 'i1', text: 'Hello', heardMs: 420 }])
  })

  test('of tools have what they were given and what came of it', () => {
    const tool = { toolCallId: 'call_1', name: 'book_table', given: '{"people":2}', failed: false }
    const line = { itemId: 'i3', speaker: 'tool' as const, tool, atMs: 400 }
    const entries: readonly FeedEntry[] = [
      { type: 'line', atMs: 400, line: { ...line, text: '', final: false } },
      { type: 'line', atMs: 800, line: { ...line, text: 'booked', final: true } },
    ]
    expect(linesOf(recorded(entries))).toMatchObject([{
      kind: 'tool',
      text: 'book_table',
      tool: { given: '{"people":2}', result: 'booked', failed: false },
    }])
  })

  test('of the tool that takes a message are kept as a message, too, if it was taken', () => {
    const taken = (failed: boolean): FeedEntry => ({
      type: 'line',
      atMs: 400,
      line: {
        itemId: 'i4',
        speaker: 'tool',
        text: 'The message was taken.',
        final: true,
        atMs: 900,
        tool: { toolCallId: 'c', name: 'take_message', given: '{"message":"Call."}', failed },
      },
    })
    const messages = (failed: boolean) =>
      recorded([taken(failed)]).flatMap((write) => write.type === 'message' ? [write.message] : [])
    expect(messages(false)).toEqual([{
      id: 'CA1/i4',
      callSid: 'CA1',
      customer: 'bright-smile',
      at: NOON + 400,
      text: '{"message":"Call."}',
    }])
    expect(messages(true)).toEqual([])
  })

  test('of keys are told apart, also two of one digit', () => {
    const key = (atMs: number): FeedEntry => ({ type: 'key-pressed', digit: '5', atMs })
    expect(
      linesOf(recorded([key(1_000), key(1_200)])).map(({ kind, text, at }) => [kind, text, at]),
    )
      .toEqual([['key', '5', NOON + 1_000], ['key', '5', NOON + 1_200]])
  })

  test('with a time of another process are dated by when they came', () => {
    expect(linesOf(recorded([{ ...caller('i1', 'Yes.', 99_000_000), atMs: 700 }]))[0].at)
      .toBe(NOON + 700)
  })

  test('are not kept where only facts are', () => {
    const writes = recorded([
      caller('i1', 'My secret.', 400),
      { type: 'key-pressed', digit: '5', atMs: 1 },
      { type: 'model-complained', code: 'x', problem: 'My secret is no item', atMs: 2 },
    ], { level: 'factsOnly' })
    expect(linesOf(writes)).toEqual([])
    expect(JSON.stringify(writes)).not.toContain('secret')
  })
})

test('words that come late stand after the item they follow', () => {
  const line = (itemId: string, at: number, previousItemId?: string): CallLine => ({
    callSid: 'CA1',
    customer: 'c',
    itemId,
    kind: 'caller',
    text: itemId,
    at,
    revision: 1,
    ...(previousItemId === undefined ? {} : { previousItemId }),
  })
  const ids = (lines: readonly CallLine[]) => inOrder(lines).map(({ itemId }) => itemId)
  expect(ids([line('b', 2, 'a'), line('a', 1)])).toEqual(['a', 'b'])
  // What it follows has a later time, or is not there at all.
  expect(ids([line('b', 1, 'a'), line('a', 2), line('c', 3, 'b')])).toEqual(['a', 'b', 'c'])
  expect(ids([line('b', 2, 'gone'), line('a', 1)])).toEqual(['a', 'b'])
})

describe('the facts of a call', () => {
  const usage = {
    inputTextTokens: 1_000,
    inputAudioTokens: 0,
    cachedTextTokens: 0,
    cachedAudioTokens: 0,
    outputTextTokens: 0,
    outputAudioTokens: 0,
  }
  const story: readonly FeedEntry[] = [
    { type: 'caller-connected', afterMs: 400, epoch: 1, atMs: 400 },
    { type: 'agent-speaking', responseId: 'r1', latencyMs: 310, atMs: 710 },
    { type: 'caller-speaking', atMs: 2_000 },
    { type: 'barged-in', heardMs: 900, unheardMs: 300, cut: [], atMs: 2_001 },
    { type: 'response-ended', responseId: 'r1', status: 'completed', usage, atMs: 2_002 },
    { type: 'agent-speaking', responseId: 'r2', latencyMs: 700.49, atMs: 4_000 },
    // Unasked, after a silence: no answer.
    { type: 'agent-speaking', responseId: 'r3', latencyMs: 9_000, atMs: 20_000 },
    { type: 'caller-speaking', atMs: 21_000 },
    { type: 'agent-speaking', responseId: 'r4', latencyMs: 500, atMs: 23_000 },
    { type: 'transcribed', seconds: 60, atMs: 23_500 },
    { type: 'response-ended', responseId: 'r4', status: 'failed', reason: 'x', atMs: 24_000 },
    { type: 'ended', reason: 'caller-hung-up', durationMs: 60_400, atMs: 60_400 },
  ]

  test('are counted as the call goes on', () => {
    expect(last(recorded(story))).toMatchObject({
      startedAt: NOON,
      endedAt: NOON + 60_400,
      endReason: 'caller-hung-up',
      epoch: 1,
      firstAudioMs: 310,
      turns: 2,
      latencySumMs: 1_200,
      latencyMaxMs: 700,
      bargeIns: 1,
      errors: 1,
      tokens: { textIn: 1_000 },
      // A thousand tokens, a minute of transcription, a minute of the phone.
      costNano: 4_000_000 + 4_500_000 + 12_500_000,
    })
  })

  test('have their cost after each response', () => {
    expect(last(recorded(story.slice(0, 5))).costNano).toBe(4_000_000 + 12_500_000)
  })

  test('a call that is handed over has not ended, and its next part counts anew', () => {
    const given = last(recorded([
      { type: 'caller-connected', afterMs: 0, epoch: 1, atMs: 0 },
      { type: 'ended', reason: 'handed-over', durationMs: 900, atMs: 900 },
    ]))
    expect(given).toMatchObject({ part: 1, endedAt: NOON + 900 })
    expect(given.endReason).toBeUndefined()
    const taken = last(recorded([
      { type: 'caller-connected', afterMs: 0, epoch: 2, atMs: 0 },
      { type: 'agent-speaking', responseId: 'r9', latencyMs: 5_000, atMs: 5_000 },
    ], { epoch: 2 }))
    expect(taken).toMatchObject({ part: 2, epoch: 2, turns: 0 })
    expect(taken.firstAudioMs).toBeUndefined()
    expect(Number(taken.revision)).toBeGreaterThan(Number(given.revision))
  })

  test('of the call itself are written when they change: it begins, its line opens, it ends', () => {
    const count = (type: RecordWrite['type']) =>
      recorded(story).filter((write) => write.type === type).length
    expect([count('moment'), count('part'), count('call')]).toEqual([9, 10, 3])
  })

  test('each write of a call is newer than the one before', () => {
    const revisions = recorded(story).flatMap((write) =>
      write.type === 'call' ? [write.call.revision] : []
    )
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b))
  })
})

test('a caller who hangs up in the middle of a sentence has heard that much of it', () => {
  const call = startVirtualCall({
    agent: 'greeting: Thanks for calling, how can I help you today?',
  })
  call.until(
    'the agent speaks',
    () => call.entries.some((entry) => entry.type === 'agent-speaking'),
  )
  call.clock.advance(600)
  call.end('caller-hung-up')
  const [line] = linesOf(recorded(call.entries))
  expect(line).toMatchObject({ kind: 'agent' })
  expect(line.heardMs).toBeGreaterThan(300)
  expect(line.heardMs).toBeLessThan(900)
  expect('Thanks for calling, how can I help you today?').toContain(line.text)
})

describe('tags and metadata', () => {
  const tagsOf = (writes: readonly RecordWrite[]) =>
    writes.flatMap((write) => write.type === 'tag' ? [write.tag] : [])

  test('are kept when a call begins', () => {
    const writes = recorded([], { tags: ['vip'], metadata: { ticket: '17' } })
    expect(tagsOf(writes)).toEqual([{
      callSid: 'CA1',
      startedAt: NOON,
      tag: 'vip',
      isSet: true,
      at: NOON,
    }])
    expect(last(writes)).toMatchObject({ metadata: { ticket: '17' } })
  })

  test('of a call that is taken up are left as they are', () => {
    expect(tagsOf(recorded([], { tags: ['vip'], epoch: 2 }))).toEqual([])
  })
})

describe('what is written of a call when it is over', () => {
  const usage = {
    inputTextTokens: 1_000,
    inputAudioTokens: 0,
    cachedTextTokens: 0,
    cachedAudioTokens: 0,
    outputTextTokens: 100,
    outputAudioTokens: 0,
  }
  const entries: readonly FeedEntry[] = [
    { type: 'caller-connected', afterMs: 0, epoch: 1, atMs: 0 },
    { type: 'ended', reason: 'caller-hung-up', durationMs: 59_000, atMs: 59_000 },
    {
      type: 'summarised',
      status: 'ready',
      summary: 'A table for two.',
      outcome: 'booked',
      fields: { people: 2 },
      afterMs: 2_000,
      usage,
      atMs: 61_000,
    },
  ]

  test('is kept, its tokens are paid for, and the line is not, which was closed', () => {
    const writes = recorded(entries)
    expect(writes.filter(({ type }) => type === 'summary')).toEqual([{
      type: 'summary',
      summary: {
        callSid: 'CA1',
        customer: 'bright-smile',
        at: NOON + 61_000,
        summary: 'A table for two.',
        outcome: 'booked',
        fields: { people: 2 },
      },
    }])
    // A minute of Twilio's, a thousand tokens at 4 dollars a million and a hundred at 24.
    expect(last(writes)).toMatchObject({
      costNano: 12_500_000 + 4_000_000 + 2_400_000,
      tokens: { textIn: 1_000, textOut: 100 },
      endedAt: NOON + 59_000,
    })
    expect(writes.some((write) => write.type === 'moment' && write.moment.kind === 'summarised'))
      .toBe(false)
  })

  test('is not kept where no words are', () => {
    const writes = recorded(entries, { level: 'factsOnly' })
    expect(writes.some(({ type }) => type === 'summary')).toBe(false)
  })
})
