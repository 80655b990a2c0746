import { describe, expect, test } from 'vitest'
import { customerOf, problemsOf, warningsOf, withLines } from './sources.ts'
import { blanksOf, filledIn, fillIn } from '../../src/config/values/variables.ts'

describe('outbound', () => {
  test('is absent unless it is written: then nobody can be called', () => {
    expect(customerOf(withLines('')).outbound).toBeUndefined()
  })

  test('needs the countries alone', () => {
    expect(customerOf(withLines('outbound: { countries: [PT, US] }\n')).outbound).toEqual({
      countries: ['PT', 'US'],
      callsPerSecond: 1,
      ringForMs: 30_000,
      machine: { then: 'hang-up' },
    })
  })

  test('may leave a message, or talk to machines as to people', () => {
    const message =
      'outbound: { countries: [PT], callsPerSecond: 5, ringFor: 45s, machine: message, message: Call us. }\n'
    expect(customerOf(withLines(message)).outbound).toEqual({
      countries: ['PT'],
      callsPerSecond: 5,
      ringForMs: 45_000,
      machine: { then: 'leave', message: 'Call us.' },
    })
    const goOn = 'outbound: { countries: [PT], machine: continue }\n'
    expect(customerOf(withLines(goOn)).outbound?.machine).toEqual({ then: 'go-on' })
  })

  test.each([
    [
      '{ countries: [pt] }',
      '5:25 invalid-country "pt" is not a country of two letters (ISO 3166-1) > write PT',
    ],
    [
      '{ countries: [UK] }',
      '5:25 invalid-country "UK" is not a country of two letters (ISO 3166-1) > write GB',
    ],
    [
      '{ countries: [Portugal] }',
      '5:25 invalid-country "Portugal" is not a country of two letters (ISO 3166-1) > write PT, US, GB, ...',
    ],
    ['{ countries: [] }', '5:24 out-of-range outbound.countries must not be empty'],
    ['{}', '5:1 missing-key outbound.countries is missing'],
    [
      '{ countries: [PT], contries: [US] }',
      '5:30 unknown-key unknown key "contries" in outbound > did you mean "countries"?',
    ],
    [
      '{ countries: [PT], machine: message }',
      '5:39 missing-key outbound.message is missing: machine: message says it after the beep',
    ],
    [
      '{ countries: [PT], message: Hello. }',
      '5:30 key-without-effect message does nothing with machine: hangUp > remove it, or write machine: message',
    ],
    [
      '{ countries: [PT], ringFor: 1s }',
      '5:39 out-of-range outbound.ringFor must be between 5s and 2m, got 1s > a number without a unit is in seconds',
    ],
    [
      '{ countries: [PT], callsPerSecond: 0 }',
      '5:46 out-of-range outbound.callsPerSecond must be at least 0.01, got 0',
    ],
  ])('%s is a mistake', (text, problem) => {
    expect(problemsOf(withLines(`outbound: ${text}\n`))).toEqual([problem])
  })
})

test('outbound without an agent is a mistake', () => {
  const text = 'customer: Bright Smile\nnumbers: ["+15005550006"]\n' +
    'listen: { dial: "+15005550100" }\noutbound: { countries: [PT] }\n'
  expect(problemsOf(text)).toEqual([
    '4:1 key-without-effect outbound does nothing without an agent > remove it, or write an agent who talks to those who are called',
  ])
})

describe('blanks', () => {
  const customer = customerOf(
    'customer: Bright Smile\nnumbers: ["+15005550006"]\n' +
      'agent:\n  instructions: You call {{ name }} about {{appointment}}.\n' +
      '  greeting: Hello {{name}}.\n' +
      'agents: { billing: { instructions: "{{name}} asks about {{invoice}}.", when: asked } }\n' +
      'outbound: { countries: [PT], machine: message, message: "{{name}}, call {{number}}." }\n' +
      'summary: { instructions: "Say what {{name}} said of {{ticket}}.", fields: { day: the day } }\n',
  )

  test('are those of the instructions, the greeting, the message and the summary', () => {
    expect(blanksOf(customer)).toEqual(['name', 'appointment', 'invoice', 'number', 'ticket'])
  })

  test('are filled in everywhere, and left out without a value', () => {
    const filled = filledIn(customer, { name: 'Ana', number: '1234' })
    expect(filled.agent.instructions).toBe('You call Ana about .')
    expect(filled.agent.greeting).toBe('Hello Ana.')
    expect(filled.agents.billing.instructions).toBe('Ana asks about .')
    expect(filled.agents.main.greeting).toBe('Hello Ana.')
    expect(filled.outbound?.machine).toEqual({ then: 'leave', message: 'Ana, call 1234.' })
    expect(filled.summary?.instructions).toBe('Say what Ana said of .')
    expect(filled.summary?.fields).toBe(customer.summary?.fields)
  })

  test('take one line of bounded length, in which no blank is filled in', () => {
    expect(fillIn('<{{a}}>', { a: ' one\r\n\u2028# two\u0000\u202e ' })).toBe('<one # two>')
    expect(fillIn('<{{a}}>', { a: '{{b}} $& $1', b: 'no' })).toBe('<{{b}} $& $1>')
    expect(fillIn('{{a}}', { a: 'x'.repeat(900) })).toHaveLength(500)
    expect(fillIn('{{toString}}', {})).toBe('')
  })

  test('are none of what only looks like them', () => {
    expect(fillIn('{name} {{}} {{1a}} {{a b}}', { name: 'x', a: 'y' }))
      .toBe('{name} {{}} {{1a}} {{a b}}')
  })

  test('that no call can fill in are warned of, each text at its place', () => {
    const text = withLines(
      '  greeting: Hello {{name}}.\n' +
        'agents: { billing: { instructions: "Ask {{name}}.", when: asked } }\n' +
        'summary: { instructions: "{{ ticket }} for {{name}}" }\n',
    )
    const warning = (name: string) =>
      `blank-never-filled {{${name}}} is always left out: only calls that are placed bring a value > write outbound, or a text without it`
    expect(warningsOf(text)).toEqual([
      `5:13 ${warning('name')}`,
      `6:36 ${warning('name')}`,
      `7:26 ${warning('ticket')}`,
    ])
    expect(warningsOf(`${text}outbound: { countries: [PT] }\n`)).toEqual([])
  })
})
