/** The filter's exact response, from its taps: the strongest test of a resampler, and cheap. */
import { describe, expect, it } from 'vitest'
import { GROUP_DELAY, TAP_COUNT, TAP_PAIRS } from '../../src/audio/filter-coefficients.ts'
import { expandedTaps } from './taps.ts'

const taps = expandedTaps()

const gainDb = (frequencyHz: number): number => {
  const step = (2 * Math.PI * frequencyHz) / 24000
  let [re, im] = [0, 0]
  taps.forEach((tap, k) => {
    re += tap * Math.cos(step * k)
    im += tap * Math.sin(step * k)
  })
  return 20 * Math.log10(Math.hypot(re, im))
}

const gainsDb = (fromHz: number, toHz: number): number[] =>
  Array.from({ length: (toHz - fromHz) / 5 + 1 }, (_, i) => gainDb(fromHz + 5 * i))

describe('the filter', () => {
  it('has 95 taps, 47 on each side of the centre', () => {
    expect([TAP_COUNT, GROUP_DELAY]).toEqual([95, 47])
    expect(TAP_PAIRS).toHaveLength(16)
    expect(taps).toHaveLength(95)
    expect(taps.filter((tap) => tap === 0)).toHaveLength(30)
  })

  it('lets the telephone band through with at most 0.01 dB of ripple', () => {
    const gains = gainsDb(0, 3400)
    expect(Math.max(...gains) - Math.min(...gains)).toBeLessThan(0.01)
  })

  it('neither lifts nor lowers the voice by more than 0.01 dB', () => {
    for (const gain of gainsDb(0, 3400)) expect(Math.abs(gain)).toBeLessThan(0.01)
  })

  it('is less than 3 dB down up to 3.85 kHz', () => {
    expect(Math.min(...gainsDb(0, 3850))).toBeGreaterThan(-3)
  })

  it('holds images and aliases of the telephone band under -80 dB', () => {
    expect(Math.max(...gainsDb(4600, 12000))).toBeLessThan(-80)
  })
})
