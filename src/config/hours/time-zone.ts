/**
 * What the clocks of a time zone show. `Intl` is the one source of zones that all three runtimes share; its long offset is the
 * cheapest thing it can be asked for: 2 to 5 µs, where a whole date takes twice that.
 */
import type { Finding } from '../problem.ts'
import { didYouMean } from '../yaml/spelling.ts'

/** How far the clocks of a zone are ahead of UTC at a moment, in ms. The zone must be one that `checkTimeZone` accepts. */
export const offsetMs = (timezone: string, wallMs: number): number => {
  // The first format that a process makes takes 10 to 20 ms, and most files name no zone: no call need wait for that.
  if (timezone === 'UTC') return 0
  // Such as `11/25/2026, GMT-03:30`; some runtimes write UTC as a bare `GMT`.
  const [, sign, hours, minutes, seconds = '0'] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(formatOf(timezone).format(wallMs)) ?? []
  if (sign === undefined) return 0
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -ms : ms
}

const DAY_MS = 86_400_000

/** When the day of a moment began in a zone, in ms since 1970. */
export const startOfDay = (timezone: string, wallMs: number): number => {
  const localMs = wallMs + offsetMs(timezone, wallMs)
  const midnightMs = Math.floor(localMs / DAY_MS) * DAY_MS
  // The clocks may have changed since midnight.
  return midnightMs - offsetMs(timezone, midnightMs - offsetMs(timezone, wallMs))
}

/** Says what is wrong with the name of a zone. */
export const checkTimeZone = (name: string): Finding | undefined => {
  const isPlace = name === 'UTC' || /^[a-z_]+(\/[\w+-]+)+$/i.test(name)
  if (isPlace && isKnown(name)) return undefined
  return {
    code: 'unknown-time-zone',
    message: `"${name}" is not a time zone`,
    hint: 'write the continent and a city, such as Europe/Lisbon or America/New_York',
    ...didYouMean(name, Intl.supportedValuesOf('timeZone')),
  }
}

// To make a format takes longer than to use it a thousand times, and there are no more of them than zones in the files.
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timezone: string): Intl.DateTimeFormat => {
  const known = formats.get(timezone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    timeZoneName: 'longOffset',
  })
  formats.set(timezone, format)
  return format
}

const isKnown = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}
