import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ToolError } from '../../src/errors.ts'
import { loadArgumentReaders } from '../../src/tools/arguments.ts'
import type { JsonSchema } from '../../src/tools/tool.ts'

const TABLE: JsonSchema = {
  type: 'object',
  properties: {
    day: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    people: { type: 'integer', minimum: 1, maximum: 10 },
    room: { enum: ['inside', 'terrace'] },
    guests: {
      type: 'array',
      maxItems: 2,
      items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    },
  },
  required: ['day', 'people'],
  additionalProperties: false,
}

const make = await loadArgumentReaders()

const complaint = (given: string, schema: JsonSchema = TABLE, maxChars = 1_000) => {
  try {
    return make(schema, maxChars)(given)
  } catch (error) {
    return error instanceof ToolError ? `${error.code}: ${error.message}` : error
  }
}

test('arguments that fit are given as they are', () => {
  expect(complaint('{"day":"2026-11-25","people":4,"room":"terrace"}')).toEqual({
    day: '2026-11-25',
    people: 4,
    room: 'terrace',
  })
})

test('nothing at all is an empty object', () => {
  expect([complaint('', { type: 'object' }), complaint(' \n', { type: 'object' })]).toEqual([
    {},
    {},
  ])
})

test.each([
  ['{"day":"2026-11-25","people":12}', 'people must be at most 10, got 12'],
  ['{"day":"2026-11-25","people":0}', 'people must be at least 1, got 0'],
  ['{"day":"2026-11-25","people":"four"}', 'people must be a whole number, got "four"'],
  ['{"day":"2026-11-25","people":2.5}', 'people must be a whole number, got 2.5'],
  ['{"day":"2026-11-25"}', 'people is missing'],
  [
    '{"day":"tomorrow","people":2}',
    'day must match ^\\d{4}-\\d{2}-\\d{2}$, got "tomorrow"',
  ],
  [
    '{"day":"2026-11-25","people":2,"room":"roof"}',
    'room must be one of "inside", "terrace", got "roof"',
  ],
  ['{"day":"2026-11-25","people":2,"smoking":true}', 'there is no argument smoking'],
  [
    '{"day":"2026-11-25","people":2,"guests":[{"name":"Ana"},{"nick":"Zé"}]}',
    'guests[1].name is missing',
  ],
  ['{"day":"2026-11-25","people":2,"guests":"Ana"}', 'guests must be a list, got "Ana"'],
  ['{"people":12}', 'day is missing; people must be at most 10, got 12'],
])('%s: %s', (given, what) => {
  expect(complaint(given)).toBe(`arguments-do-not-fit: ${what}. Correct it and try again.`)
})

test.each([['{"day":'], ['null'], ['[]'], ['"day"'], ['12'], ['day=2026']])(
  'what is no JSON object is told so: %s',
  (given) => {
    expect(complaint(given)).toBe(
      'arguments-not-json: The arguments must be one JSON object. Try again.',
    )
  },
)

test('a text that is too long is refused unread', () => {
  expect(complaint(`{"day":"${'x'.repeat(1_000)}"}`)).toBe(
    'arguments-too-long: The arguments are 1010 characters long, at most 1000 are taken. Send less.',
  )
})

test('of many mistakes the first five are told, and what was got is shortened', () => {
  const properties = Object.fromEntries(
    'abcdefgh'.split('').map((key) => [key, { type: 'number' }]),
  )
  const given = JSON.stringify(Object.fromEntries(Object.keys(properties).map((key) => [key, 'x'])))
  expect(complaint(given, { type: 'object', properties })).toBe(
    'arguments-do-not-fit: a must be a number, got "x"; b must be a number, got "x"; ' +
      'c must be a number, got "x"; d must be a number, got "x"; e must be a number, got "x"; and more. ' +
      'Correct it and try again.',
  )
  expect(complaint(`{"a":"${'x'.repeat(500)}"}`, { type: 'object', properties })).toBe(
    `arguments-do-not-fit: a must be a number, got "${
      'x'.repeat(59)
    }.... Correct it and try again.`,
  )
})

test('schemas of older drafts, with references and with formats are understood', () => {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { when: { $ref: '#/$defs/time' } },
    $defs: { time: { type: 'string', format: 'date-time' } },
  }
  expect(complaint('{"when":"now"}', schema)).toEqual({ when: 'now' })
  expect(complaint('{"when":1}', schema)).toBe(
    'arguments-do-not-fit: when must be text, got 1. Correct it and try again.',
  )
})

test("a schema that makes no sense is the tool's failure, not the model's", () => {
  const schema = { type: 'object', properties: { a: { $ref: '#/nowhere' } } }
  expect(complaint('{"a":1}', schema)).toBe(
    'schema-unusable: This tool cannot be used: the schema of its parameters makes no sense.',
  )
})

test('whatever the model sends is an object of arguments or a complaint', () => {
  const read = make(TABLE, 500)
  const anyText = fc.oneof(fc.string(), fc.json(), fc.json().map((text) => text.slice(1)))
  fc.assert(fc.property(anyText, (given) => {
    try {
      expect(typeof read(given)).toBe('object')
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
    }
  }))
})
