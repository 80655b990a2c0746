/** Reads the words in which hours are written: `mon-fri`, `09:00-13:00`, `2026-12-25`. */
import type { Closed, Hours, Span } from './hours.ts'
import type { HoursShape } from './schema.ts'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** The weekdays of `mon` or of a range such as `fri-mon`, counted from Sunday; undefined when it is neither. */
export const parseDays = (text: string): readonly number[] | undefined => {
  const [first, last = first, ...rest] = text.trim().toLowerCase().split('-').map((day) =>
    DAYS.indexOf(day.trim())
  )
  if (first < 0 || last < 0 || rest.length > 0) return undefined
  const length = (last - first + 7) % 7 + 1
  return Array.from({ length }, (_, index) => (first + index) % 7)
}

const SPAN = /^(\d\d):(\d\d) ?- ?(\d\d):(\d\d)$/

/** A span such as `09:00-13:00`; one that ends before it begins goes past midnight. Undefined when it is none. */
export const parseSpan = (text: string): Span | undefined => {
  const [fromHour, fromRest, toHour, toRest] = (SPAN.exec(text.trim()) ?? []).slice(1).map(Number)
  if (fromHour === undefined) return undefined
  const fromMinute = fromHour * 60 + fromRest
  const end = toHour * 60 + toRest
  if (fromHour > 23 || fromRest > 59 || toRest > 59 || end > 1440 || fromMinute === end) {
    return undefined
  }
  return { fromMinute, toMinute: end < fromMinute ? end + 1440 : end }
}

/** Whether a text is a day of the calendar, `2026-12-25`. */
export const isDate = (text: string): boolean => {
  const isShaped = /^\d{4}-\d\d-\d\d$/.test(text)
  const ms = isShaped ? Date.parse(`${text}T00:00:00Z`) : NaN
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text)
}

/** Puts hours together whose words were found to be right. */
export const createHours = (shape: HoursShape): Hours => {
  const week: Span[][] = DAYS.map(() => [])
  for (const [days, spans] of Object.entries(shape.open)) {
    for (const day of parseDays(days) ?? []) week[day].push(...readSpans(spans))
  }
  return {
    timezone: shape.timezone,
    week,
    holidays: new Map(shape.holidays.map(({ date, open }) => [date, readSpans(open)])),
    closed: createClosed(shape.closed ?? {}),
  }
}

const readSpans = (texts: readonly string[]): readonly Span[] =>
  texts.flatMap((text) => parseSpan(text) ?? [])

const createClosed = ({ agent, transfer, say }: NonNullable<HoursShape['closed']>): Closed => {
  if (agent !== undefined) return { is: 'agent', agent }
  if (transfer !== undefined) return { is: 'transfer', destination: transfer }
  return { is: 'say', sentence: say ?? DEFAULT_SENTENCE }
}

const DEFAULT_SENTENCE = 'We are closed at the moment. Our opening hours are: {hours}. Goodbye.'
