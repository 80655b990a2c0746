/** When to try again: at once, then twice as long each time, spread so that many calls do not come back in one moment. */

const LONGEST_MS = 2_000
const SECOND_MS = 250

/** The wait before the next attempt after `attempts` failed ones, in ms; `random` is between 0 and 1. */
export const retryDelayMs = (attempts: number, random: number): number => {
  if (attempts === 0) return 0
  const fullMs = Math.min(LONGEST_MS, SECOND_MS * 2 ** (attempts - 1))
  return fullMs / 2 + random * fullMs / 2
}
