import { describe, expect, test } from 'vitest'
import type { Order, OrderProblem } from '../../src/outbound/order.ts'
import type { OutboundCall } from '../../src/outbound/entry.ts'
import type { Told } from '../../src/outbound/outbound.ts'
import { ACCOUNT, CALL, createAppFixture } from './app-fixture.ts'

const CALL_SHOWN: OutboundCall = {
  id: 'out-1',
  status: 'ringing',
  to: '+351213456789',
  line: '+15005550006',
  customer: 'bright-smile',
  callSid: CALL,
  metadata: { ticket: '17' },
  askedAt: 0,
}

/** The app over outbound calls made by hand; it knows one call. */
const createFixture = (answer: OutboundCall | OrderProblem = CALL_SHOWN) => {
  const orders: Order[] = []
  const told: [string, string, Told][] = []
  const detected: string[][] = []
  const canceled: string[] = []
  const fixture = createAppFixture({
    outbound: {
      place: (order) => {
        orders.push(order)
        return Promise.resolve(answer)
      },
      get: (id) => id === 'out-1' ? CALL_SHOWN : undefined,
      cancel: (id) => {
        canceled.push(id)
        return Promise.resolve(id === 'out-1' ? CALL_SHOWN : undefined)
      },
      answered: (id, { callSid, accountSid }) =>
        Promise.resolve(
          id === 'out-1'
            ? {
              callSid,
              accountSid,
              from: '+351213456789',
              line: fixture.lineOf('+15005550006'),
              owner: 'm1',
            }
            : undefined,
        ),
      progressed: (...all) => Promise.resolve(void told.push(all)),
      detected: (...all) => void detected.push(all),
    },
  })
  const api = async (method: string, path: string, body?: unknown) => {
    const response = await fixture.app.request(`/api/v1${path}`, {
      method,
      headers: { authorization: 'Bearer test-operator-token' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  return { ...fixture, api, orders, told, detected, canceled }
}

/** What Twilio posts of a call that we placed. */
const FORM = {
  CallSid: CALL,
  AccountSid: ACCOUNT,
  Direction: 'outbound-api',
  From: '+15005550006',
  To: '+351213456789',
  CallStatus: 'in-progress',
}

describe('POST /api/v1/calls', () => {
  test('takes an order and shows the call', async () => {
    const { api, orders } = createFixture()
    expect(
      await api('POST', '/calls', {
        to: '+351213456789',
        line: '+15005550006',
        variables: { name: 'Ana', visits: 3 },
        metadata: { ticket: 17 },
        within: 60,
      }),
    ).toEqual({
      status: 202,
      body: {
        id: 'out-1',
        status: 'ringing',
        to: '+351213456789',
        line: '+15005550006',
        customer: 'bright-smile',
        callSid: CALL,
        metadata: { ticket: '17' },
        askedAt: '1970-01-01T00:00:00.000Z',
      },
    })
    expect(orders).toEqual([{
      to: '+351213456789',
      line: '+15005550006',
      variables: { name: 'Ana', visits: '3' },
      metadata: { ticket: '17' },
      withinMs: 60_000,
    }])
  })

  test('lets a call wait for five minutes unless it is told otherwise', async () => {
    const { api, orders } = createFixture()
    await api('POST', '/calls', { to: '+351213456789', line: '+15005550006' })
    expect(orders).toMatchObject([{ variables: {}, metadata: {}, withinMs: 300_000 }])
  })

  test.each([
    [{ line: '+15005550006' }, 'to: Invalid input: expected string, received undefined'],
    [{ to: '+351213456789', line: '+15005550006', vars: {} }, 'Unrecognized key: "vars"'],
    [
      { to: '+351213456789', line: '+15005550006', within: 0 },
      'within: Too small: expected number to be >=1',
    ],
  ])('does not take %o', async (order, title) => {
    const { api, orders } = createFixture()
    expect(await api('POST', '/calls', order))
      .toEqual({ status: 400, body: { type: 'about:blank', title, code: 'bad-body', status: 400 } })
    expect(orders).toEqual([])
  })

  test.each(
    [
      ['not-a-number', 400],
      ['missing-variables', 400],
      ['country-not-allowed', 403],
      ['special-rate-number', 403],
      ['outbound-off', 403],
      ['unknown-line', 404],
      ['queue-full', 429],
      ['draining', 503],
      ['twilio-not-configured', 503],
    ] as const,
  )('says %s with %i', async (code, status) => {
    const { api } = createFixture({ code, message: 'why' })
    expect(await api('POST', '/calls', { to: '+351213456789', line: '+15005550006' }))
      .toEqual({ status, body: { type: 'about:blank', title: 'why', code, status } })
  })

  test('is for the operator alone', async () => {
    const { app, orders } = createFixture()
    expect((await app.request('/api/v1/calls', { method: 'POST', body: '{}' })).status).toBe(401)
    expect(orders).toEqual([])
  })
})

describe('/api/v1/calls/:id', () => {
  test('shows a call and takes it back', async () => {
    const { api, canceled } = createFixture()
    expect(await api('GET', '/calls/out-1')).toMatchObject({ status: 200, body: { id: 'out-1' } })
    expect(await api('DELETE', '/calls/out-1')).toMatchObject({ status: 200 })
    expect(canceled).toEqual(['out-1'])
    expect((await api('GET', '/calls/out-9')).status).toBe(404)
    expect((await api('DELETE', '/calls/out-9')).status).toBe(404)
  })
})

describe('/twilio/outbound', () => {
  test('joins the one who picked up to the agent', async () => {
    const { post, exchange } = createFixture()
    const { status, text } = await post('/twilio/outbound/out-1', FORM)
    expect(status).toBe(200)
    expect(text).toContain(`<Stream url="wss://voice.example.com/twilio/media/m1/${CALL}"`)
    expect(exchange.offered).toMatchObject([{ callSid: CALL, from: '+351213456789' }])
  })

  test('apologises to one of whom nothing is known', async () => {
    const { post, exchange, names } = createFixture()
    const { text } = await post('/twilio/outbound/out-9', FORM)
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Fish &amp; chips later.</Say><Hangup/></Response>',
    )
    expect(exchange.offered).toEqual([])
    expect(names()).toContain('outbound.unknown-call')
  })

  test('passes on what is told, with its number', async () => {
    const { post, told, detected } = createFixture()
    const ringing = { ...FORM, CallStatus: 'ringing', SequenceNumber: '1' }
    expect((await post('/twilio/outbound/out-1/status', ringing)).status).toBe(204)
    expect((await post('/twilio/outbound/out-1/status', FORM)).status).toBe(204)
    expect(told).toEqual([
      ['out-1', ACCOUNT, { callSid: CALL, status: 'ringing', sequenceNumber: 1 }],
      ['out-1', ACCOUNT, { callSid: CALL, status: 'in-progress', sequenceNumber: undefined }],
    ])
    const machine = { CallSid: CALL, AccountSid: ACCOUNT, AnsweredBy: 'machine_start' }
    expect((await post('/twilio/outbound/out-1/machine', machine)).status).toBe(204)
    expect(detected).toEqual([['out-1', 'machine_start']])
  })

  test('does nothing for a request that Twilio has not signed', async () => {
    const { post, told, detected, exchange } = createFixture()
    for (const path of ['/out-1', '/out-1/status', '/out-1/machine']) {
      const { status } = await post(`/twilio/outbound${path}`, FORM, { signature: 'bad' })
      expect(status).toBe(403)
    }
    expect([told, detected, exchange.offered]).toEqual([[], [], []])
  })
})

describe('a webhook knows the line', () => {
  test('of a call that we placed by who called', async () => {
    const { post, exchange } = createFixture()
    await post('/twilio/after', FORM)
    expect(exchange.asked).toMatchObject([{
      facts: { from: '+351213456789' },
      line: { number: '+15005550006' },
    }])
  })

  test.each([
    [{ To: '', line: '+15005550009' }, '+15005550009'],
    [{ To: '+15005550006' }, '+15005550006'],
    [{ To: '+15005550006', line: '+15005550009' }, '+15005550009'],
  ])('of a call from a browser by what its page said: %o', async (fields, number) => {
    const { post, exchange } = createFixture()
    const form = { ...FORM, Direction: 'inbound', From: 'client:alice', CallStatus: 'ringing' }
    const { text } = await post('/twilio/voice', { ...form, ...fields })
    expect(text).toContain('<Stream')
    expect(exchange.offered).toMatchObject([{ from: 'client:alice', line: { number } }])
  })

  test('of a call from a phone by its number alone, whatever else is said', async () => {
    const { post, exchange } = createFixture()
    await post('/twilio/voice', {
      ...FORM,
      Direction: 'inbound',
      From: '+351213456789',
      To: '+15005550006',
      line: '+15005550009',
      CallStatus: 'ringing',
    })
    expect(exchange.offered).toMatchObject([{ line: { number: '+15005550006' } }])
  })
})
