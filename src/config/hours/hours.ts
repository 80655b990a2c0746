/**
 * When a customer is open.
 *
 * Open is what the clock on the wall says it is: an hour that the clocks skip in spring is not there, and one that they repeat in
 * autumn is open both times. A span past midnight belongs to the day on which it begins, also when the next one is a holiday.
 */
import { offsetMs } from './time-zone.ts'

export type Hours = Readonly<{
  /** Such as `Europe/Lisbon`. */
  timezone: string
  /** The spans of each weekday, from Sunday, as JavaScript counts. */
  week: readonly (readonly Span[])[]
  /** The spans of single days, by date (`2026-12-25`), instead of those of their weekday. */
  holidays: ReadonlyMap<string, readonly Span[]>
  closed: Closed
}>

/** A stretch of a day in minutes since its midnight; one that ends after 1440 goes on into the next day. */
export type Span = Readonly<{ fromMinute: number; toMinute: number }>

/** What becomes of a call that comes outside the hours. */
export type Closed =
  | Readonly<{ is: 'agent'; agent: string }>
  | Readonly<{ is: 'transfer'; destination: string }>
  | Readonly<{ is: 'say'; sentence: string }>

/** Whether it is open, and when that changes, in ms since 1970; not said when it does not within a year. */
export type Opening = Readonly<{ isOpen: boolean; changesAtMs?: number }>

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Weekly hours repeat and holidays are dates, so that hardly anything changes later than that. */
const HORIZON_MS = 366 * DAY_MS

/** Says whether it is open at a moment, given in ms since 1970: one look at the clock. */
export const isOpenAt = (hours: Hours, wallMs: number): boolean =>
  isOpenLocally(hours, wallMs + offsetMs(hours.timezone, wallMs))

/** Says whether it is open at a moment, given in ms since 1970, and when that changes. */
export const openAt = (hours: Hours, wallMs: number): Opening => {
  const isOpen = isOpenAt(hours, wallMs)
  const changesAtMs = nextChange(hours, wallMs, isOpen)
  return changesAtMs === undefined ? { isOpen } : { isOpen, changesAtMs }
}

/** The weekday of a day counted from 1 January 1970, which was a Thursday. */
const weekdayOf = (day: number): number => (day + 4) % 7

/** Goes through stretches in which the clocks run evenly, at most a day each: in those local time only needs to be shifted. */
const nextChange = (hours: Hours, nowMs: number, isOpen: boolean): number | undefined => {
  for (let fromMs = nowMs; fromMs < nowMs + HORIZON_MS;) {
    const offset = offsetMs(hours.timezone, fromMs)
    const untilMs = evenUntil(hours.timezone, fromMs, offset)
    const change = bounds(hours, fromMs + offset, untilMs + offset)
      .find((localMs) => isOpenLocally(hours, localMs) !== isOpen)
    if (change !== undefined) return change - offset
    if (isOpenAt(hours, untilMs) !== isOpen) return untilMs
    fromMs = untilMs
  }
  return undefined
}

/** A day later, or the moment before that at which the clocks are changed. */
const evenUntil = (timezone: string, fromMs: number, offset: number): number => {
  let evenMs = fromMs
  let changedMs = fromMs + DAY_MS
  if (offsetMs(timezone, changedMs) === offset) return changedMs
  while (changedMs - evenMs > 1) {
    const middleMs = Math.floor((evenMs + changedMs) / 2)
    if (offsetMs(timezone, middleMs) === offset) evenMs = middleMs
    else changedMs = middleMs
  }
  return changedMs
}

/** The beginnings and ends of spans between two moments of local time, in order. */
const bounds = (hours: Hours, fromMs: number, untilMs: number): readonly number[] => {
  const found: number[] = []
  for (let day = dayOf(fromMs) - 1; day <= dayOf(untilMs); day++) {
    for (const { fromMinute, toMinute } of spansOf(hours, day)) {
      found.push(day * DAY_MS + fromMinute * MINUTE_MS, day * DAY_MS + toMinute * MINUTE_MS)
    }
  }
  return found.filter((ms) => ms > fromMs && ms < untilMs).sort((a, b) => a - b)
}

const isOpenLocally = (hours: Hours, localMs: number): boolean => {
  const day = dayOf(localMs)
  const sinceMidnightMs = localMs - day * DAY_MS
  return isIn(spansOf(hours, day), sinceMidnightMs) ||
    isIn(spansOf(hours, day - 1), sinceMidnightMs + DAY_MS)
}

const isIn = (spans: readonly Span[], ms: number): boolean =>
  spans.some(({ fromMinute, toMinute }) =>
    fromMinute * MINUTE_MS <= ms && ms < toMinute * MINUTE_MS
  )

const dayOf = (localMs: number): number => Math.floor(localMs / DAY_MS)

const spansOf = ({ week, holidays }: Hours, day: number): readonly Span[] =>
  holidays.get(new Date(day * DAY_MS).toISOString().slice(0, 10)) ?? week[weekdayOf(day)]
