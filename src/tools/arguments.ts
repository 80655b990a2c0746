/**
 * Arguments of a tool call as the model writes them: a text that may be anything. What does not fit is said in words that let the
 * model do better the next time: which argument, what it must be, what it got.
 */
import type { ErrorObject, ValidateFunction } from 'ajv'
import { ToolError } from '../errors.ts'
import { turn } from '../runtime/event-loop.ts'
import type { Arguments, JsonSchema } from './tool.ts'

/** Reads the arguments of one tool, or throws a `ToolError` that says what is wrong with them. */
export type ReadArguments = (given: string) => Arguments

/** Makes readers of arguments, one for each schema. */
export type MakeReadArguments = (schema: JsonSchema, maxChars: number) => ReadArguments

/** Loads the validator. It is large, so whoever has no tools does not pay for it. */
export const loadArgumentReaders = async (): Promise<MakeReadArguments> => {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  // Schemas come from operators and from MCP servers: they are used as far as they are understood, never written about on the console.
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    meta: false,
    validateSchema: false,
    validateFormats: false,
    addUsedSchema: false,
    logger: false,
  })
  // To load it was one pause, to use it is another: frames of audio go between them.
  await turn()
  // The first schema takes ten times as long as any other, so it is none that a caller waits for.
  ajv.compile({ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] })
  return (schema, maxChars) => {
    // Compiled when first used: a customer has many tools, a call uses few.
    let validate: ValidateFunction | undefined
    return (given) => {
      const value = parse(given, maxChars)
      validate ??= compile(() => ajv.compile({ ...schema }))
      if (validate(value)) return value
      const wrong = [...new Set((validate.errors ?? []).map(inWords))]
      throw new ToolError('arguments-do-not-fit', `${sentence(wrong)} Correct it and try again.`)
    }
  }
}

const compile = (make: () => ValidateFunction): ValidateFunction => {
  try {
    return make()
  } catch (cause) {
    const message = 'This tool cannot be used: the schema of its parameters makes no sense.'
    throw new ToolError('schema-unusable', message, { cause })
  }
}

const parse = (given: string, maxChars: number): Arguments => {
  if (given.length > maxChars) {
    throw new ToolError(
      'arguments-too-long',
      `The arguments are ${given.length} characters long, at most ${maxChars} are taken. Send less.`,
    )
  }
  // A tool without parameters is called with nothing at all by some models.
  const value = given.trim() === '' ? {} : fromJson(given)
  if (isArguments(value)) return value
  throw new ToolError('arguments-not-json', 'The arguments must be one JSON object. Try again.')
}

const fromJson = (given: string): unknown => {
  try {
    return JSON.parse(given)
  } catch {
    return undefined
  }
}

const isArguments = (value: unknown): value is Arguments =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The model has no use for more, and reads each word of it. */
const WRONG_MAX = 5

const sentence = (wrong: readonly string[]): string =>
  `${wrong.slice(0, WRONG_MAX).join('; ')}${wrong.length > WRONG_MAX ? '; and more' : ''}.`

const inWords = ({ keyword, instancePath, params, data, message }: ErrorObject): string => {
  const name = nameOf(instancePath)
  switch (keyword) {
    case 'required':
      return `${nameOf(`${instancePath}/${params.missingProperty}`)} is missing`
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = params.additionalProperty ?? params.unevaluatedProperty
      return `there is no argument ${nameOf(`${instancePath}/${key}`)}`
    }
    case 'type':
      return `${name} must be ${kinds(params.type)}, got ${got(data)}`
    case 'enum':
      return `${name} must be one of ${params.allowedValues.map(got).join(', ')}, got ${got(data)}`
    case 'const':
      return `${name} must be ${got(params.allowedValue)}, got ${got(data)}`
    case 'minimum':
      return `${name} must be at least ${params.limit}, got ${got(data)}`
    case 'maximum':
      return `${name} must be at most ${params.limit}, got ${got(data)}`
    case 'exclusiveMinimum':
      return `${name} must be more than ${params.limit}, got ${got(data)}`
    case 'exclusiveMaximum':
      return `${name} must be less than ${params.limit}, got ${got(data)}`
    case 'minLength':
      return `${name} must be at least ${params.limit} characters long, got ${got(data)}`
    case 'maxLength':
      return `${name} must be at most ${params.limit} characters long, got ${got(data)}`
    case 'minItems':
      return `${name} must have at least ${params.limit} entries`
    case 'maxItems':
      return `${name} must have at most ${params.limit} entries`
    case 'pattern':
      return `${name} must match ${params.pattern}, got ${got(data)}`
    default:
      return `${name} ${message ?? 'does not fit'}`
  }
}

/** `/list/0/x` as one reads it: `list[0].x`. */
const nameOf = (pointer: string): string => {
  const steps = pointer.split('/').slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const name = steps.reduce(
    (text, step) => /^\d+$/.test(step) ? `${text}[${step}]` : text ? `${text}.${step}` : step,
    '',
  )
  return name || 'the object of arguments'
}

const kinds = (type: unknown): string =>
  (Array.isArray(type) ? type : [type]).map((each) => KINDS.get(each) ?? String(each)).join(' or ')

const KINDS: ReadonlyMap<unknown, string> = new Map([
  ['string', 'text'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['null', 'null'],
])

const GOT_CHARS = 60

const got = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > GOT_CHARS ? `${text.slice(0, GOT_CHARS)}...` : text
}
