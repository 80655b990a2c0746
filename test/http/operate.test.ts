/** The routes of the API about the service as it is: calls that are on, customers, numbers, health. */
import { describe, expect, test } from 'vitest'
import type { AppOptions } from '../../src/http/app.ts'
import { noRecord } from '../../src/store/open-record.ts'
import { createConfig, DEFAULT_SERVICE } from '../../src/config/config.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { CALL, createApi } from './api-fixture.ts'
import { createAppFixture } from './app-fixture.ts'

const createFixture = (changes: Partial<AppOptions> = {}) => {
  const fixture = createAppFixture(changes)
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fixture.app.request(`/api/v1${path}`, {
      ...init,
      headers: { authorization: 'Bearer test-operator-token' },
    })
    return { status: response.status, body: await response.json() }
  }
  return { ...fixture, ask }
}

describe('POST /api/v1/calls/{callSid}/end', () => {
  test('has the agent say goodbye', async () => {
    const { ask, exchange, names } = createFixture()
    exchange.told.set(CALL, [])
    expect(await ask(`/calls/${CALL}/end`, { method: 'POST' }))
      .toEqual({ status: 202, body: { ending: true } })
    expect(exchange.ended).toEqual([[CALL, 'operator-ended']])
    expect(names()).toContain('call.end-asked')
  })

  test('knows no call that is not on', async () => {
    const { ask, exchange } = createFixture()
    expect(await ask(`/calls/${CALL}/end`, { method: 'POST' })).toMatchObject({ status: 404 })
    expect(exchange.ended).toEqual([])
  })

  test('needs a token that operates', async () => {
    const { ask, exchange } = await createApi()
    exchange.told.set(CALL, [])
    const end = (token: string) => ask(`/calls/${CALL}/end`, token, { method: 'POST' })
    expect((await end('token-read')).status).toBe(403)
    expect((await end('token-operate')).status).toBe(202)
  })
})

describe('GET /api/v1/customers', () => {
  test('lists who is served, and whether they are open', async () => {
    const { ask } = createFixture()
    const { body } = await ask('/customers')
    expect(body.customers).toHaveLength(7)
    expect(body.customers[0]).toEqual({
      id: 'bright-smile',
      name: 'Bright Smile Dental',
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
      numbers: ['+15005550006'],
      answeredBy: 'agent',
    })
    const told = body.customers.find(({ id }: { id: string }) => id === 'told')
    expect(told.opening).toEqual({ isOpen: false, changesAt: '2027-01-15T09:00:00.000Z' })
  })

  test('shows one with its agents, and none that is not there', async () => {
    const { ask } = createFixture()
    const { body } = await ask('/customers/night')
    expect(body).toMatchObject({
      id: 'night',
      hours: { timezone: 'UTC', week: 'closed on all days' },
      keeps: 'everything',
      isRecorded: false,
      callsOut: false,
    })
    expect(Object.keys(body.agents)).toEqual(['main', 'night'])
    expect(body.agents.night).toMatchObject({ instructions: 'You take messages.', tools: [] })
    expect(await ask('/customers/nobody')).toEqual({
      status: 404,
      body: { type: 'about:blank', title: 'no such customer', status: 404 },
    })
  })

  test('never shows a secret, wherever the file has one', async () => {
    const text = `customer: Secretive
numbers: ["+15005550016"]
agent:
  instructions: You answer the phone.
  tools:
    - name: book
      description: Books.
      http:
        url: https://book.example.com/s3cret-path?key=s3cret-query
        headers: { authorization: Bearer s3cret-header }
        body: { key: s3cret-body }
        sign: s3cret-sign
    - mcp: { label: crm, url: "https://crm.example.com/s3cret", via: tandem, headers: { x: s3cret } }
knowledge: [{ url: "https://example.com/faq?token=s3cret" }]
webhooks: [{ url: "https://hooks.example.com/s3cret?key=s3cret", secret: "\${env:S3CRET}" }]
`
    const parsed = parseConfig({
      customers: [{ path: 'customers/secretive.yaml', text }],
      readKnowledge: () => undefined,
    })
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
    const config = createConfig(DEFAULT_SERVICE, parsed.config.customers)
    const { ask } = createFixture({ config: () => config })
    const { body } = await ask('/customers/secretive')
    expect(body.agents.main.tools).toEqual([
      { kind: 'http', name: 'book' },
      { kind: 'mcp', name: 'crm' },
    ])
    expect(body.knowledge).toEqual([{ type: 'url', name: 'https://example.com/faq' }])
    expect(body.webhooks).toMatchObject([{ origin: 'https://hooks.example.com' }])
    const all = [body, (await ask('/customers')).body, (await ask('/numbers')).body]
    expect(JSON.stringify(all)).not.toMatch(/s3cret/i)
  })
})

describe('GET /api/v1/numbers', () => {
  test('says who answers each number', async () => {
    const { ask } = createFixture()
    const { body } = await ask('/numbers')
    expect(body.numbers).toHaveLength(7)
    expect(body.numbers).toContainEqual({
      number: '+15005550009',
      customer: 'casa-do-mar',
      name: 'Casa do Mar',
      answeredBy: 'agent',
      model: 'gpt-realtime-2.1',
      voice: 'marin',
    })
    expect(body.numbers).toContainEqual(
      expect.objectContaining({ customer: 'listens', answeredBy: 'human' }),
    )
  })

  test('of one customer', async () => {
    const { ask } = createFixture()
    const { body } = await ask('/numbers?customer=night')
    expect(body.numbers.map(({ number }: { number: string }) => number)).toEqual(['+15005550013'])
  })
})

describe('POST /api/v1/customers/validate', () => {
  const validate = async (text: string, query = '?id=new-one') => {
    const { ask } = createFixture()
    return await ask(`/customers/validate${query}`, { method: 'POST', body: text })
  }

  test('takes a good file', async () => {
    const text = 'customer: New\nnumbers: ["+15005550001"]\nagent: { instructions: Hello. }\n'
    expect(await validate(text)).toEqual({ status: 200, body: { valid: true, problems: [] } })
  })

  test('says what is wrong where, and what was meant', async () => {
    const text = 'customer: New\nnumbers: ["+15005550001"]\nagent:\n  instuctions: Hello.\n'
    const { body } = await validate(text)
    expect(body.valid).toBe(false)
    expect(body.problems).toContainEqual({
      severity: 'error',
      code: 'unknown-key',
      line: 4,
      column: 3,
      path: 'agent.instuctions',
      message: 'unknown key "instuctions" in agent',
      hint: 'did you mean "instructions"?',
    })
  })

  test('knows that a number is taken, unless it is by the same customer', async () => {
    const text = 'customer: New\nnumbers: ["+15005550006"]\nagent: { instructions: Hello. }\n'
    expect((await validate(text)).body).toMatchObject({
      valid: false,
      problems: [{ code: 'number-taken', line: 2, column: 11 }],
    })
    expect((await validate(text, '?id=bright-smile')).body).toEqual({ valid: true, problems: [] })
  })

  test.each([
    ['', { problems: [{ code: 'empty-file' }] }],
    ['a: [', { problems: [{ code: 'yaml-syntax', line: 1 }] }],
  ])('answers %j like any other', async (text, body) => {
    expect(await validate(text)).toMatchObject({ status: 200, body: { valid: false, ...body } })
  })

  test('takes no name that is none, and nothing that is too long', async () => {
    expect(await validate('a: 1', '?id=../tandem')).toMatchObject({ status: 400 })
    expect(await validate('a'.repeat(300_000))).toEqual({
      status: 413,
      body: { type: 'about:blank', title: 'the body is too long', status: 413 },
    })
  })

  test('is a look, for which any token is good', async () => {
    const { ask } = await createApi()
    const { status } = await ask('/customers/validate', 'token-read', { method: 'POST', body: 'a' })
    expect(status).toBe(200)
  })
})

describe('GET /api/v1/health', () => {
  test('says that all is well', async () => {
    const { ask } = createFixture()
    expect(await ask('/health')).toEqual({
      status: 200,
      body: {
        status: 'ok',
        version: '0.1.0',
        machine: 'm1',
        calls: 0,
        capacity: 200,
        customers: 7,
      },
    })
  })

  test('says that it drains, and that the record is away', async () => {
    const draining = createFixture({ isReady: () => false })
    expect((await draining.ask('/health')).body.status).toBe('draining')
    const record = { ...noRecord, list: () => Promise.reject(new Error('away')) }
    expect((await createFixture({ record }).ask('/health')).body.status).toBe('record-away')
  })

  test('does not wait for a record that says nothing', async () => {
    const asked = Promise.withResolvers<void>()
    const list = () => {
      asked.resolve()
      return new Promise<never>(() => {})
    }
    const { ask, clock } = createFixture({ record: { ...noRecord, list } })
    const health = ask('/health')
    await asked.promise
    clock.advance(2_000)
    expect((await health).body.status).toBe('record-away')
  })
})
