import { describe, expect, test } from 'vitest'
import { createTone } from '../../../src/audio/tone.ts'
import { analyseTurns, speechIn } from '../../../src/sim/caller/turns.ts'

/** Ten seconds of 8 kHz audio with a tone wherever someone speaks. */
const channel = (...turns: readonly (readonly [startMs: number, endMs: number])[]) => {
  const pcm = new Int16Array(80_000)
  const tone = createTone({ frequencyHz: 440, sampleRateHz: 8000, amplitude: 0.3 })
  for (const [startMs, endMs] of turns) tone.fill(pcm.subarray(startMs * 8, endMs * 8))
  return pcm
}

const analyse = (
  caller: Int16Array,
  agent: Int16Array,
  clears: readonly { atMs: number; playedMs: number; droppedMs: number }[] = [],
) => analyseTurns({ sampleRateHz: 8000, channels: [caller, agent] }, clears)

describe('speech', () => {
  test('goes from its first to its last audible 10 ms', () => {
    expect(speechIn(channel([1000, 1500], [3000, 3200])))
      .toEqual([{ startMs: 1000, endMs: 1500 }, { startMs: 3000, endMs: 3200 }])
  })

  test('has pauses of less than 300 ms in it', () => {
    expect(speechIn(channel([1000, 1500], [1790, 2000])))
      .toEqual([{ startMs: 1000, endMs: 2000 }])
    expect(speechIn(channel([1000, 1500], [1800, 2000]))).toHaveLength(2)
  })

  test('is not a click of 50 ms', () => {
    expect(speechIn(channel([1000, 1050]))).toEqual([])
  })

  test('is not the hiss of a line', () => {
    expect(speechIn(new Int16Array(8000).fill(8))).toEqual([])
  })
})

describe('turns', () => {
  test('are answered after a latency', () => {
    const caller = channel([2000, 3000], [6000, 6500])
    const agent = channel([500, 1500], [3620, 5000], [7100, 8000])
    expect(analyse(caller, agent)).toEqual({
      caller: [{ startMs: 2000, endMs: 3000 }, { startMs: 6000, endMs: 6500 }],
      agent: [
        { startMs: 500, endMs: 1500 },
        { startMs: 3620, endMs: 5000 },
        { startMs: 7100, endMs: 8000 },
      ],
      firstAgentAudioMs: 500,
      replies: [
        { callerStoppedMs: 3000, agentStartedMs: 3620, latencyMs: 620 },
        { callerStoppedMs: 6500, agentStartedMs: 7100, latencyMs: 600 },
      ],
      overlaps: [],
    })
  })

  test('of one caller sentence in two parts are answered once, from the last', () => {
    const { replies } = analyse(channel([1000, 2000], [2500, 3000]), channel([3400, 4000]))
    expect(replies).toEqual([{ callerStoppedMs: 3000, agentStartedMs: 3400, latencyMs: 400 }])
  })

  test('that nobody answers have no reply', () => {
    expect(analyse(channel([1000, 2000]), channel([100, 500])).replies).toEqual([])
  })

  test('that the agent talks over are no reply but an overlap', () => {
    const report = analyse(channel([1000, 2000]), channel([1800, 4000], [5000, 6000]))
    expect(report.replies).toEqual([])
    expect(report.overlaps).toEqual([{ startMs: 1800, endMs: 2000, cleared: false }])
  })

  test('that barge in overlap until the server clears', () => {
    const clears = [{ atMs: 2240, playedMs: 1240, droppedMs: 3000 }]
    const report = analyse(channel([2000, 3000]), channel([1000, 2240], [3500, 4000]), clears)
    expect(report.overlaps).toEqual([{ startMs: 2000, endMs: 2240, cleared: true }])
    expect(report.replies).toEqual([
      { callerStoppedMs: 3000, agentStartedMs: 3500, latencyMs: 500 },
    ])
  })
})
