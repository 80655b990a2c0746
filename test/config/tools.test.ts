import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse-config.ts'
import { customerOf, line, PATH, problemsOf, warningsOf, withLines } from './sources.ts'

const toolsOf = (lines: string) => customerOf(withLines(`  tools:\n${lines}`)).agent.tools

const toolProblems = (lines: string) => problemsOf(withLines(`  tools:\n${lines}`))

const BOOK = `    - name: book_table
      description: Books a table.
`

describe('what can be said', () => {
  test('built-in tools by name, and take_message with fields of its own', () => {
    expect(toolsOf(`    - end_call
    - name: take_message
      filler: One moment.
      fields: { order?: the number of the order }
`)).toEqual([
      {
        kind: 'built-in',
        name: 'end_call',
        fields: { type: 'object', properties: {}, additionalProperties: false },
      },
      {
        kind: 'built-in',
        name: 'take_message',
        fields: {
          type: 'object',
          properties: { order: { type: 'string', description: 'the number of the order' } },
          additionalProperties: false,
        },
        filler: 'One moment.',
      },
    ])
  })

  test('an HTTP tool with every key', () => {
    expect(toolsOf(`${BOOK}      parameters:
        day: the date, YYYY-MM-DD
        people: { type: integer, minimum: 1, maximum: 10, description: how many }
        note?: anything else
      http:
        method: PUT
        url: https://book.example.com/tables/{day}
        headers: { authorization: "Bearer \${env:BOOKING_KEY}" }
        body: { source: phone, card: "\${keypad:card}" }
        sign: "\${env:BOOKING_SECRET}"
        select: [confirmation, table.number]
        retries: 1
      timeout: 3s
      filler: One moment, I am looking.
`)).toEqual([
      {
        kind: 'http',
        name: 'book_table',
        description: 'Books a table.',
        parameters: {
          type: 'object',
          properties: {
            day: { type: 'string', description: 'the date, YYYY-MM-DD' },
            people: { type: 'integer', minimum: 1, maximum: 10, description: 'how many' },
            note: { type: 'string', description: 'anything else' },
          },
          required: ['day', 'people'],
          additionalProperties: false,
        },
        request: {
          method: 'PUT',
          url: 'https://book.example.com/tables/{day}',
          headers: { authorization: 'Bearer ${env:BOOKING_KEY}' },
          body: { source: 'phone', card: '${keypad:card}' },
          sign: '${env:BOOKING_SECRET}',
          select: ['confirmation', 'table.number'],
          retries: 1,
        },
        timeoutMs: 3_000,
        filler: 'One moment, I am looking.',
      },
    ])
  })

  test.each([
    ['{ url: "https://a.example.com/" }', '', 'GET'],
    ['{ url: "https://a.example.com/{day}" }', 'parameters: { day: the date }', 'GET'],
    ['{ url: "https://a.example.com/" }', 'parameters: { day: the date }', 'POST'],
    ['{ url: "https://a.example.com/", body: { source: phone } }', '', 'POST'],
    ['{ url: "https://a.example.com/", method: PATCH }', '', 'PATCH'],
  ])('a request with something in its body is a POST: %s %s', (http, parameters, method) => {
    const [tool] = toolsOf(`${BOOK}      http: ${http}\n      ${parameters}\n`)
    expect(tool.kind === 'http' && [tool.request.method, tool.timeoutMs]).toEqual([method, 8_000])
  })

  test('a whole JSON Schema is taken as it is', () => {
    const schema = '{ type: object, properties: { day: { type: string } }, required: [day] }'
    const [tool] = toolsOf(`${BOOK}      parameters: ${schema}
      http: { url: "https://book.example.com/{day}" }
`)
    expect(tool.kind === 'http' && tool.parameters).toEqual({
      type: 'object',
      properties: { day: { type: 'string' } },
      required: ['day'],
    })
  })

  test('MCP servers, called by OpenAI or from here', () => {
    expect(toolsOf(`    - mcp: { label: crm, url: "https://crm.example.com/mcp" }
    - mcp:
        label: stock
        url: http://10.0.0.5/mcp
        via: tandem
        allow: [find]
        headers: { authorization: "Bearer \${env:STOCK_KEY}" }
      timeout: 4
`)).toEqual([
      {
        kind: 'mcp',
        label: 'crm',
        url: 'https://crm.example.com/mcp',
        via: 'openai',
        approval: 'never',
        headers: {},
        timeoutMs: 8_000,
      },
      {
        kind: 'mcp',
        label: 'stock',
        url: 'http://10.0.0.5/mcp',
        via: 'tandem',
        allow: ['find'],
        approval: 'never',
        headers: { authorization: 'Bearer ${env:STOCK_KEY}' },
        timeoutMs: 4_000,
      },
    ])
  })
})

describe('names', () => {
  test('a misspelt built-in tool is shown with what was meant', () => {
    expect(toolProblems('    - end_cal\n    - fax\n    - hand_off\n')).toEqual([
      '6:7 unknown-tool there is no built-in tool "end_cal" > did you mean "end_call"?',
      '7:7 unknown-tool there is no built-in tool "fax" > the built-in tools are end_call, now, transfer_call, press_keys, collect_digits, take_message; one of your own is a group of keys',
      '8:7 unknown-tool hand_off comes by itself with handoffs > remove it, and write handoffs',
    ])
  })

  test('a name is given once', () => {
    expect(toolProblems(`    - now
    - now
${BOOK}      http: { url: "https://a.example.com/" }
${BOOK}      http: { url: "https://b.example.com/" }
`)).toEqual([
      '7:7 duplicate-tool the agent has two tools called "now" > give one of them another name',
      '11:7 duplicate-tool the agent has two tools called "book_table" > give one of them another name',
    ])
  })

  test('a name is one that the model can call', () => {
    expect(toolProblems(`    - name: book table
      description: Books a table.
      http: { url: "https://a.example.com/" }
    - name: search_knowledge
      description: Searches.
      http: { url: "https://a.example.com/" }
    - mcp: { label: c.r.m, url: "https://crm.example.com/mcp" }
`)).toEqual([
      '6:13 invalid-name "book table" cannot be the name of a tool > use letters, digits, _ and -, at most 64 of them: book_table',
      '9:13 unknown-tool search_knowledge comes by itself with knowledge > remove it, and write knowledge',
      '12:21 invalid-name "c.r.m" cannot be the name of a tool > use letters, digits, _ and -, at most 64 of them: book_table',
    ])
  })
})

describe('what a tool needs, and what does nothing', () => {
  test('a tool of your own is whole', () => {
    expect(toolProblems('    - name: end_cal\n    - http: { url: "https://a.example.com/" }\n'))
      .toEqual([
        '6:7 missing-key a tool needs description',
        '6:7 missing-key a tool needs http > did you mean "end_call"?',
        '7:7 missing-key a tool needs name',
        '7:7 missing-key a tool needs description',
      ])
  })

  test('a key that does nothing is refused', () => {
    expect(toolProblems(`    - name: end_call
      timeout: 3s
    - name: now
      fields: { a: b }
    - mcp: { label: crm, url: "https://crm.example.com/mcp", via: tandem, approval: never }
      parameters: { a: b }
    - mcp: { label: fax, url: "https://fax.example.com/mcp" }
      timeout: 3s
${BOOK}      http: { url: "https://a.example.com/" }
      fields: { a: b }
`)).toEqual([
      '7:7 key-without-effect timeout does nothing here: end_call is a built-in tool > remove it',
      '9:7 key-without-effect fields does nothing here: now is a built-in tool > remove it',
      '10:75 key-without-effect approval does nothing with via: tandem > remove it',
      '11:7 key-without-effect parameters does nothing here: this is an MCP server > remove it',
      '13:7 key-without-effect timeout does nothing here: this is an MCP server that OpenAI calls > remove it',
      '17:7 key-without-effect fields does nothing here: this is a tool of your own > remove it',
    ])
  })

  test('take_message asks for some things anyway', () => {
    expect(toolProblems('    - name: take_message\n      fields: { number?: theirs }\n')).toEqual([
      '7:17 key-without-effect take_message asks for number? anyway > remove it',
    ])
  })

  test('an unknown key of an entry is shown with what was meant', () => {
    expect(toolProblems(`${BOOK}      http: { ur: "https://a.example.com/" }\n`)).toEqual([
      '8:7 missing-key agent.tools[0].http.url is missing',
      '8:15 unknown-key unknown key "ur" in agent.tools[0].http > did you mean "url"?',
    ])
  })

  test('what tells the answer of a caller is not listed, and an approval that the caller gives needs nothing else', () => {
    expect(toolProblems('    - answer_approval\n')).toEqual([
      '6:7 unknown-tool answer_approval comes by itself with approval: always > remove it, and write approval: always',
    ])
    expect(warningsOf(withLines(`  tools:
    - mcp: { label: crm, url: "https://crm.example.com/mcp", approval: always }
`))).toEqual([])
  })

  test('the address of an MCP server is fixed, and its headers are the same for all calls', () => {
    expect(toolProblems(`    - mcp: { label: crm, url: "https://\${env:CRM}/mcp" }
    - mcp: { label: fax, url: "ws://fax.example.com" }
    - mcp: { label: pay, url: "https://pay.example.com/mcp", headers: { x: "\${keypad:card}" } }
`)).toEqual([
      '6:31 invalid-url "https://${env:CRM}/mcp" is no http or https address > write https://crm.example.com/mcp, and what is secret as a header',
      '7:31 invalid-url "ws://fax.example.com" is no http or https address > write https://crm.example.com/mcp, and what is secret as a header',
      '8:76 invalid-value a server is the same for all calls: nothing that one caller enters can stand here > write ${env:NAME}',
    ])
  })

  test('a tool may take 1 s to 60 s', () => {
    expect(toolProblems(`${BOOK}      http: { url: "https://a.example.com/" }
      timeout: 2m
`)).toEqual(['9:16 out-of-range timeout must be between 1s and 60s, got 2m'])
  })
})

describe('parameters', () => {
  const problemsWith = (parameters: string) =>
    toolProblems(`${BOOK}      parameters: ${parameters}
      http: { url: "https://a.example.com/" }
`)

  test('a type that is none is shown with what was meant', () => {
    expect(problemsWith('{ people: { type: integr }, day: { type: date } }')).toEqual([
      '8:37 invalid-value "integr" is no type of a parameter > did you mean "integer"?',
      '8:60 invalid-value "date" is no type of a parameter > the types are string, integer, number, boolean, array, object, null',
    ])
    expect(problemsWith('{ type: object, properties: { day: { type: text } } }')).toEqual([
      '8:62 invalid-value "text" is no type of a parameter > the types are string, integer, number, boolean, array, object, null',
    ])
  })

  test('a parameter is a sentence or a group, with a plain name', () => {
    expect(problemsWith('{ people: 4, "how many": number of guests }')).toEqual([
      '8:29 wrong-type parameter "people" must be a sentence or a group such as { type: integer }',
      '8:44 invalid-value "how many" is no name of a parameter > use letters, digits and _',
    ])
  })
})

describe('the request', () => {
  const problemsWith = (http: string) =>
    toolProblems(`${BOOK}      parameters: { day: the date, note?: more }
      http: ${http}
`)

  test.each([
    [
      'ftp://a.example.com/',
      'invalid-url "ftp://a.example.com/" is no http or https address > write https://book.example.com/tables/{day}, without a "#"',
    ],
    [
      'book.example.com',
      'invalid-url "book.example.com" is no http or https address > write https://book.example.com/tables/{day}, without a "#"',
    ],
    [
      'https://{day}.example.com/',
      'invalid-url the host of a tool cannot be filled in, nor hold a password > write the host as it is, and a password as a header',
    ],
    [
      'https://a:b@example.com/',
      'invalid-url the host of a tool cannot be filled in, nor hold a password > write the host as it is, and a password as a header',
    ],
    [
      'https://a.example.com/{dy}',
      'unknown-parameter the url says {dy}, which is no parameter of this tool > did you mean "day"?',
    ],
    [
      'https://a.example.com/{note}',
      'unknown-parameter the path of the url needs {note}, which may be absent > write the parameter without its "?", or put it into the query',
    ],
  ])('an address that cannot be: %s', (url, problem) => {
    expect(problemsWith(`{ url: "${url}" }`)).toEqual([`9:20 ${problem}`])
  })

  test('what may be absent can stand in the query', () => {
    expect(problemsWith('{ url: "https://a.example.com/{day}?note={note}" }')).toEqual([])
  })

  test('what is never sent twice has no retries, what has no body no fields', () => {
    expect(problemsWith('{ url: "https://a.example.com/", retries: 2 }')).toEqual([
      '9:46 key-without-effect a request without a method is never sent twice > remove retries, or write method: GET, PUT or DELETE if that is what it is',
    ])
    expect(problemsWith('{ url: "https://a.example.com/", method: PATCH, retries: 2 }')).toEqual([
      '9:61 key-without-effect a PATCH is never sent twice > remove retries, or write method: GET, PUT or DELETE if that is what it is',
    ])
    expect(problemsWith('{ url: "https://a.example.com/", method: GET, body: { a: b } }')).toEqual([
      '9:59 key-without-effect a GET has no body > put it into the query of the url',
    ])
  })

  test("headers that are the request's own cannot be set", () => {
    expect(problemsWith('{ url: "https://a.example.com/", headers: { Host: b, "a b": c } }'))
      .toEqual([
        "9:57 invalid-name the header Host is not a tool's to set",
        '9:66 invalid-name "a b" is no name of a header',
      ])
  })

  test('a path into the answer has dots', () => {
    expect(
      problemsWith(
        '{ url: "https://a.example.com/", select: [slots.0.time, "slots[0].time", "a..b"] }',
      ),
    )
      .toEqual([
        '9:86 invalid-value "a..b" is no path into an answer > write confirmation, table.number or slots.0.time',
      ])
  })
})

describe('variables of the environment', () => {
  const problemsIn = (value: string, has: readonly string[]) => {
    const text = withLines(`  tools:
${BOOK}      http: { url: "https://a.example.com/", headers: { x-key: "${value}" } }
`)
    const parsed = parseConfig({
      customers: [{ path: PATH, text }],
      readKnowledge: () => undefined,
      hasVariable: (name) => has.includes(name),
    })
    return 'problems' in parsed ? parsed.problems.map(line) : []
  }

  test('one that is set is well, one that is not is shown where it stands', () => {
    expect(problemsIn('Bearer ${env:BOOKING_KEY}', ['BOOKING_KEY'])).toEqual([])
    expect(problemsIn('Bearer ${env:BOOKING_KEY}', [])).toEqual([
      '8:64 missing-variable the environment has no variable BOOKING_KEY > set BOOKING_KEY before the service starts',
    ])
  })

  test.each([
    ['OPENAI_API_KEY'],
    ['TWILIO_AUTH_TOKEN'],
    ['TANDEM_SECRET'],
    ['DATABASE_URL'],
    ['AWS_SECRET_ACCESS_KEY'],
    ['FLY_API_TOKEN'],
  ])("%s is the service's own, and no file of a customer can send it anywhere", (name) => {
    expect(problemsIn(`\${env:${name}}`, [name])).toEqual([
      `8:64 invalid-variable ${name} belongs to the service; a customer file may not use it > give the variable of a customer a name of its own`,
    ])
  })

  test('a name is written in capitals, and a "${" is one of the two that are known', () => {
    expect(problemsIn('${env:booking_key}', ['booking_key'])).toEqual([
      '8:64 invalid-variable "booking_key" is no name of a variable that a file may use > such a name has capital letters, digits and _ only',
    ])
    expect(problemsIn('${BOOKING_KEY}', ['BOOKING_KEY'])).toEqual([
      '8:64 invalid-value a "${" that is neither ${env:NAME} nor ${keypad:NAME} > write ${env:NAME} for a variable of the environment',
    ])
  })

  test('they are checked everywhere they may stand', () => {
    const text = withLines(`  tools:
${BOOK}      http: { url: "https://a.example.com/\${env:A}", body: { b: "\${env:B}" }, sign: "\${env:C}" }
    - mcp: { label: crm, url: "https://crm.example.com/mcp", headers: { x-d: "\${env:D}" } }
`)
    const parsed = parseConfig({
      customers: [{ path: PATH, text }],
      readKnowledge: () => undefined,
      hasVariable: () => false,
    })
    expect('problems' in parsed && parsed.problems.map(({ message }) => message)).toEqual([
      'the environment has no variable A',
      'the environment has no variable B',
      'the environment has no variable C',
      'the environment has no variable D',
    ])
  })
})

describe('the network of the service file', () => {
  const parsed = (network: string) =>
    parseConfig({
      service: { path: 'config/tandem.yaml', text: `network: ${network}\n` },
      customers: [],
      readKnowledge: () => undefined,
    })

  test('ranges that may be reached', () => {
    const found = parsed('{ allowPrivate: ["10.0.0.0/8", "fdaa::/16"] }')
    expect('config' in found && found.config.service).toEqual({
      capacity: 200,
      network: { allowPrivate: ['10.0.0.0/8', 'fdaa::/16'] },
      outbound: {},
      prices: { surcharge: 1, tables: [] },
      operators: [],
      api: { requestsPerMinute: 600, wrongTokensPerMinute: 30 },
    })
  })

  test('what is no range is shown', () => {
    const found = parsed('{ allowPrivate: [10.0.0.1] }')
    expect('problems' in found && found.problems.map(line)).toEqual([
      '1:27 invalid-value network.allowPrivate[0]: must be an address range such as 10.0.0.0/8',
    ])
  })
})
