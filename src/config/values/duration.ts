/** Durations as operators write them: `90s`, `30m`, `2h`, or a plain number of seconds. */
import type { Finding } from '../problem.ts'

const UNIT_MS = new Map([['s', 1000], ['m', 60_000], ['h', 3_600_000]])

/** Reads a duration in ms; undefined when it is none. */
export const parseDurationMs = (value: string | number): number | undefined => {
  if (typeof value === 'number') return value * 1000
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([smh])$/.exec(value) ?? []
  const unitMs = UNIT_MS.get(unit)
  return unitMs === undefined ? undefined : Math.round(Number(amount) * unitMs)
}

/** Says what is wrong with the longest a call may last: at least 10 s, at most 24 h. */
export const checkMaxDuration = (value: string | number): Finding | undefined =>
  checkDuration('limits.maxDuration', value, ['10s', '24h'])

/** Says what is wrong with the silence after which a caller is asked: at least 5 s, at most 10 min. */
export const checkSilence = (value: string | number | false): Finding | undefined =>
  value === false ? undefined : checkDuration('limits.silence', value, ['5s', '10m'])

/** Says what is wrong with the time a tool may take: at least 1 s, at most 60 s. */
export const checkToolTimeout = (value: string | number): Finding | undefined =>
  checkDuration('timeout', value, ['1s', '60s'])

/** Says what is wrong with the time a destination may ring: at least 5 s, at most 2 min. */
export const checkRingTimeout = (value: string | number): Finding | undefined =>
  checkDuration('timeout', value, ['5s', '2m'])

/** Says what is wrong with the time a caller may take for a key: at least 3 s, at most 2 min. */
export const checkEntryTimeout = (value: string | number): Finding | undefined =>
  checkDuration('timeout', value, ['3s', '2m'])

/** Says what is wrong with how long an outbound call rings: at least 5 s, at most 2 min. */
export const checkRingFor = (value: string | number): Finding | undefined =>
  checkDuration('outbound.ringFor', value, ['5s', '2m'])
/** Says what is wrong with how often a page is fetched: at least every minute, at most every week. */
export const checkRefresh = (value: string | number): Finding | undefined =>
  checkDuration('knowledge.refresh', value, ['1m', '168h'])

const checkDuration = (
  key: string,
  value: string | number,
  [least, most]: readonly [string, string],
): Finding | undefined => {
  const durationMs = parseDurationMs(value)
  if (durationMs === undefined) {
    return {
      code: 'invalid-duration',
      message: `"${value}" is not a duration`,
      hint: 'write 90s, 30m or 2h, or a number of seconds',
    }
  }
  const isShort = durationMs < (parseDurationMs(least) ?? 0)
  if (!isShort && durationMs <= (parseDurationMs(most) ?? Infinity)) return undefined
  return {
    code: 'out-of-range',
    message: `${key} must be between ${least} and ${most}, got ${value}`,
    ...(isShort ? { hint: 'a number without a unit is in seconds' } : {}),
  }
}
