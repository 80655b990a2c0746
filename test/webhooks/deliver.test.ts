/** Events on their way from a real database to real servers; only time is the test's. */
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { WEBHOOK_EVENTS } from '../../src/config/schema/webhooks.ts'
import { type Fields, silentLog } from '../../src/log.ts'
import type { OutboxEvent } from '../../src/record/record.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import type { Sql } from '../../src/store/sql.ts'
import { type DeliveryOptions, startDelivery } from '../../src/webhooks/deliver.ts'
import { NOON } from '../store/fixture.ts'
import { type OpenRecord, openRecord, openSqlite, writes } from '../store/record-fixture.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { type Answer, type HttpServer, plain, startHttpServer } from '../support/http-server.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

const servers: HttpServer[] = []
const serve = async (answer: Answer) => {
  const server = await startHttpServer(answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

/** The ids of what came, in order. */
const came = ({ received }: HttpServer) => received.map(({ headers }) => headers['webhook-id'])

const createSender = async (
  urls: readonly string[],
  options: Partial<DeliveryOptions> & Readonly<{ database?: Sql }> = {},
) => {
  const record = await openRecord(options.database ?? openSqlite(':memory:'))
  return send(record, urls, options)
}

const send = (
  record: OpenRecord,
  urls: readonly string[],
  options: Partial<DeliveryOptions> = {},
) => {
  const clock = createFakeClock()
  const logged: (readonly [string, Fields])[] = []
  const note = (name: string, fields: Fields = {}) => void logged.push([name, fields])
  const webhooks = urls.map((url) => ({
    url,
    secret: '${env:CRM_SECRET}',
    events: WEBHOOK_EVENTS,
  }))
  const delivery = startDelivery({
    record,
    customers: () => [{ id: 'bright-smile', webhooks }],
    fetch: createGuardedFetch({ allowPrivate: ['127.0.0.1/32'] }),
    variable: (name) => name === 'CRM_SECRET' ? SECRET : undefined,
    newId: () => crypto.randomUUID(),
    random: () => 0,
    clock,
    now: () => NOON + clock.nowMs(),
    log: { ...silentLog, warn: note, error: note },
    ...options,
  })
  onTestFinished(() => delivery.stop())
  const keep = async (...events: readonly Partial<OutboxEvent>[]) => {
    record.write(events.map((each) => writes.event(each)))
    await record.flush()
  }
  /** Lets a little time pass again and again until something is so. */
  const until = (look: () => unknown, expected: unknown, stepMs = 20) =>
    expect.poll(() => {
      clock.advance(stepMs)
      return look()
    }, { interval: 2, timeout: 8_000 }).toEqual(expected)
  const states = async () =>
    (await record.outbox.list({ limit: 99 })).map(({ id, state, attempts, problem }) =>
      [id, state, attempts, ...(problem === undefined ? [] : [problem])].join(' ')
    ).toSorted()
  return { record, clock, logged, delivery, keep, until, states }
}

describe('a server that is well', () => {
  test('is told of each event once, in order within a call, signed', async () => {
    const server = await serve(plain('thanks'))
    const { keep, until, states } = await createSender([server.url])
    const url = server.url
    await keep(
      { url, id: 'm1', seq: 1 },
      { url, id: 'm2', seq: 2 },
      { url, id: 'm3', seq: 3 },
    )
    await until(states, ['m1 delivered 1', 'm2 delivered 1', 'm3 delivered 1'])
    expect(came(server)).toEqual(['m1', 'm2', 'm3'])
    const [{ method, headers, body }] = server.received
    expect([method, headers['content-type']]).toEqual(['POST', 'application/json'])
    expect(body).toBe('{"type":"call.ended","timestamp":"2026-05-04T12:00:00.000Z","data":{}}')
    const sentAt = new Date(Number(headers['webhook-timestamp']) * 1_000)
    expect(headers['webhook-signature']).toBe(new Webhook(SECRET).sign('m1', sentAt, body))
    expect(sentAt.getTime()).toBeGreaterThanOrEqual(NOON)
  })

  test('is sent the tags that the call has when it is sent', async () => {
    const server = await serve(plain('', 204))
    const { record, keep, until, states } = await createSender([server.url])
    record.write([
      writes.call(),
      { type: 'tag', tag: { callSid: 'CA1', startedAt: NOON, tag: 'vip', isSet: true, at: NOON } },
    ])
    const body = '{"type":"call.ended","timestamp":"x","data":{"callSid":"CA1"}}'
    await keep({ url: server.url, id: 'm1', body })
    await until(states, ['m1 delivered 1'])
    expect(JSON.parse(server.received[0].body)).toEqual({
      type: 'call.ended',
      timestamp: 'x',
      data: { callSid: 'CA1', tags: ['vip'] },
    })
  })

  test('is sent the transcript as it is on record when it is sent', async () => {
    const server = await serve(plain('', 204))
    const { record, keep, until, states } = await createSender([server.url])
    record.write([
      writes.call(),
      writes.line({ itemId: 'i1', text: 'A table for two.' }),
      writes.line({ itemId: 'i2', text: 'Very we', kind: 'agent', heardMs: 400, at: NOON + 5_000 }),
    ])
    const body = '{"type":"transcript.final","data":{"callSid":"CA1"}}'
    await keep({ url: server.url, id: 'm1', type: 'transcript.final', body }, {
      url: server.url,
      id: 'm2',
      type: 'transcript.final',
      callSid: 'CA2',
      body,
    })
    await until(states, ['m1 delivered 1', 'm2 dead 1 call-not-kept'])
    expect(JSON.parse(server.received[0].body)).toEqual({
      type: 'transcript.final',
      data: {
        callSid: 'CA1',
        lines: [
          {
            itemId: 'i1',
            kind: 'caller',
            text: 'A table for two.',
            at: '2026-05-04T12:00:04.000Z',
            atMs: 4_000,
          },
          {
            itemId: 'i2',
            kind: 'agent',
            text: 'Very we',
            at: '2026-05-04T12:00:05.000Z',
            atMs: 5_000,
            heardMs: 400,
          },
        ],
      },
    })
  })

  test('is told once by two processes that share a database', async () => {
    const server = await serve(plain('thanks'))
    const { url } = server
    const one = await createSender([url])
    const other = send(one.record, [url])
    const ids = Array.from({ length: 30 }, (_, at) => `m${at}`)
    await one.keep(...ids.map((id, at) => ({ url, id, callSid: `CA${at % 10}`, seq: at })))
    await one.until(async () => {
      other.clock.advance(20)
      return (await one.record.outbox.list({ limit: 99, state: 'delivered' })).length
    }, 30)
    expect(came(server).toSorted()).toEqual(ids.toSorted())
  })
})

describe('a server that is not', () => {
  test('is told again when it has recovered, and the next event of the call waits for that', async () => {
    const server = await serve((request, response, nth) =>
      plain('', nth <= 3 ? 500 : 200)(request, response, nth)
    )
    const { url } = server
    const { keep, until, states, clock, logged } = await createSender([url])
    await keep({ url, id: 'm1', seq: 1 }, { url, id: 'm2', seq: 2 })
    await until(states, ['m1 waiting 1 status-500', 'm2 waiting 0'])
    clock.advance(5_000)
    await until(states, ['m1 waiting 2 status-500', 'm2 waiting 0'])
    clock.advance(30_000)
    await until(states, ['m1 waiting 3 status-500', 'm2 waiting 0'])
    clock.advance(120_000)
    await until(states, ['m1 delivered 4', 'm2 delivered 1'])
    expect(came(server)).toEqual(['m1', 'm1', 'm1', 'm1', 'm2'])
    const host = new URL(url).host
    // Once, and not with each attempt.
    expect(logged).toEqual([
      ['webhook.failed', { customer: 'bright-smile', host, problem: 'status-500' }],
    ])
  })

  test('and hangs is left after 15 seconds, and holds up nobody else meanwhile', async () => {
    let isWell = false
    const hanging = await serve((request, response, nth) => {
      if (isWell) plain('thanks')(request, response, nth)
    })
    const well = await serve(plain('thanks'))
    const { record, keep, until, clock, logged } = await createSender([hanging.url, well.url])
    const calls = Array.from({ length: 20 }, (_, at) => `CA${at}`)
    await keep(...calls.map((callSid) => ({ url: hanging.url, id: `h-${callSid}`, callSid })))
    await until(() => hanging.received.length, 8)
    await keep(...calls.map((callSid) => ({ url: well.url, id: `w-${callSid}`, callSid })))
    const delivered = async () =>
      (await record.outbox.list({ limit: 99, state: 'delivered' })).length
    await until(delivered, 20, 5)
    expect(well.received).toHaveLength(20)
    expect(hanging.received).toHaveLength(8)
    expect(logged).toEqual([])
    isWell = true
    clock.advance(15_000)
    await until(delivered, 40)
    expect(logged.map(([name, { problem }]) => [name, problem])).toEqual([
      ['webhook.failed', 'timeout'],
    ])
  })

  test('for a day is told no more, and of the next event', async () => {
    const server = await serve((request, response, nth) =>
      plain('', came(server).at(-1) === 'm1' ? 503 : 200)(request, response, nth)
    )
    const { url } = server
    const { keep, until, states, clock, logged } = await createSender([url])
    await keep({ url, id: 'm1', seq: 1 }, { url, id: 'm2', seq: 2 })
    for (let attempts = 1; attempts < 10; attempts++) {
      await until(states, [`m1 waiting ${attempts} status-503`, 'm2 waiting 0'])
      clock.advance(6 * 3_600_000)
    }
    await until(states, ['m1 dead 10 status-503', 'm2 delivered 1'])
    // Once an hour at most, and these came six hours apart.
    const names = logged.map(([name]) => name)
    expect(names).toEqual([...Array(9).fill('webhook.failed'), 'webhook.dead'])
  })

  test('there is tried again', async () => {
    const server = await serve(plain('thanks'))
    const { url } = server
    await server.stop()
    const { keep, until, states } = await createSender([url])
    await keep({ url, id: 'm1' })
    await until(states, ['m1 waiting 1 not-connected'])
  })

  test('one whose address is private is not told', async () => {
    const server = await serve(plain('thanks'))
    const { url } = server
    const fetch = createGuardedFetch({ allowPrivate: [] })
    const { keep, until, states } = await createSender([url], { fetch })
    await keep({ url, id: 'm1' })
    await until(states, ['m1 waiting 1 address-refused'])
    expect(server.received).toEqual([])
  })
})

describe('the customer file that is in use', () => {
  test('says where events go: what waits for a webhook that is gone is dead', async () => {
    const server = await serve(plain('thanks'))
    const { keep, until, states, clock } = await createSender([])
    await keep({ url: server.url, id: 'm1' })
    clock.advance(60_000)
    await until(states, ['m1 dead 1 not-configured'])
    expect(server.received).toEqual([])
  })

  test('names a secret: without it nothing is sent', async () => {
    const server = await serve(plain('thanks'))
    const { url } = server
    const { keep, until, states } = await createSender([url], { variable: () => undefined })
    await keep({ url, id: 'm1' })
    await until(states, ['m1 waiting 1 no-secret'])
    expect(server.received).toEqual([])
  })
})

test('a process that stops breaks off what hangs, and the next one sends it at once', async () => {
  let isWell = false
  const server = await serve((request, response, nth) => {
    if (isWell) plain('thanks')(request, response, nth)
  })
  const { url } = server
  const one = await createSender([url])
  await one.keep({ url, id: 'm1' })
  await one.until(() => server.received.length, 1)
  await one.delivery.stop()
  expect(one.clock.waiting()).toBe(0)
  expect(one.logged).toEqual([])
  isWell = true
  const next = send(one.record, [url])
  next.clock.advance(one.clock.nowMs())
  await next.until(next.states, ['m1 delivered 2'])
})

test('a database that is away is told once a minute, and asked again', async () => {
  const record = await openRecord(openSqlite(':memory:'))
  const away = () => Promise.reject(new Error('away'))
  const outbox = { ...record.outbox, claim: away, prune: away }
  const { clock, until, logged } = send({ ...record, outbox }, ['https://crm.example.com/'])
  clock.advance(1_000)
  await until(() => logged.map(([name]) => name), ['webhook.not-sent'])
  clock.advance(58_000)
  await until(() => logged.length, 2)
})
