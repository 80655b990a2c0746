/**
 * The `error` events of the real API: type, code, parameter and wording, as far as they are known
 * from its documentation and from what its users quote.
 */
import type { z } from 'zod'
import type { ErrorDetail } from './events.ts'

/** What is wrong with something a client sent. */
export type Refusal = Readonly<{ type?: string; code: string; message: string; param?: string }>

/** The `error` object of a refusal; `eventId` is the id of the client's event, if it had one. */
export const errorDetail = (refusal: Refusal, eventId: string | null = null): ErrorDetail => ({
  type: refusal.type ?? 'invalid_request_error',
  code: refusal.code,
  message: refusal.message,
  param: refusal.param ?? null,
  event_id: eventId,
})

/** The refusal of a value that is none of those supported. */
export const unsupportedValue = (
  param: string,
  value: unknown,
  supported: readonly string[],
): Refusal => ({
  code: 'invalid_value',
  param,
  message: `Invalid value: ${quote(value)}. Supported values are: ${
    supported.map(quote).join(', ')
  }.`,
})

/** The refusal of an event that lacks something. */
export const missing = (param: string): Refusal => ({
  code: 'missing_required_parameter',
  param,
  message: `Missing required parameter: '${param}'.`,
})

/**
 * Puts what zod found wrong with `input` in the words of the real API: one thing, what is missing
 * before all else.
 */
export const refusalOf = (error: z.ZodError, input: unknown): Refusal => {
  const refusals = error.issues.map((issue) => refusalOfIssue(issue, input, []))
  return refusals.find(({ code }) => code === 'missing_required_parameter') ?? refusals[0]
}

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/**
 * `base` is where the value of the union is that the issue was found in: zod counts its path from
 * there.
 */
const refusalOfIssue = (issue: Issue, input: unknown, base: Path): Refusal => {
  const path = [...base, ...issue.path]
  const param = paramOf(path)
  const value = valueAt(input, path)
  if (issue.code === 'unrecognized_keys') return unknownParameter(joinParam(param, issue.keys[0]))
  if (value === undefined) return missing(param)
  if (issue.code === 'invalid_type') return wrongType(param, issue.expected, value)
  if (issue.code === 'invalid_value') {
    return unsupportedValue(param, value, issue.values.map(String))
  }
  if (issue.code === 'too_small') return outOfRange(param, 'below', issue.minimum, value)
  if (issue.code === 'too_big') return outOfRange(param, 'above', issue.maximum, value)
  if (issue.code === 'invalid_union') return refusalOfUnion(issue, input, path)
  return { code: 'invalid_value', param, message: `Invalid '${param}': ${issue.message}.` }
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>

/**
 * Says what is wrong by the branch that the value has the type of, or by its type if there is none.
 */
const refusalOfUnion = (issue: UnionIssue, input: unknown, path: Path): Refusal => {
  const value = valueAt(input, path)
  if ('options' in issue && Array.isArray(issue.options)) {
    return unsupportedValue(paramOf(path), value, issue.options.map(String))
  }
  const branches = issue.errors.map((issues) => issues[0])
  const nearest = branches.find((inner) => inner.path.length > 0 || hasTypeOf(inner, value))
  if (nearest) return refusalOfIssue(nearest, input, path)
  return wrongType(paramOf(path), 'another type', value)
}

const hasTypeOf = (issue: Issue, value: unknown): boolean =>
  issue.code === 'invalid_value'
    ? issue.values.some((supported) => typeof supported === typeof value)
    : issue.code !== 'invalid_type'

const unknownParameter = (param: string): Refusal => ({
  code: 'unknown_parameter',
  param,
  message: `Unknown parameter: '${param}'.`,
})

const wrongType = (param: string, expected: string, value: unknown): Refusal => ({
  code: 'invalid_type',
  param,
  message: `Invalid type for '${param}': expected ${typeNames[expected] ?? expected}, but got ${
    typeOf(value)
  } instead.`,
})

const outOfRange = (
  param: string,
  side: 'below' | 'above',
  limit: number | bigint,
  value: unknown,
): Refusal => {
  const bound = side === 'below' ? 'min' : 'max'
  if (typeof value === 'number') {
    const kind = Number.isInteger(value) ? 'integer' : 'decimal'
    const sign = side === 'below' ? '>=' : '<='
    return {
      code: `${kind}_${side}_${bound}_value`,
      param,
      message: `Invalid '${param}': ${kind} ${side} ${bound}imum value. ` +
        `Expected a value ${sign} ${limit}, but got ${value} instead.`,
    }
  }
  const [kind, length] = lengthOf(value)
  return {
    code: `${kind}_${side}_${bound}_length`,
    param,
    message: `Invalid '${param}': ${kind} too ${side === 'below' ? 'short' : 'long'}. ` +
      `Expected ${bound}imum length ${limit}, but got length ${length} instead.`,
  }
}

const lengthOf = (value: unknown): readonly ['string' | 'array', number] =>
  typeof value === 'string'
    ? ['string', value.length]
    : ['array', Array.isArray(value) ? value.length : 0]

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'a boolean',
  object: 'an object',
  record: 'an object',
  array: 'an array',
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return typeNames[typeof value] ?? typeof value
}

const quote = (value: unknown): string =>
  typeof value === 'string' ? `'${value}'` : JSON.stringify(value)

/** Writes a path as the real API does: `session.tools[2].name`. */
const paramOf = (path: Path): string =>
  path.reduce<string>((param, key) => joinParam(param, key), '')

const joinParam = (param: string, key: PropertyKey): string => {
  if (typeof key === 'number') return `${param}[${key}]`
  return param === '' ? String(key) : `${param}.${String(key)}`
}

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined
    return new Map<PropertyKey, unknown>(Object.entries(value)).get(String(key))
  }, input)
