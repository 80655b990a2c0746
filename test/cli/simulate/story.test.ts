import { describe, expect, test } from 'vitest'
import type { FeedEntry } from '../../../src/bridge/call-feed.ts'
import { type StoryInput, tellStory } from '../../../src/cli/simulate/story.ts'
import { createTone } from '../../../src/audio/tone.ts'

const RECORDING = {
  sampleRateHz: 8000,
  channels: [new Int16Array(16_000), new Int16Array(16_000)],
} as const

/** A call that was placed at 1000 and ended at 3500, on one stream that began at 1200. */
const story = (entries: readonly FeedEntry[], changes: Partial<StoryInput['outcome']> = {}) =>
  tellStory({
    entries,
    events: [],
    requests: [],
    rang: ['+15005550100'],
    greeting: undefined,
    caller: { lostPatience: false, isCutOff: false },
    outcome: {
      end: 'caller-hung-up',
      callSid: 'CA1',
      startedAtMs: 1_000,
      endedAtMs: 3_500,
      verbs: [],
      warnings: [],
      clears: [],
      marks: [],
      recording: RECORDING,
      streams: [],
      ...changes,
    },
  })

const line = (
  itemId: string,
  speaker: 'caller' | 'agent' | 'note',
  text: string,
  atMs: number,
  heardMs?: number,
): FeedEntry => ({
  type: 'line',
  atMs,
  line: { itemId, speaker, text, final: true, atMs, ...(heardMs === undefined ? {} : { heardMs }) },
})

describe('the story of a call', () => {
  test('has the lines as they were spoken, late words in their place, and what was heard', () => {
    const { lines } = story([
      line('a', 'agent', 'Hello.', 100),
      { type: 'agent-heard', itemId: 'a', heardMs: 500, atMs: 700 },
      line('c', 'agent', 'You have', 2_000, 300),
      line('d', 'agent', 'Anything else?', 2_400),
      line('b', 'caller', 'A table, please.', 1_000),
    ])
    expect(lines.map(({ speaker, text, isHeard }) => [speaker, text, isHeard])).toEqual([
      ['agent', 'Hello.', true],
      ['caller', 'A table, please.', false],
      ['agent', 'You have', true],
      ['agent', 'Anything else?', false],
    ])
  })

  test('has what tools came to', () => {
    const tool = { toolCallId: 'call_1', name: 'book', given: '{"people":4}', failed: false }
    const { lines } = story([
      { type: 'tool-called', toolCallId: 'call_1', name: 'book', atMs: 100 },
      {
        type: 'tool-returned',
        toolCallId: 'call_1',
        name: 'book',
        afterMs: 9,
        failed: false,
        atMs: 109,
      },
      {
        type: 'line',
        atMs: 109,
        line: { itemId: 'a', speaker: 'tool', tool, text: 'A7', final: true, atMs: 100 },
      },
    ])
    expect(lines.map(({ text, tool }) => [tool?.name, tool?.given, text])).toEqual([
      ['book', '{"people":4}', 'A7'],
    ])
  })

  test('ends with what Twilio said, which is heard', () => {
    const { lines } = story([], { verbs: [{ verb: 'say', text: 'We are sorry.' }] })
    expect(lines).toEqual([{ speaker: 'agent', text: 'We are sorry.', isHeard: true }])
  })

  test('has its reason from the service, and from the phone when the service never had the call', () => {
    const ended = { type: 'ended', reason: 'model-lost', durationMs: 1, atMs: 1 } as const
    expect(story([ended]).ended).toBe('model-lost')
    expect(story([], { end: 'rejected' }).ended).toBe('rejected')
  })

  test('has the keys that were heard as tones, and those that Twilio played', () => {
    const heard = new Int16Array(16_000)
    for (const frequencyHz of [770, 1336]) {
      const tone = new Int16Array(800)
      createTone({ frequencyHz, sampleRateHz: 8000, amplitude: 0.2 }).fill(tone)
      tone.forEach((sample, at) => heard[4_000 + at] += sample)
    }
    const recording = { ...RECORDING, channels: [RECORDING.channels[0], heard] } as const
    const verbs = [{ verb: 'play', digits: '9#', loop: 1 }] as const
    expect(story([], { recording, verbs }).keys).toBe('59#')
  })

  test('knows how long it was, who else rang, and how long nothing was heard', () => {
    const { durationMs, dialled, silences } = story([], { end: 'server-closed' })
    expect([durationMs, dialled, silences]).toEqual([
      2_500,
      ['+15005550100'],
      [{ startMs: 0, endMs: 2_000 }],
    ])
  })
})
