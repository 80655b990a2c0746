import { createHmac } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/clock.ts'
import type { HttpRequestConfig, HttpToolConfig } from '../../src/config/tools.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { createHttpTool } from '../../src/tools/http-tool.ts'
import { createToolbox } from '../../src/tools/toolbox.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import {
  type Answer,
  type HttpServer,
  json,
  plain,
  startHttpServer,
} from '../support/http-server.ts'
import { ABOUT, createLogBook, NEVER } from './tool-fixture.ts'

const servers: HttpServer[] = []
const serve = async (answer: Answer) => {
  const server = await startHttpServer(answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

const config = (request: Partial<HttpRequestConfig>, more: Partial<HttpToolConfig> = {}) =>
  ({
    kind: 'http',
    name: 'book_table',
    description: 'Books a table.',
    parameters: {
      type: 'object',
      properties: { people: { type: 'integer', maximum: 10 } },
      additionalProperties: false,
    },
    timeoutMs: 8_000,
    request: { method: 'GET', url: '', headers: {}, body: {}, retries: 0, ...request },
    ...more,
  }) satisfies HttpToolConfig

/** Deadlines as they are; a pause between tries takes no time. */
const WITHOUT_PAUSES: Clock = {
  ...systemClock,
  after: (delayMs, action) => systemClock.after(delayMs < 1_000 ? 0 : delayMs, action),
}

/** Runs the tool as a toolbox would. */
const call = async (
  request: Partial<HttpRequestConfig>,
  {
    given = '{}',
    allow = ['127.0.0.1/32'],
    secrets = {},
    clock = WITHOUT_PAUSES,
    timeoutMs = 8_000,
  } = {},
) => {
  const { log, lines } = createLogBook()
  const tool = createHttpTool(config(request, { timeoutMs }), {
    fetch: createGuardedFetch({ allowPrivate: allow }),
    variable: (name) => name === 'BOOKING_SECRET' ? 's3cret' : undefined,
    clock,
    nowS: () => 1_795_651_200.7,
  })
  const { run } = createToolbox([tool], { clock, log })
  const result = await run('book_table', given, { ...ABOUT, secrets }, NEVER)
  return { ...result, lines }
}

const outputOf = async (...args: Parameters<typeof call>) => (await call(...args)).output

test('a booking is made, and the model is told what the file selects', async () => {
  const server = await serve(json({ confirmation: 'B-17', table: { number: 4 }, internal: 'x' }))
  const { output, failed } = await call(
    { method: 'POST', url: `${server.url}/tables`, select: ['confirmation', 'table.number'] },
    { given: '{"people":4}' },
  )
  expect([output, failed]).toEqual(['{"confirmation":"B-17","table.number":4}', false])
  expect(server.received.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', '/tables', '{"people":4}'],
  ])
})

test('nothing is sent when the arguments do not fit', async () => {
  const server = await serve(json({}))
  const output = await outputOf({ url: server.url }, { given: '{"people":12}' })
  expect(output).toBe('people must be at most 10, got 12. Correct it and try again.')
  expect(server.received).toEqual([])
})

test('without select the model is told the whole answer, and that it was done if there is none', async () => {
  const text = await serve(plain('Table 4, by the window.'))
  expect(await outputOf({ url: text.url })).toBe('Table 4, by the window.')
  const nothing = await serve((_, response) => void response.writeHead(204).end())
  expect(await outputOf({ method: 'DELETE', url: nothing.url })).toBe('Done.')
})

test('paths lead into lists, and what is not there is null', async () => {
  const server = await serve(json({ slots: [{ time: '19:00' }, { time: '20:00' }] }))
  const select = ['slots.0.time', 'slots[1].time', 'slots.2.time', 'constructor', 'slots.length']
  expect(await outputOf({ url: server.url, select })).toBe(
    '{"slots.0.time":"19:00","slots[1].time":"20:00","slots.2.time":null,"constructor":null,"slots.length":2}',
  )
})

test('a refusal is told with its status and the beginning of why', async () => {
  const server = await serve(json({ error: 'no table left', trace: 'x'.repeat(10_000) }, 409))
  const { output, failed } = await call({ method: 'POST', url: server.url })
  expect([output, failed]).toEqual([
    `The service refused: 409. {"error":"no table left","trace":"${'x'.repeat(266)}`,
    true,
  ])
})

test('the signature holds for the time and the body', async () => {
  const server = await serve(json({}))
  await call(
    { method: 'POST', url: server.url, sign: '${env:BOOKING_SECRET}' },
    { given: '{"people":2}' },
  )
  const mac = createHmac('sha256', 's3cret').update('1795651200.{"people":2}').digest('hex')
  expect(server.received[0].headers['x-tandem-signature']).toBe(`t=1795651200,v1=${mac}`)
})

test('what the caller entered is sent, and hidden where the server repeats it', async () => {
  const server = await serve((request, response) => plain(request.body)(request, response, 1))
  const output = await outputOf(
    { method: 'POST', url: server.url, body: { card: '${keypad:card}' } },
    { secrets: { card: '4111111111111111' } },
  )
  expect(server.received[0].body).toBe('{"card":"4111111111111111"}')
  expect(output).toBe('{"card":"[hidden]"}')
})

test.each([[502], [503], [504], [429]])(
  'a server that answers %i is asked again, as often as the file says',
  async (status) => {
    const server = await serve((request, response, nth) =>
      (nth < 3 ? plain('busy', status) : plain('here'))(request, response, nth)
    )
    expect(await outputOf({ url: server.url, retries: 1 })).toBe(
      `The service refused: ${status}. busy`,
    )
    expect(server.received).toHaveLength(2)
    expect(await outputOf({ url: server.url, retries: 1 })).toBe('here')
  },
)

test('a connection that breaks is tried again; one that is a POST, or a 500, is not', async () => {
  const server = await serve((request, response, nth) => {
    if (nth === 1) response.destroy()
    else plain('here')(request, response, nth)
  })
  expect(await outputOf({ url: server.url, retries: 1 })).toBe('here')
  const once = await serve((_, response) => void response.destroy())
  expect(await outputOf({ method: 'POST', url: once.url })).toBe(
    'The service cannot be reached right now. Tell the caller so.',
  )
  expect(once.received).toHaveLength(1)
  const broken = await serve(plain('oops', 500))
  expect(await outputOf({ url: broken.url, retries: 3 })).toBe('The service refused: 500. oops')
  expect(broken.received).toHaveLength(1)
})

test('a pause between tries is cut by the deadline', async () => {
  const clock = createFakeClock()
  const reached = Promise.withResolvers<void>()
  const server = await serve((request, response, nth) => {
    response.on('close', reached.resolve)
    plain('busy', 503)(request, response, nth)
  })
  const output = outputOf({ url: server.url, retries: 3 }, { clock, timeoutMs: 1_000 })
  await reached.promise
  clock.advance(1_000)
  expect(await output).toMatch(/^The tool took longer than 1 seconds/)
  expect(server.received).toHaveLength(1)
  expect(clock.waiting()).toBe(0)
})

test('a server that never answers is left at the deadline, with its connection', async () => {
  const clock = createFakeClock()
  const reached = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  const server = await serve((_, response) => {
    response.on('close', left.resolve)
    reached.resolve()
  })
  const output = outputOf({ url: server.url }, { clock, timeoutMs: 2_000 })
  await reached.promise
  clock.advance(2_000)
  expect(await output).toMatch(/^The tool took longer than 2 seconds/)
  await left.promise
})

test('an answer that is no text is not told', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' })
    response.end('PNG')
  })
  expect(await outputOf({ url: server.url })).toBe('The service gave an answer that is no text.')
})

test('an answer that is no JSON, or longer than anything, cannot be selected from', async () => {
  const html = await serve(plain('<html>'))
  expect(await outputOf({ url: html.url, select: ['a'] })).toBe(
    'The service gave an answer that makes no sense.',
  )
  const long = await serve(json({ a: 1, more: 'x'.repeat(300 * 1024) }))
  expect(await outputOf({ url: long.url, select: ['a'] })).toBe(
    'The answer of the service was too long.',
  )
  expect(await outputOf({ url: long.url })).toMatch(/x\n\[The rest was cut off: too long\.\]$/)
})

test('an address that is not public is refused; the model is not told which, the log is', async () => {
  const server = await serve(plain('secret'))
  const { output, lines } = await call({ url: server.url }, { allow: [] })
  expect(output).toBe('The service cannot be used: it is not set up right. Tell the caller so.')
  expect(server.received).toEqual([])
  expect([lines[0].fields.code, lines[0].fields.reason]).toEqual([
    'address-refused',
    `127.0.0.1:${server.port} leads to an address that is not public; network.allowPrivate of tandem.yaml may allow it`,
  ])
})

test('a redirect is a failure', async () => {
  const server = await serve((_, response) => {
    response.writeHead(307, { location: 'http://169.254.169.254/' })
    response.end()
  })
  const { output, lines } = await call({ url: server.url })
  expect(output).toBe('The service cannot be used: it is not set up right. Tell the caller so.')
  expect(lines[0].fields.code).toBe('redirected')
})
