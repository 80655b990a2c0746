import { expect, test } from 'vitest'
import { describeHours, describeOpening, describeWeek } from '../../../src/config/hours/describe.ts'
import { createHours, isDate, parseDays, parseSpan } from '../../../src/config/hours/words.ts'
import { customerOf, problemsOf, withLines } from '../sources.ts'

const SHOP = createHours({
  timezone: 'Europe/Lisbon',
  open: { 'mon-fri': ['09:00-13:00', '14:00-18:00'], 'sat': ['10:00-13:00'] },
  holidays: [{ date: '2026-12-25', open: [] }, { date: '2026-12-24', open: ['09:00-12:00'] }],
})

test('a day is a weekday or a range of them, also over the end of the week', () => {
  expect(parseDays('wed')).toEqual([3])
  expect(parseDays('mon-fri')).toEqual([1, 2, 3, 4, 5])
  expect(parseDays('fri-mon')).toEqual([5, 6, 0, 1])
  expect(parseDays('mon-sun')).toEqual([1, 2, 3, 4, 5, 6, 0])
  for (const text of ['', 'monday', 'mon-', '-fri', 'mon-wed-fri', 'mon,tue', 'daily']) {
    expect(parseDays(text)).toBeUndefined()
  }
})

test('a span is in hours and minutes, and may go past midnight', () => {
  expect(parseSpan('09:00-13:30')).toEqual({ fromMinute: 540, toMinute: 810 })
  expect(parseSpan('22:00 - 02:00')).toEqual({ fromMinute: 1320, toMinute: 1560 })
  expect(parseSpan('00:00-24:00')).toEqual({ fromMinute: 0, toMinute: 1440 })
  for (const text of ['9-13', '9:00-13:00', '09:00', '09:00-09:00', '24:00-02:00', '09:60-10:00']) {
    expect(parseSpan(text)).toBeUndefined()
  }
})

test('a date is a day that there is', () => {
  expect(isDate('2028-02-29')).toBe(true)
  for (const text of ['2026-02-29', '2026-13-01', '25-12-2026', '2026-12-25T00:00', '']) {
    expect(isDate(text)).toBe(false)
  }
})

test('hours are told in words', () => {
  expect(describeWeek(SHOP)).toBe(
    'Monday to Friday 09:00 to 13:00 and 14:00 to 18:00, Saturday 10:00 to 13:00, closed on Sunday',
  )
  expect(describeHours(SHOP)).toBe(
    'Opening hours: Monday to Friday 09:00 to 13:00 and 14:00 to 18:00, Saturday 10:00 to 13:00, ' +
      'closed on Sunday. Other hours on these days: 2026-12-24 09:00 to 12:00; 2026-12-25 closed. ' +
      'All times are those of Europe/Lisbon.',
  )
  const bar = {
    ...SHOP,
    week: SHOP.week.map((_, day) => day > 4 ? [{ fromMinute: 1200, toMinute: 1560 }] : []),
  }
  expect(describeWeek(bar)).toBe(
    'Friday and Saturday 20:00 to 02:00, closed on Monday to Thursday and Sunday',
  )
  expect(describeWeek({ ...SHOP, week: SHOP.week.map(() => []) })).toBe('closed on all days')
  expect(describeWeek({ ...SHOP, week: SHOP.week.map(() => [{ fromMinute: 0, toMinute: 1440 }]) }))
    .toBe('Monday to Sunday all day')
})

test('whether it is open is told with the moment at which that changes, in local time', () => {
  const told = (moment: string) => describeOpening(SHOP, Date.parse(moment))
  expect(told('2026-07-01T08:30:00Z')).toBe('open until Wednesday 1 July 13:00')
  expect(told('2026-12-24T12:00:00Z')).toBe('closed until Saturday 26 December 10:00')
  const never = { ...SHOP, week: SHOP.week.map(() => []), holidays: new Map() }
  expect(describeOpening(never, 0)).toBe('closed, for a year at least')
})

const HOURS = `hours:
  timezone: Europe/Lisbon
  open: { mon-fri: ["09:00-13:00", "14:00-18:00"], sat: ["10:00-13:00"] }
`

test('the hours of a file are told to its agent', () => {
  const { knowledge, hours } = customerOf(withLines(HOURS))
  expect(hours?.week[6]).toEqual([{ fromMinute: 600, toMinute: 780 }])
  expect(knowledge).toEqual([{
    type: 'text',
    name: 'hours',
    text: 'Opening hours: Monday to Friday 09:00 to 13:00 and 14:00 to 18:00, ' +
      'Saturday 10:00 to 13:00, closed on Sunday. All times are those of Europe/Lisbon.',
  }])
})

test.each([
  ['{ agent: night }', { is: 'agent', agent: 'night' }],
  ['{ transfer: sip:desk@example.com }', { is: 'transfer', destination: 'sip:desk@example.com' }],
  ['{ say: We are closed. }', { is: 'say', sentence: 'We are closed.' }],
])('outside the hours a call is taken as closed: %s says', (written, closed) => {
  const agents = 'agents: { night: { instructions: You answer at night. } }\n'
  expect(customerOf(withLines(`${agents}${HOURS}  closed: ${written}\n`)).hours?.closed)
    .toEqual(closed)
})

test('mistakes in hours are shown where they are', () => {
  expect(problemsOf(withLines(`hours:
  timezone: Lisbon
  open:
    mon-fri: ["9-18"]
    wed: ["09:00-12:00"]
    weekend: []
    sun: "10:00-12:00"
  holidays: [{ date: 2026-02-30 }, { date: "2026-12-25" }, { date: "2026-12-25", opne: [] }]
  closed: { say: We are closed., transfer: "+15005550100" }
`))).toEqual([
    '6:13 unknown-time-zone "Lisbon" is not a time zone > write the continent and a city, such as Europe/Lisbon or America/New_York',
    '8:15 invalid-span "9-18" is not a span of time > write "09:00-18:00", "22:00-02:00" for one past midnight, "00:00-24:00" for all day',
    '9:5 invalid-day wed has a day in it that mon-fri has too > name each weekday once; a day may have several spans',
    '10:5 invalid-day "weekend" is neither a weekday nor a range of weekdays > write mon, tue, wed, thu, fri, sat or sun, or a range such as mon-fri',
    '11:10 wrong-type hours.open.sun must be a list, got "10:00-12:00" > write it as a list: ["10:00-12:00"]',
    '12:22 invalid-date "2026-02-30" is not a day of the calendar > write the year, the month and the day: "2026-12-25"',
    '12:68 invalid-date 2026-12-25 is listed twice > keep one of them',
    '12:82 unknown-key unknown key "opne" in hours.holidays[2] > did you mean "open"?',
    '13:11 invalid-value closed is one of agent, transfer and say > write closed: { say: We are closed. }',
  ])
  expect(problemsOf(withLines('hours: { timezone: Europe/Lisbn, open: {} }\n'))).toEqual([
    '5:20 unknown-time-zone "Europe/Lisbn" is not a time zone > did you mean "Europe/Lisbon"?',
  ])
})
