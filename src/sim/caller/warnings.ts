/**
 * What Twilio's debugger would show of a call.
 *
 * Twilio logs a stream's warnings once per stream however often they happen, so they are counted
 * here, not repeated. https://www.twilio.com/docs/api/errors
 */

/** One code of Twilio's error dictionary; `problem` says what was wrong the first time. */
export type TwilioWarning = Readonly<{
  code: number
  problem: string
  firstAtMs: number
  times: number
}>

/** A growing list with one entry per code. */
export type Warnings = Readonly<{
  add: (code: number, atMs: number, problem: string) => void
  list: () => readonly TwilioWarning[]
}>

/** Makes an empty log with one entry per code. */
export const createWarnings = (): Warnings => {
  const byCode = new Map<number, TwilioWarning>()
  return {
    add: (code, atMs, problem) => {
      const known = byCode.get(code) ?? { code, problem, firstAtMs: atMs, times: 0 }
      byCode.set(code, { ...known, times: known.times + 1 })
    },
    list: () => [...byCode.values()],
  }
}
