import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Hours, isOpenAt, openAt } from '../../../src/config/hours/hours.ts'
import { createHours } from '../../../src/config/hours/words.ts'

const MINUTE_MS = 60_000

type Written = Readonly<Record<string, readonly string[]>>

const hoursOf = (
  timezone: string,
  open: Written,
  holidays: Written = {},
): Hours =>
  createHours({
    timezone,
    open: Object.fromEntries(Object.entries(open).map(([days, spans]) => [days, [...spans]])),
    holidays: Object.entries(holidays).map(([date, spans]) => ({ date, open: [...spans] })),
  })

/** Whether it is open at a moment, and when that changes. */
const at = (hours: Hours, moment: string) => {
  const { isOpen, changesAtMs } = openAt(hours, Date.parse(moment))
  return [isOpen, changesAtMs === undefined ? 'never' : new Date(changesAtMs).toISOString()]
}

describe('a shop in Lisbon, in winter as far ahead of UTC as London', () => {
  const shop = hoursOf('Europe/Lisbon', {
    'mon-fri': ['09:00-13:00', '14:00-18:00'],
    'sat': ['10:00-13:00'],
  }, { '2026-12-25': [], '2026-12-24': ['09:00-12:00'] })

  test('is open from the first minute of a span to the last', () => {
    expect(at(shop, '2026-11-25T08:59:59.999Z')).toEqual([false, '2026-11-25T09:00:00.000Z'])
    expect(at(shop, '2026-11-25T09:00:00Z')).toEqual([true, '2026-11-25T13:00:00.000Z'])
    expect(at(shop, '2026-11-25T12:59:59.999Z')).toEqual([true, '2026-11-25T13:00:00.000Z'])
    expect(at(shop, '2026-11-25T13:00:00Z')).toEqual([false, '2026-11-25T14:00:00.000Z'])
  })

  test('opens on Monday again when it has closed on Saturday', () => {
    expect(at(shop, '2026-11-28T13:00:00Z')).toEqual([false, '2026-11-30T09:00:00.000Z'])
  })

  test('has other hours on a holiday, or none', () => {
    expect(at(shop, '2026-12-24T11:00:00Z')).toEqual([true, '2026-12-24T12:00:00.000Z'])
    expect(at(shop, '2026-12-24T12:00:00Z')).toEqual([false, '2026-12-26T10:00:00.000Z'])
  })

  test('opens an hour of UTC earlier in summer', () => {
    expect(at(shop, '2026-07-01T07:59:00Z')).toEqual([false, '2026-07-01T08:00:00.000Z'])
    // The clocks are put forward in the night to Sunday, 29 March.
    expect(at(shop, '2026-03-28T13:00:00Z')).toEqual([false, '2026-03-30T08:00:00.000Z'])
  })
})

describe('a bar', () => {
  const bar = hoursOf('America/New_York', { 'fri-sat': ['22:00-02:30'] }, { '2026-11-28': [] })

  test('is open past midnight, also into a day on which it does not open', () => {
    // Saturday, 02:00 in New York.
    expect(at(bar, '2026-11-21T07:00:00Z')).toEqual([true, '2026-11-21T07:30:00.000Z'])
    expect(at(bar, '2026-11-22T07:00:00Z')).toEqual([true, '2026-11-22T07:30:00.000Z'])
  })

  test('closes when its night is over, though the next day is a holiday', () => {
    expect(at(bar, '2026-11-28T05:00:00Z')).toEqual([true, '2026-11-28T07:30:00.000Z'])
    expect(at(bar, '2026-11-29T04:00:00Z')).toEqual([false, '2026-12-05T03:00:00.000Z'])
  })

  test('has an hour more in the night in which the clocks are put back', () => {
    // 1 November 2026: 02:00 EDT (06:00 UTC) becomes 01:00 EST.
    expect(at(bar, '2026-11-01T05:59:00Z')).toEqual([true, '2026-11-01T07:30:00.000Z'])
  })

  test('closes as the clocks are put forward over its last minutes', () => {
    // 8 March 2026: 02:00 EST (07:00 UTC) becomes 03:00 EDT.
    expect(at(bar, '2026-03-08T06:30:00Z')).toEqual([true, '2026-03-08T07:00:00.000Z'])
  })
})

test('a span within the hour that is repeated is open twice', () => {
  // Lisbon, 25 October 2026: 02:00 summer time (01:00 UTC) becomes 01:00.
  const odd = hoursOf('Europe/Lisbon', { sun: ['01:10-01:50'] })
  expect(at(odd, '2026-10-25T00:20:00Z')).toEqual([true, '2026-10-25T00:50:00.000Z'])
  expect(at(odd, '2026-10-25T00:50:00Z')).toEqual([false, '2026-10-25T01:10:00.000Z'])
  expect(at(odd, '2026-10-25T01:10:00Z')).toEqual([true, '2026-10-25T01:50:00.000Z'])
})

test('the southern hemisphere puts its clocks the other way', () => {
  // Sydney: 4 October 2026, 02:00 (16:00 UTC of the day before) becomes 03:00.
  const shop = hoursOf('Australia/Sydney', { 'mon-sun': ['09:00-17:00'] })
  expect(at(shop, '2026-10-03T07:00:00Z')).toEqual([false, '2026-10-03T22:00:00.000Z'])
  expect(at(shop, '2026-10-02T07:00:00Z')).toEqual([false, '2026-10-02T23:00:00.000Z'])
})

test('what is always open or closed does not change, but for its holidays', () => {
  const always = { 'mon-sun': ['00:00-24:00'] }
  expect(at(hoursOf('UTC', always), '2026-11-25T12:00:00Z')).toEqual([true, 'never'])
  expect(at(hoursOf('UTC', {}), '2026-11-25T12:00:00Z')).toEqual([false, 'never'])
  expect(at(hoursOf('UTC', always, { '2027-05-01': [] }), '2026-11-25T12:00:00Z'))
    .toEqual([true, '2027-05-01T00:00:00.000Z'])
})

// The same by another way: what a clock on the wall shows, read off minute by minute.
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const wallClockOf = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  return (ms: number) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    return {
      weekday: DAYS.indexOf(parts.get('weekday') ?? ''),
      date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    }
  }
}

const isOpenByTheWall = (hours: Hours, wall: ReturnType<ReturnType<typeof wallClockOf>>) => {
  const spansOn = (date: string, weekday: number) => hours.holidays.get(date) ?? hours.week[weekday]
  const before = new Date(Date.parse(wall.date) - 86_400_000).toISOString().slice(0, 10)
  return spansOn(wall.date, wall.weekday).some(({ fromMinute, toMinute }) =>
    fromMinute <= wall.minute && wall.minute < toMinute
  ) || spansOn(before, (wall.weekday + 6) % 7).some(({ toMinute }) => wall.minute + 1440 < toMinute)
}

test('openness is what the clock on the wall says, minute by minute, and changes when told', () => {
  const minute = fc.integer({ min: 0, max: 1439 })
  const span = fc.tuple(minute, fc.integer({ min: 1, max: 1440 }))
    .map(([fromMinute, length]) => ({ fromMinute, toMinute: fromMinute + length }))
  const spans = fc.array(span, { maxLength: 2 })
  // Each of these has its clocks changed within a day of the moment, but for the last.
  const place = fc.constantFrom(
    ['Europe/Lisbon', '2026-03-29T01:00:00Z'],
    ['Europe/Lisbon', '2026-10-25T01:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['Australia/Sydney', '2026-04-04T16:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
  )
  fc.assert(
    fc.property(
      place,
      fc.array(spans, { minLength: 7, maxLength: 7 }),
      fc.option(spans),
      fc.integer({ min: -1440, max: 1440 }),
      ([timezone, moment], week, holiday, shift) => {
        const wallClock = wallClockOf(timezone)
        const fromMs = Date.parse(moment) + shift * MINUTE_MS
        const hours: Hours = {
          timezone,
          week,
          holidays: new Map(holiday ? [[wallClock(fromMs + 86_400_000).date, holiday]] : []),
          closed: { is: 'say', sentence: 'We are closed.' },
        }
        const { isOpen, changesAtMs = Infinity } = openAt(hours, fromMs)
        const untilMs = fromMs + 480 * MINUTE_MS
        for (let ms = fromMs; ms < untilMs; ms += MINUTE_MS) {
          const expected = isOpenByTheWall(hours, wallClock(ms))
          if (isOpenAt(hours, ms) !== expected) return false
          if (ms < changesAtMs && expected !== isOpen) return false
        }
        return changesAtMs > untilMs ||
          isOpenByTheWall(hours, wallClock(changesAtMs)) !== isOpen &&
            isOpenByTheWall(hours, wallClock(changesAtMs - 1)) === isOpen
      },
    ),
    { numRuns: 40 },
  )
})
