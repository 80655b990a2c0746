/** Durations as operators write them: `90s`, `30m`, `2h`, or a plain number of seconds. */
import type { Finding } from './problem.ts'

const UNIT_MS = new Map([['s', 1000], ['m', 60_000], ['h', 3_600_000]])

/** Reads a duration in ms; undefined when it is none. */
export const parseDurationMs = (value: string | number): number | undefined => {
  if (typeof value === 'number') return value * 1000
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([smh])$/.exec(value) ?? []
  const unitMs = UNIT_MS.get(unit)
  return unitMs === undefined ? undefined : Math.round(Number(amount) * unitMs)
}

/** Says what is wrong with the longest a call may last: at least 10 s, at most 24 h. */
export const checkMaxDuration = (value: string | number): Finding | undefined => {
  const durationMs = parseDurationMs(value)
  if (durationMs === undefined) {
    return {
      code: 'invalid-duration',
      message: `"${value}" is not a duration`,
      hint: 'write 90s, 30m or 2h, or a number of seconds',
    }
  }
  if (durationMs >= 10_000 && durationMs <= 24 * 3_600_000) return undefined
  return {
    code: 'out-of-range',
    message: `limits.maxDuration must be between 10s and 24h, got ${value}`,
    ...(durationMs < 10_000 ? { hint: 'a number without a unit is in seconds' } : {}),
  }
}
