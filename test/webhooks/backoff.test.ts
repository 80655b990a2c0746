import { expect, test } from 'vitest'
import { waitAfter } from '../../src/webhooks/backoff.ts'

test('an event is sent again soon at first, then ever more seldom, for less than a day', () => {
  const waits = Array.from({ length: 9 }, (_, at) => waitAfter(at + 1, 0) ?? NaN)
  expect(waits).toEqual([
    5_000,
    30_000,
    120_000,
    600_000,
    3_600_000,
    10_800_000,
    21_600_000,
    21_600_000,
    21_600_000,
  ])
  const longest = waits.map((_, at) => waitAfter(at + 1, 1) ?? NaN)
  expect(longest.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(25 * 3_600_000)
})

test('the tenth attempt is the last', () => {
  expect(waitAfter(10, 0)).toBeUndefined()
})

test('those that failed at once are not all sent again at once', () => {
  expect(waitAfter(1, 0.5)).toBe(5_250)
  expect(waitAfter(1, 1)).toBe(5_500)
})
