import { expect, test } from 'vitest'
import { checkReport, describeLines, renderProblems } from '../../src/config/check.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { ConfigError } from '../../src/errors.ts'
import { PATH } from './sources.ts'

const check = (text: string): string => {
  const sources = [{ path: PATH, text }]
  const parsed = parseConfig({ customers: sources, readKnowledge: () => undefined })
  return checkReport({ ...parsed, sources }, 0).join('\n')
}

test('a problem is shown with its line, a caret and a hint', () => {
  expect(check(`customer: Bright Smile Dental
numbers: [+15005550006]
agent:
  instructions: You answer the phone.
  voce: marin
`)).toBe(
    `config/customers/bright-smile.yaml:2:11  error  numbers[0] must be text, but YAML reads +15005550006 as the number 15005550006
  2 | numbers: [+15005550006]
                ^
  hint: put it in quotes: "+15005550006"

config/customers/bright-smile.yaml:5:3  error  unknown key "voce" in agent
  5 |   voce: marin
        ^
  hint: did you mean "voice"?

2 errors`,
  )
})

test('lines are listed with what answers them, warnings below', () => {
  expect(check(`customer: Bright Smile Dental
numbers: ["+15005550006", "+351210000000"]
agent:
  instructions: You answer the phone.
  model: gpt-realtime
  audio: pcmu
`)).toBe(`+15005550006   Bright Smile Dental  gpt-realtime  marin  pcmu
+351210000000  Bright Smile Dental  gpt-realtime  marin  pcmu

config/customers/bright-smile.yaml:5:10  warning  OpenAI shuts "gpt-realtime" down on 2027-01-20
  5 |   model: gpt-realtime
               ^
  hint: use gpt-realtime-2.1

1 warning`)
})

test('a configuration without a fault is ok', () => {
  const text = 'customer: A\nnumbers: ["+15005550006"]\nagent: { instructions: Hello. }\n'
  expect(check(text)).toBe('+15005550006  A  gpt-realtime-2.1  marin  pcm\n\nok')
})

test('a line with opening hours is shown with when that changes, one that listens with its human', () => {
  const customer = (number: string, keys: string) => ({
    path: `config/customers/c${number.at(-1)}.yaml`,
    text: `customer: C${number.at(-1)}\nnumbers: ["${number}"]\n${keys}`,
  })
  const agent = 'agent: { instructions: Hello. }\n'
  const hours = 'hours: { timezone: Europe/Lisbon, open: { mon-fri: ["09:00-18:00"] } }\n'
  const customers = [
    customer('+15005550001', agent),
    customer('+15005550002', agent + hours),
    customer('+15005550003', `listen: { dial: "+15005550100" }\n${hours}`),
  ]
  const parsed = parseConfig({ customers, readKnowledge: () => undefined })
  const at = Date.parse('2026-11-25T22:00:00Z')
  expect('config' in parsed && describeLines(parsed.config, at)).toEqual([
    '+15005550001  C1  gpt-realtime-2.1  marin    pcm',
    '+15005550002  C2  gpt-realtime-2.1  marin    pcm           closed until Thursday 26 November 09:00',
    '+15005550003  C3  gpt-transcribe    listens  +15005550100  closed until Thursday 26 November 09:00',
  ])
})

test('no customers, no lines', () => {
  const parsed = parseConfig({ customers: [], readKnowledge: () => undefined })
  expect('config' in parsed && describeLines(parsed.config, 0)).toEqual([])
})

test('a long line is shown around the place, and the caret below it', () => {
  const text = `agent: { instructions: ${'very '.repeat(60)}nice, voce: marin }`
  const parsed = parseConfig({
    customers: [{ path: PATH, text }],
    readKnowledge: () => undefined,
  })
  const problems = 'problems' in parsed ? parsed.problems : []
  const unknown = problems.filter(({ code }) => code === 'unknown-key')
  const [head, source, caret] = renderProblems(unknown, [{ path: PATH, text }])
  expect(head).toBe('config/customers/bright-smile.yaml:1:330  error  unknown key "voce" in agent')
  expect(source.slice(caret.indexOf('^'))).toBe('voce: marin }')
  expect(source.length).toBeLessThan(110)
})

test('a tab takes one column, so that the caret stands below the place', () => {
  const text = 'customer: A\nnumbers: [\t"12"]\nagent: { instructions: Hello. }\n'
  const [, source, caret] = check(text).split('\n')
  expect(source).toBe('  2 | numbers: [ "12"]')
  expect(caret).toBe('                 ^')
})

test('a problem without a text, of the file as a whole, is one line', () => {
  const problem = {
    severity: 'error',
    code: 'no-customers',
    file: 'config/customers',
    line: 1,
    column: 1,
    path: '',
    message: 'there is no customer file in this folder',
  } as const
  expect(renderProblems([problem], [])).toEqual([
    'config/customers:1:1  error  there is no customer file in this folder',
    '',
  ])
})

test('a ConfigError carries the problems and names their places', () => {
  const parsed = parseConfig({
    customers: [{ path: PATH, text: 'customer: A\n' }],
    readKnowledge: () => undefined,
  })
  const problems = 'problems' in parsed ? parsed.problems : []
  const error = new ConfigError(problems)
  expect(error.code).toBe('config')
  expect(error.problems).toBe(problems)
  expect(error.message).toBe(
    'config/customers/bright-smile.yaml:1:1 numbers is missing\n' +
      'config/customers/bright-smile.yaml:1:1 agent is missing',
  )
})
