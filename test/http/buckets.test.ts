import { describe, expect, test } from 'vitest'
import { createBuckets } from '../../src/http/buckets.ts'

const createFixture = (most?: number) => {
  let now = 0
  const buckets = createBuckets(() => now, most)
  const take = (who: string, times = 1) => {
    for (let at = 0; at < times; at++) buckets.take(who, 6)
  }
  return { ...buckets, take, pass: (ms: number) => void (now += ms) }
}

describe('a bucket', () => {
  test('is full at first, and empty after as many requests as a minute may have', () => {
    const { waitMs, take } = createFixture()
    take('a', 5)
    expect(waitMs('a', 6)).toBe(0)
    take('a')
    expect(waitMs('a', 6)).toBe(10_000)
    expect(waitMs('b', 6)).toBe(0)
  })

  test('fills again with time, and no higher than full', () => {
    const { waitMs, take, pass } = createFixture()
    take('a', 6)
    pass(4_000)
    expect(waitMs('a', 6)).toBe(6_000)
    pass(6_000)
    expect(waitMs('a', 6)).toBe(0)
    pass(3_600_000)
    take('a', 6)
    expect(waitMs('a', 6)).toBe(10_000)
  })

  test('gives no debts to who asks on while it is empty', () => {
    const { waitMs, take } = createFixture()
    take('a', 100)
    expect(waitMs('a', 6)).toBe(10_000)
  })

  test('is forgotten when there are too many, the one that was not used for longest first', () => {
    const { knows, take } = createFixture(2)
    take('a')
    take('b')
    take('a')
    take('c')
    expect([knows('a'), knows('b'), knows('c')]).toEqual([true, false, true])
  })
})
