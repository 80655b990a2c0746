/** Parameters as an operator writes them, `people: how many`, as the JSON Schema that the model is shown and arguments are held against. */
import { nearest } from '../yaml/spelling.ts'
import type { Finding, KeyPath } from '../problem.ts'

/** A JSON Schema. */
export type ParameterSchema = Readonly<Record<string, unknown>>

/** Parameters as they stand in a file. */
export type WrittenParameters = Readonly<Record<string, unknown>>

/** Writes parameters as a JSON Schema of an object. One that is a JSON Schema already stays as it is. */
export const parameterSchema = (written: WrittenParameters = {}): ParameterSchema => {
  if (isWholeSchema(written)) return written
  const entries = Object.entries(written)
  const required = entries.map(([key]) => key).filter((key) => !key.endsWith('?'))
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, value]) => [bare(key), property(value)])),
    ...(required.length ? { required } : {}),
    additionalProperties: false,
  }
}

/** Names of the parameters of a schema, and of those among them that are never absent. */
export const parameterNames = (
  schema: ParameterSchema,
): Readonly<{ all: readonly string[]; required: readonly string[] }> => ({
  all: isRecord(schema.properties) ? Object.keys(schema.properties) : [],
  required: Array.isArray(schema.required)
    ? schema.required.filter((name) => typeof name === 'string')
    : [],
})

/** Says what is wrong with parameters, each with the way to it. */
export const checkParameters = (
  written: WrittenParameters,
): readonly Readonly<{ path: KeyPath; finding: Finding }>[] => {
  if (isWholeSchema(written)) {
    const { properties } = written
    return isRecord(properties)
      ? Object.entries(properties).flatMap(([key, value]) => checkType(['properties', key], value))
      : []
  }
  return Object.entries(written).flatMap(([key, value]) => [
    ...(NAME.test(bare(key)) ? [] : [{ path: [key], finding: badName(bare(key)) }]),
    ...(typeof value === 'string' || isRecord(value) ? checkType([key], value) : [{
      path: [key],
      finding: {
        code: 'wrong-type',
        message: `parameter "${key}" must be a sentence or a group such as { type: integer }`,
      } as const,
    }]),
  ])
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/

// As in a customer file: `type: object` says that this is a JSON Schema and not a parameter called type.
const isWholeSchema = (written: WrittenParameters): boolean => written.type === 'object'

const bare = (key: string): string => key.replace(/\?$/, '')

const property = (value: unknown): unknown =>
  typeof value === 'string' ? { type: 'string', description: value } : value

const badName = (name: string): Finding => ({
  code: 'invalid-value',
  message: `"${name}" is no name of a parameter`,
  hint: 'use letters, digits and _',
})

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null']

const checkType = (path: KeyPath, value: unknown) => {
  const type = isRecord(value) ? value.type : undefined
  if (typeof type !== 'string' || TYPES.includes(type)) return []
  const meant = nearest(type, TYPES)
  const hint = meant ? `did you mean "${meant}"?` : `the types are ${TYPES.join(', ')}`
  return [{
    path: [...path, 'type'],
    finding: {
      code: 'invalid-value',
      message: `"${type}" is no type of a parameter`,
      hint,
    } as const,
  }]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
