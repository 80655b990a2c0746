/**
 * Reads what a peer sent without trusting it: a value that is missing or of another type is undefined, never an exception.
 */

/** The fields of a JSON object; nothing else has any. */
export type Fields = Readonly<Record<string, unknown>>

const NONE: Fields = {}

/** Takes a value as an object, and anything that is none as an empty one. */
export const fields = (value: unknown): Fields => isObject(value) ? value : NONE

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Takes a value as text. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

/** Takes a value as a finite number. */
export const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** Takes a value as a list, and anything that is none as an empty one. */
export const listOf = (value: unknown): readonly unknown[] => Array.isArray(value) ? value : []
