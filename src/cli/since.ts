/** A moment as people type it: `7d` ago, or a day, or a time. */

const UNIT_MS = new Map([['m', 60_000], ['h', 3_600_000], ['d', 86_400_000], ['w', 604_800_000]])

/** Reads a moment in ms since 1970; undefined when it is none. */
export const parseMoment = (text: string, now: number): number | undefined => {
  const [, amount, unit] = /^(\d+)([mhdw])$/.exec(text) ?? []
  const unitMs = UNIT_MS.get(unit)
  if (unitMs !== undefined) return now - Number(amount) * unitMs
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(at) ? undefined : at
}
