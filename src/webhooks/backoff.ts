/** When an event that a server did not take is sent again: soon at first, then ever more seldom, and after a day no more. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How long is waited after each failure; together 22 hours. */
const WAITS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  6 * HOUR,
  6 * HOUR,
] as const

/** The wait in ms after the nth attempt failed, 1 being the first; undefined when that was the last. `random` from 0 to 1 spreads it by a tenth. */
export const waitAfter = (attempts: number, random: number): number | undefined => {
  const wait = WAITS[attempts - 1]
  return wait === undefined ? undefined : Math.round(wait * (1 + random / 10))
}
