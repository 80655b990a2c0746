/** Times as they are kept and told: whole ms. Clocks give fractions of them, which nobody can use and which make every number long. */

/** Rounds whatever is named in ms, at any depth. */
export const wholeMs = (value: unknown, name = ''): unknown => {
  if (typeof value === 'number') return name.endsWith('Ms') ? Math.round(value) : value
  if (Array.isArray(value)) return value.map((each) => wholeMs(each))
  return typeof value === 'object' && value !== null ? wholeMsIn(value) : value
}

/** Rounds what is named in ms among some fields, and within them. */
export const wholeMsIn = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, wholeMs(value, name)]))
