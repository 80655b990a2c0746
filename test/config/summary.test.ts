import { describe, expect, test } from 'vitest'
import { customerOf, problemsOf, withLines } from './sources.ts'

describe('summary', () => {
  test('is not written without the key', () => {
    expect(customerOf(withLines(''))).not.toHaveProperty('summary')
    expect(customerOf(withLines('summary: {}\n')).summary).toEqual({})
  })

  test('has fields written like parameters, or as a JSON Schema', () => {
    const text = withLines(`summary:
  instructions: Write in Portuguese.
  fields: { day: the day, people?: { type: integer } }
`)
    expect(customerOf(text).summary).toEqual({
      instructions: 'Write in Portuguese.',
      fields: {
        type: 'object',
        properties: {
          day: { type: 'string', description: 'the day' },
          people: { type: 'integer' },
        },
        required: ['day'],
        additionalProperties: false,
      },
    })
    const whole = withLines('summary: { fields: { type: object, minProperties: 1 } }\n')
    expect(customerOf(whole).summary).toEqual({ fields: { type: 'object', minProperties: 1 } })
  })

  test('has mistakes that are shown in their place', () => {
    expect(problemsOf(withLines('summary: { feilds: {} }\n'))).toEqual([
      '5:12 unknown-key unknown key "feilds" in summary > did you mean "fields"?',
    ])
    expect(problemsOf(withLines('summary: { fields: { people: { type: intger } } }\n'))).toEqual([
      '5:38 invalid-value "intger" is no type of a parameter > did you mean "integer"?',
    ])
    expect(problemsOf(withLines('record: factsOnly\nsummary: {}\n'))).toEqual([
      '6:1 key-without-effect summary does nothing beside record: factsOnly, which keeps no words > remove one of them',
    ])
  })
})
