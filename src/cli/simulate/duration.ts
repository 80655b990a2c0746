/** Durations in a scenario: `700ms`, `1.3s`, `2m`, or a plain number of seconds. */
import { z } from 'zod'
import { parseDurationMs } from '../../config/values/duration.ts'

/** A duration as it stands in YAML, made into ms. */
export const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const ms = durationMs(value)
  if (ms !== undefined && ms >= 0) return ms
  context.addIssue({ code: 'custom', message: `${value} is no duration: write 700ms, 1.3s or 2m` })
  return z.NEVER
})

const durationMs = (value: string | number): number | undefined => {
  const [, ms] = /^(\d+) ?ms$/.exec(String(value)) ?? []
  return ms === undefined ? parseDurationMs(value) : Number(ms)
}
