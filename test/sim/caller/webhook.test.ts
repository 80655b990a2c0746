import { describe, expect, test } from 'vitest'
import { createWebhook, type Fetch } from '../../../src/sim/caller/webhook.ts'
import { createFakeClock } from '../../support/fake-clock.ts'

const request = {
  url: 'https://example.com/myapp.php?foo=1&bar=2',
  method: 'POST' as const,
  fields: {
    To: '+18005551212',
    CallSid: 'CA1234567890ABCDE',
    Digits: '1234',
    From: '+14158675310',
    Caller: '+14158675310',
  },
}

/**
 * Answers in turn; an Error is a server that cannot be reached, nothing is one that never answers.
 */
const createServer = (...answers: (Response | Error | undefined)[]) => {
  const clock = createFakeClock()
  const requests: { url: string; init: RequestInit; headers: Headers }[] = []
  const fetch: Fetch = (url, init) => {
    requests.push({ url, init, headers: new Headers(init.headers) })
    const answer = answers.shift()
    if (answer instanceof Error) return Promise.reject(answer)
    return answer ? Promise.resolve(answer) : new Promise(() => {})
  }
  return { clock, requests, webhook: createWebhook({ fetch, clock, authToken: '12345' }) }
}

const twiml = () => new Response('<Response/>', { headers: { 'content-type': 'text/xml' } })

describe('a webhook', () => {
  test('is a signed form', async () => {
    const { webhook, requests } = createServer(twiml())
    expect(await webhook(request))
      .toEqual({ status: 200, contentType: 'text/xml', body: '<Response/>' })
    const [{ url, init, headers }] = requests
    expect(url).toBe('https://example.com/myapp.php?foo=1&bar=2')
    expect(init.method).toBe('POST')
    expect(init.body).toBe(
      'To=%2B18005551212&CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675310&Caller=%2B14158675310',
    )
    expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded; charset=UTF-8')
    expect(headers.get('x-twilio-signature')).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=')
    expect(headers.get('user-agent')).toBe('TwilioProxy/1.1')
  })

  test('by GET has its fields in the query, and the query signed', async () => {
    const { webhook, requests } = createServer(twiml())
    await webhook({ url: 'https://x.test/v?a=1', method: 'GET', fields: { To: '+1' } })
    const [{ url, init, headers }] = requests
    expect(url).toBe('https://x.test/v?a=1&To=%2B1')
    expect(init.body).toBeUndefined()
    expect(headers.get('x-twilio-signature')).toBe('NY5AO6t2ce2GGoop72g1RUmjDnU=')
  })

  test('is tried once more, under the same token, when the server cannot be reached', async () => {
    const { webhook, requests } = createServer(new TypeError('refused'), twiml())
    expect(await webhook(request)).toMatchObject({ status: 200 })
    const tokens = requests.map(({ headers }) => headers.get('i-twilio-idempotency-token'))
    expect(tokens).toHaveLength(2)
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(tokens[1]).toBe(tokens[0])
  })

  test('fails as 11205 when the server cannot be reached twice', async () => {
    const { webhook, requests } = createServer(new TypeError('refused'), new TypeError('refused'))
    expect(await webhook(request)).toEqual({
      code: 11205,
      problem: 'cannot reach https://example.com/myapp.php?foo=1&bar=2: refused',
    })
    expect(requests).toHaveLength(2)
  })

  test('is not tried again after an error status', async () => {
    const { webhook, requests } = createServer(new Response('oops', { status: 500 }))
    expect(await webhook(request)).toMatchObject({ status: 500, body: 'oops' })
    expect(requests).toHaveLength(1)
  })

  describe('whose url says how often', () => {
    const patient = { ...request, url: 'http://127.0.0.1:8080/twilio/after#rc=5&rp=all' }
    const down = () => new TypeError('refused')
    const settle = async () => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    }

    test('is asked for six times, ever less often, before it fails', async () => {
      const { webhook, requests, clock } = createServer(...Array.from({ length: 6 }, down))
      const atMs: number[] = []
      const answer = webhook(patient)
      for (let ms = 0; ms < 8_000; ms += 250) {
        await settle()
        while (atMs.length < requests.length) atMs.push(clock.nowMs())
        clock.advance(250)
      }
      expect(await answer).toMatchObject({ code: 11205 })
      expect(atMs).toEqual([0, 0, 500, 1_500, 3_500, 7_500])
    })

    test('is asked for again after an error status, too', async () => {
      const { webhook, requests, clock } = createServer(
        new Response('starting', { status: 503 }),
        new Response('not found', { status: 404 }),
        twiml(),
      )
      const answer = webhook(patient)
      await settle()
      clock.advance(500)
      expect(await answer).toMatchObject({ status: 200 })
      expect(requests).toHaveLength(3)
    })

    test('is asked for without the fragment, under the signature of the rest', async () => {
      const { webhook, requests } = createServer(twiml(), twiml())
      await webhook({ ...request, url: `${request.url}#rc=5&rp=all` })
      expect(requests[0].url).toBe('https://example.com/myapp.php?foo=1&bar=2')
      expect(requests[0].headers.get('x-twilio-signature')).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=')
      await webhook({ url: 'https://x.test/v?a=1#rc=2', method: 'GET', fields: { To: '+1' } })
      expect(requests[1].url).toBe('https://x.test/v?a=1&To=%2B1')
      expect(requests[1].headers.get('x-twilio-signature')).toBe('NY5AO6t2ce2GGoop72g1RUmjDnU=')
    })

    test('is given up while it waits for the next attempt, and leaves no timer', async () => {
      const { webhook, requests, clock } = createServer(down(), down(), down())
      const hangUp = new AbortController()
      const answer = webhook({ ...patient, signal: hangUp.signal })
      await settle()
      expect(requests).toHaveLength(2)
      hangUp.abort()
      expect(await answer).toMatchObject({ code: 11205 })
      expect(clock.waiting()).toBe(0)
    })

    test('is not waited for beyond 15 s in all', async () => {
      const { webhook, requests, clock } = createServer(down(), down(), undefined)
      const answer = webhook(patient)
      await settle()
      clock.advance(500)
      await settle()
      expect(requests).toHaveLength(3)
      clock.advance(14_500)
      expect(await answer).toMatchObject({
        problem: 'no answer within 15000 ms from http://127.0.0.1:8080/twilio/after#rc=5&rp=all',
      })
    })
  })

  test('fails as 11205 after 15 s without an answer', async () => {
    const { webhook, clock, requests } = createServer(undefined)
    const answer = webhook(request)
    clock.advance(14_999)
    expect(requests[0].init.signal?.aborted).toBe(false)
    clock.advance(1)
    expect(await answer).toEqual({
      code: 11205,
      problem: 'no answer within 15000 ms from https://example.com/myapp.php?foo=1&bar=2',
    })
    expect(requests[0].init.signal?.aborted).toBe(true)
    expect(requests).toHaveLength(1)
  })

  test('fails after 15 s when the body does not end', async () => {
    const endless = new Response(new ReadableStream(), { headers: { 'content-type': 'text/xml' } })
    const { webhook, clock } = createServer(endless)
    const answer = webhook(request)
    await Promise.resolve()
    clock.advance(15_000)
    expect(await answer).toMatchObject({ code: 11205 })
  })

  test('gives up at once when it is told to', async () => {
    const { webhook } = createServer(undefined)
    const hangUp = new AbortController()
    const answer = webhook({ ...request, signal: hangUp.signal })
    hangUp.abort()
    expect(await answer).toMatchObject({ code: 11205 })
  })
})
