import { describe, expect, it, onTestFinished } from 'vitest'
import { startOfDay } from '../../src/config/hours/time-zone.ts'
import { StoreError } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'
import { type DaySpender, startDayCosts } from '../../src/record/day-costs.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const NOON = Date.parse('2026-05-04T12:00:00Z')
const HOUR = 3_600_000
const DOLLAR = 1_000_000_000
const CUSTOMER: DaySpender = {
  id: 'bright-smile',
  limits: { maxDurationMs: 1, silenceMs: 0, whenFull: 'reject', costPerDay: 2 },
}

const UNLIMITED: DaySpender = {
  id: 'unlimited',
  limits: { maxDurationMs: 1, silenceMs: 0, whenFull: 'reject' },
}

/** Day costs over a record that answers these sums, one after the other; the last one goes on. */
const started = (sums: readonly (number | 'away')[] = [0]) => {
  const clock = createFakeClock()
  const asked: unknown[] = []
  const logged: unknown[] = []
  const note = (name: string, fields = {}) => void logged.push([name, fields])
  const log: Log = { debug: note, info: note, warn: note, error: note, with: () => log }
  const dayCosts = startDayCosts({
    record: {
      costs: (query) => {
        const sum = sums[Math.min(asked.length, sums.length - 1)]
        asked.push(query)
        return sum === 'away'
          ? Promise.reject(new StoreError('store-unreachable', 'away'))
          : Promise.resolve([{ name: 'bright-smile', calls: 1, talkedMs: 0, costNano: sum }])
      },
    },
    customers: () => [CUSTOMER, UNLIMITED],
    clock,
    now: () => NOON + clock.nowMs(),
    log,
  })
  const passed = async (ms: number) => {
    clock.advance(ms)
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { dayCosts, asked, logged, passed }
}

/** Counts how often a date is formatted until the test is over. */
const watchFormats = () => {
  const { prototype } = Intl.DateTimeFormat
  const format = Object.getOwnPropertyDescriptor(prototype, 'format') ?? {}
  let times = 0
  Object.defineProperty(prototype, 'format', {
    ...format,
    get() {
      times += 1
      return format.get?.call(this)
    },
  })
  onTestFinished(() => void Object.defineProperty(prototype, 'format', format))
  return () => times
}

describe('what a customer has spent today', () => {
  it('is asked of no time zone where the file names none: a first call would wait for that', async () => {
    const timesAsked = watchFormats()
    const { dayCosts } = started()
    await dayCosts.known
    expect([CUSTOMER, UNLIMITED].map(dayCosts.isSpent)).toEqual([false, false])
    expect(timesAsked()).toBe(0)
    startOfDay('Europe/Lisbon', NOON)
    expect(timesAsked()).toBeGreaterThan(0)
  })

  it('is what the record says at the start, asked for those with a limit alone', async () => {
    const { dayCosts, asked, logged } = started([2 * DOLLAR])
    await dayCosts.known
    expect(dayCosts.isSpent(CUSTOMER)).toBe(true)
    expect(asked).toEqual([{
      by: 'customer',
      customer: 'bright-smile',
      since: Date.parse('2026-05-04T00:00:00Z'),
    }])
    expect(logged).toEqual([
      ['limit.day-spent', { customer: 'bright-smile', limitUsd: '2.00', spentUsd: '2.0000' }],
    ])
  })

  it('grows with what calls cost, and the record does not count them twice', async () => {
    const { dayCosts, passed } = started([DOLLAR, 1.5 * DOLLAR])
    await dayCosts.known
    dayCosts.add(CUSTOMER, NOON, DOLLAR / 2)
    await passed(60_000)
    expect(dayCosts.isSpent(CUSTOMER)).toBe(false)
    dayCosts.add(CUSTOMER, NOON, DOLLAR / 2)
    expect(dayCosts.isSpent(CUSTOMER)).toBe(true)
  })

  it('has in it what other processes have spent, a minute later', async () => {
    const { dayCosts, passed } = started([0, 3 * DOLLAR])
    await dayCosts.known
    expect(dayCosts.isSpent(CUSTOMER)).toBe(false)
    await passed(60_000)
    expect(dayCosts.isSpent(CUSTOMER)).toBe(true)
  })

  it('is nothing after midnight, and calls of the day before do not count', async () => {
    const { dayCosts, passed } = started([0])
    await dayCosts.known
    dayCosts.add(CUSTOMER, NOON, 5 * DOLLAR)
    await passed(12 * HOUR)
    expect(dayCosts.isSpent(CUSTOMER)).toBe(false)
    dayCosts.add(CUSTOMER, NOON, 5 * DOLLAR)
    expect(dayCosts.isSpent(CUSTOMER)).toBe(false)
  })

  it('is asked for again soon when the record was away, and told of the second time', async () => {
    const { dayCosts, passed, logged } = started(['away', 'away', 2 * DOLLAR])
    await dayCosts.known
    expect(logged).toEqual([])
    await passed(5_000)
    expect(logged).toMatchObject([['limit.day-unknown', {}]])
    await passed(5_000)
    expect(dayCosts.isSpent(CUSTOMER)).toBe(true)
  })
})

describe('startOfDay()', () => {
  it.each([
    ['UTC', '2026-05-04T12:00:00Z', '2026-05-04T00:00:00Z'],
    ['Europe/Lisbon', '2026-05-04T23:30:00Z', '2026-05-04T23:00:00Z'],
    ['America/New_York', '2026-05-04T03:00:00Z', '2026-05-03T04:00:00Z'],
    // The clocks went forward at one in the morning of this day.
    ['Europe/Lisbon', '2026-03-29T12:00:00Z', '2026-03-29T00:00:00Z'],
    ['Europe/Lisbon', '2026-10-25T12:00:00Z', '2026-10-24T23:00:00Z'],
  ])('in %s at %s is %s', (timezone, at, expected) => {
    expect(new Date(startOfDay(timezone, Date.parse(at))).toISOString())
      .toBe(expected.replace('Z', '.000Z'))
  })
})
