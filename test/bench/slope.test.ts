import { describe, expect, test } from 'vitest'
import { isGrowing, slopeOf } from '../../bench/soak/slope.ts'

const every20S = (values: readonly number[]) =>
  values.map((value, at) => ({ atMs: at * 20_000, value }))

describe('the slope of what a soak has measured', () => {
  test('is what a steady growth grows by in a minute, without a doubt', () => {
    const { aMinute, margin } = slopeOf(every20S([10, 11, 12, 13, 14]))
    expect(aMinute).toBeCloseTo(3)
    expect(margin).toBeCloseTo(0)
    expect(isGrowing({ aMinute, margin })).toBe(true)
  })

  test('is flat where the ups and downs are larger than what it grows by', () => {
    const slope = slopeOf(every20S([50, 53, 49, 52, 50, 54, 49, 51, 50, 53]))
    expect(Math.abs(slope.aMinute)).toBeLessThan(slope.margin)
    expect(isGrowing(slope)).toBe(false)
  })

  test('is not called growth where it falls', () => {
    expect(isGrowing(slopeOf(every20S([55, 54, 53, 52, 51])))).toBe(false)
  })

  test('sees a leak under the ups and downs', () => {
    const slope = slopeOf(every20S([50, 53, 52, 55, 54, 57, 56, 59, 58, 61]))
    expect(slope.aMinute).toBeGreaterThan(2)
    expect(isGrowing(slope)).toBe(true)
  })

  test('is unknown for two samples, and then counts as growth', () => {
    expect(isGrowing(slopeOf(every20S([50, 50])))).toBe(true)
  })
})
