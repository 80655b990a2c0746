import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGapFinder } from '../../src/twilio/gaps.ts'

const gapsOf = (timestamps: readonly number[]) => {
  const gaps = createGapFinder()
  return timestamps.map((timestampMs) => gaps.before(timestampMs, 20))
}

describe('the gap finder', () => {
  it('finds nothing in a stream without holes, wherever it begins', () => {
    expect(gapsOf([64, 84, 104, 124])).toEqual([0, 0, 0, 0])
  })

  it('takes a jitter of some ms for no gap', () => {
    expect(gapsOf([0, 27, 41, 59, 83, 100])).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('finds the frames that a phone did not send, in whole frames', () => {
    expect(gapsOf([0, 20, 540, 560])).toEqual([0, 0, 500, 0])
    expect(gapsOf([0, 20, 553])).toEqual([0, 0, 500])
  })

  it('counts a gap once although it was rounded down', () => {
    expect(gapsOf([0, 39, 59, 79, 99])).toEqual([0, 0, 0, 0, 0])
    expect(gapsOf([0, 59, 79, 99])).toEqual([0, 20, 0, 0])
  })

  it('fills at most ten seconds and goes on from there', () => {
    expect(gapsOf([0, 60_000, 60_020])).toEqual([0, 10_000, 0])
  })

  it('does not fill again what was filled while nothing came', () => {
    const gaps = createGapFinder()
    gaps.before(0, 20)
    gaps.filled(1_000)
    expect(gaps.before(1_500, 20)).toBe(480)
    expect(gaps.before(1_520, 20)).toBe(0)
  })

  it('keeps the audio within a frame of the timestamps, whatever is missing', () => {
    const present = fc.array(fc.boolean(), { minLength: 1, maxLength: 400 })
    fc.assert(fc.property(present, (frames) => {
      const gaps = createGapFinder()
      let audioMs = -1
      frames.forEach((isPresent, at) => {
        if (!isPresent) return
        const timestampMs = at * 20
        if (audioMs < 0) audioMs = timestampMs
        audioMs += gaps.before(timestampMs, 20) + 20
        expect(audioMs - timestampMs).toBe(20)
      })
    }))
  })
})
