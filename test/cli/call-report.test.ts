import { describe as about, expect, test } from 'vitest'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import { type CallReportSummary, describe, summarise } from '../../src/cli/call-report.ts'
import { formatMs, formatShortMs } from '../../src/cli/format.ts'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'

/** Silence with a tone in each of these stretches, in ms. */
const speechAt = (...stretches: readonly (readonly [fromMs: number, toMs: number])[]) => {
  const pcm = new Int16Array(8 * 10_000)
  for (const [fromMs, toMs] of stretches) {
    for (let at = 8 * fromMs; at < 8 * toMs; at++) pcm[at] = 6_000 * Math.sin(at / 2)
  }
  return pcm
}

/** The caller asks, is answered after 800 ms, and cuts in at 5 s. */
const OUTCOME: CallOutcome = {
  end: 'caller-hung-up',
  callSid: 'CA1',
  startedAtMs: 100_000,
  endedAtMs: 110_400,
  verbs: [],
  warnings: [{ code: 31951, problem: 'no streamSid', firstAtMs: 9, times: 3 }],
  clears: [{ atMs: 5_200, playedMs: 1_700, droppedMs: 3_300 }],
  marks: [],
  firstPacketAtMs: 290,
  firstAudioAtMs: 310,
  recording: {
    sampleRateHz: 8000,
    channels: [speechAt([2_000, 2_700], [5_000, 6_000]), speechAt([310, 1_500], [3_500, 5_200])],
  },
  streams: [
    {
      streamSid: 'MZ1',
      startMs: 0,
      said: new Uint8Array(160 * 400 + 80),
      heard: new Uint8Array(0),
      clears: [],
      marks: [],
      warnings: [],
      firstPacketAtMs: 290,
      sentMs: 6_190,
      playedMs: 2_890,
      droppedMs: 3_300,
      queuedMs: 0,
    },
    {
      streamSid: 'MZ2',
      startMs: 9_000,
      said: new Uint8Array(160 * 100),
      heard: new Uint8Array(0),
      clears: [],
      marks: [],
      warnings: [],
      sentMs: 10,
      playedMs: 10,
      droppedMs: 0,
      queuedMs: 0,
    },
  ],
}

const ENTRIES: readonly FeedEntry[] = [
  { type: 'barged-in', atMs: 5_600, heardMs: 1_700, unheardMs: 3_312.5, cut: [] },
  {
    type: 'counts',
    atMs: 10_300,
    caller: { frames: 499, filledMs: 0, droppedMs: 0 },
    agent: { sentMs: 6_200, refused: 0, droppedMs: 0 },
    rejectedPayloads: 0,
  },
]

const summary = (changes: Partial<CallOutcome> = {}, entries = ENTRIES): CallReportSummary =>
  summarise({
    outcome: { ...OUTCOME, ...changes },
    entries,
    transcript: [],
    from: '+15550001111',
    to: '+15005550006',
    recording: 'call.wav',
  })

about('the report of a call', () => {
  test('sums up both sides of it', () => {
    expect(summary()).toEqual({
      callSid: 'CA1',
      from: '+15550001111',
      to: '+15005550006',
      end: 'caller-hung-up',
      durationMs: 10_400,
      firstAudioMs: 310,
      answersMs: [800],
      bargeIns: [{ atMs: 5_200, believedUnheardMs: 3_312.5, unheardMs: 3_300 }],
      frames: { sent: 500, received: 499 },
      agentAudioMs: { sent: 6_200, heard: 2_900, cleared: 3_300 },
      transcript: [],
      warnings: ['31951 no streamSid'],
      recording: 'call.wav',
    })
  })

  test('claims nothing of the service that it was not told', () => {
    const { frames, bargeIns } = summary({}, [])
    expect(frames).toEqual({ sent: 500 })
    expect(bargeIns).toEqual([])
  })

  test('of a call that failed says why, and nothing of audio', () => {
    const failed = summarise({
      outcome: {
        end: 'failed',
        reason: '11205 nobody answers',
        callSid: 'CA1',
        startedAtMs: 0,
        endedAtMs: 40,
        verbs: [],
        warnings: [],
        clears: [],
        marks: [],
        recording: { sampleRateHz: 8000, channels: [new Int16Array(0), new Int16Array(0)] },
        streams: [],
      },
      entries: [],
      transcript: [],
      from: '+1',
      to: '+2',
      recording: 'call.wav',
    })
    expect(failed).toMatchObject({ end: 'failed', reason: '11205 nobody answers', answersMs: [] })
    expect(failed).not.toHaveProperty('firstAudioMs')
    expect(describe(failed)).toEqual([
      '  call         +1 to +2, 0.04 s',
      '  end          failed: 11205 nobody answers',
      '  first audio  none',
      '  answers      none',
      '  caller       0 frames sent, ? received',
      '  agent        0.00 s sent, 0.00 s heard, 0.00 s cleared',
      '  warnings     none',
      '  recording    call.wav (caller left, agent right)',
    ])
  })

  test('is a table on a terminal', () => {
    expect(describe(summary())).toEqual([
      '  call         +15550001111 to +15005550006, 10.4 s',
      '  end          caller-hung-up',
      '  first audio  0.31 s after the line opened',
      '  answers      0.80 s',
      '  barge-in     at 5.20 s, 3.30 s not heard, believed within 12.5 ms',
      '  caller       500 frames sent, 499 received',
      '  agent        6.20 s sent, 2.90 s heard, 3.30 s cleared',
      '  warnings     31951 no streamSid',
      '  recording    call.wav (caller left, agent right)',
    ])
  })
})

test('a time is written as a person reads it', () => {
  expect([0, 420, 9_994, 10_000, 63_120].map(formatMs))
    .toEqual(['0.00 s', '0.42 s', '9.99 s', '10.0 s', '63.1 s'])
  expect([0, 12.345, 250].map(formatShortMs)).toEqual(['0.0 ms', '12.3 ms', '250.0 ms'])
})
