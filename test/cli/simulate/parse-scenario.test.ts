import { describe, expect, test } from 'vitest'
import { parseScenario } from '../../../src/cli/simulate/parse-scenario.ts'

const parse = (text: string) => parseScenario({ path: 'scenarios/hello.yaml', text })

/** Problems as `line:column message > hint`. */
const problemsOf = (text: string): readonly string[] => {
  const parsed = parse(text)
  if (!('problems' in parsed)) return []
  return parsed.problems.map(({ line, column, message, hint }) =>
    `${line}:${column} ${message}${hint === undefined ? '' : ` > ${hint}`}`
  )
}

const scenarioOf = (text: string) => {
  const parsed = parse(text)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.scenario
}

describe('a scenario', () => {
  test('needs no more than a description and what is expected', () => {
    expect(scenarioOf('description: A call.\nexpect: { ended: caller-hung-up }\n')).toMatchObject({
      name: 'hello',
      folder: 'scenarios',
      from: '+15550001111',
      caller: [],
      http: [],
      limit: 180_000,
      expect: { ended: 'caller-hung-up', transcript: [], heard: [], notHeard: [] },
    })
  })

  test('has steps with their moments, in ms', () => {
    const { caller } = scenarioOf([
      'description: A call.',
      'caller:',
      '  - say: caller-cleaning',
      '    cutIn: 1.3s',
      '  - { press: "12#", pause: 700ms }',
      '  - wait: 1m',
      '  - { hangUp: true, after: 2 }',
      'expect: {}',
    ].join('\n'))
    expect(caller).toEqual([
      { say: 'caller-cleaning', cutIn: 1_300 },
      { press: '12#', pause: 700 },
      { wait: 60_000 },
      { hangUp: true, after: 2_000 },
    ])
  })

  test('has one model for all sessions, or one for each', () => {
    const one = scenarioOf('description: A.\nmodel: { garbage: true }\nexpect: {}\n')
    const two = scenarioOf('description: A.\nmodel: [{ speed: 2 }, { speed: 3 }]\nexpect: {}\n')
    expect(one.model?.map(({ garbage }) => garbage)).toEqual([true])
    expect(two.model?.map(({ speed }) => speed)).toEqual([2, 3])
  })

  test('brings a customer along that keeps its place in the file', () => {
    const { customer } = scenarioOf([
      'description: A call.',
      'customer:   # all of it',
      '    customer: Bright Smile',
      '',
      '    agent:',
      '      instructions: |',
      '        Be kind.',
      'expect: {}',
    ].join('\n'))
    expect(customer).toEqual({
      text: '\n\ncustomer: Bright Smile\n\nagent:\n  instructions: |\n    Be kind.',
      indent: 4,
    })
  })
})

describe('a mistake', () => {
  test('in a key says what was meant, at its place', () => {
    expect(problemsOf('description: A.\ncaller:\n  - sayy: hello\nexpect:\n  endd: fault\n'))
      .toEqual([
        '3:5 unknown key "sayy" in caller[0] > did you mean "say"?',
        '3:5 caller[0]: a step is one of say, press, wait, loseStream and hangUp',
        '5:3 unknown key "endd" in expect > did you mean "ended"?',
      ])
  })

  test('in a reason says which there are, and which was meant', () => {
    const [problem] = problemsOf('description: A.\nexpect: { ended: caller-hung }\n')
    expect(problem).toMatch(/^2:18 expect\.ended must be caller-hung-up, .* or rejected, got/)
    expect(problem).toContain('did you mean "caller-hung-up"?')
  })

  test('in a turn of the model is found inside it', () => {
    expect(problemsOf('description: A.\nmodel:\n  turns:\n    - { sayy: Hi }\nexpect: {}\n'))
      .toEqual(['4:9 unknown key "sayy" in model.turns[0] > did you mean "say"?'])
  })

  test('in a step that does two things, or none, is told', () => {
    const text = 'description: A.\ncaller:\n  - { say: hello, hangUp: true }\n  - { pause: 1s }\n'
    expect(problemsOf(`${text}expect: {}\n`)).toEqual([
      '3:5 caller[0]: a step is one of say, press, wait, loseStream and hangUp',
      '4:5 caller[1]: a step is one of say, press, wait, loseStream and hangUp',
    ])
  })

  test('in a duration, a key or a pattern is told with what to write', () => {
    expect(problemsOf('description: A.\nlimit: soon\nexpect: {}\n'))
      .toEqual(['2:8 limit: soon is no duration: write 700ms, 1.3s or 2m'])
    expect(problemsOf('description: A.\ncaller: [{ press: "12x" }]\nexpect: {}\n'))
      .toEqual(['2:19 caller[0].press: keys are 0-9 * # A-D'])
    expect(problemsOf('description: A.\nexpect: { heard: ["/(/"] }\n'))
      .toEqual(['2:19 expect.heard[0]: is no regular expression'])
  })

  test('of a customer in one line cannot be placed, and is not taken', () => {
    expect(problemsOf('description: A.\ncustomer: { numbers: [] }\nexpect: {}\n'))
      .toEqual(['2:1 customer must be written as a block below its key'])
  })

  test('of a server that is not there is told', () => {
    const text = 'description: A.\ncustomer:\n  customer: "{{http}}"\nexpect: {}\n'
    expect(problemsOf(text)).toEqual(['2:1 customer says {{http}}, and there is no http'])
  })

  test('in the YAML itself, and a file that cannot be read, are told', () => {
    expect(problemsOf('description: "A\n')[0]).toMatch(/^\d+:\d+ not YAML/)
    expect(problemsOf('')).toEqual(['1:1 the file is empty'])
    const gone = parseScenario({ path: 'gone.yaml', text: '', unreadable: 'no such file' })
    expect(gone).toMatchObject({ problems: [{ message: 'cannot be read: no such file' }] })
  })
})
