import { describe, expect, test } from 'vitest'
import { createTone } from '../../../src/audio/tone.ts'
import { type CallerActs, silencesOf } from '../../../src/sim/caller/silences.ts'

type Turn = readonly [startMs: number, endMs: number]

const channel = (turns: readonly Turn[], amplitude = 0.3) => {
  const pcm = new Int16Array(80_000)
  const tone = createTone({ frequencyHz: 440, sampleRateHz: 8000, amplitude })
  for (const [startMs, endMs] of turns) tone.fill(pcm.subarray(startMs * 8, endMs * 8))
  return pcm
}

/** The silences of a call of ten seconds that the caller ended because he was done. */
const silences = (caller: Int16Array, agent: Int16Array, acts: Partial<CallerActs> = {}) =>
  silencesOf({ sampleRateHz: 8000, channels: [caller, agent] }, {
    pressedAtMs: [],
    isHungUpByChoice: true,
    ...acts,
  }).map(({ startMs, endMs }) => [startMs, endMs])

describe('a caller waits', () => {
  test('for the first word', () => {
    expect(silences(channel([]), channel([[800, 10_000]]))).toEqual([[0, 800]])
  })

  test('for an answer, and for the rest of it', () => {
    const caller = channel([[1000, 2000]])
    const agent = channel([[0, 1000], [3500, 4000], [7000, 10_000]])
    expect(silences(caller, agent)).toEqual([[2000, 3500], [4000, 7000]])
  })

  test('from the key that was pressed on', () => {
    const agent = channel([[0, 1000], [4000, 10_000]])
    expect(silences(channel([]), agent, { pressedAtMs: [2000] })).toEqual([[2000, 4000]])
  })

  test('until giving up, asking again, or being left', () => {
    const caller = channel([[1000, 2000]])
    const agent = channel([[0, 1000]])
    expect(silences(caller, agent, { isHungUpByChoice: false })).toEqual([[2000, 10_000]])
    expect(silences(channel([[1000, 2000], [6000, 10_000]]), agent)).toEqual([[2000, 6000]])
  })
})

describe('a caller does not wait', () => {
  test('while thinking of what to say next, or being done', () => {
    expect(silences(channel([[3000, 4000]]), channel([[0, 1000], [4000, 6000]]))).toEqual([])
  })

  test('while a soft tone says that the line is alive', () => {
    const agent = channel([[2000, 10_000]], 0.025)
    expect(silences(channel([[0, 2000]]), agent)).toEqual([])
  })

  test('while a hiss is all there is, which is no sound', () => {
    const hiss = new Int16Array(80_000).fill(8)
    expect(silences(channel([[0, 2000]]), hiss, { isHungUpByChoice: false }))
      .toEqual([[2000, 10_000]])
  })
})
