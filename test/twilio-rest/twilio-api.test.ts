import { describe, expect, test } from 'vitest'
import { UpstreamError } from '../../src/errors.ts'
import { twilioOf } from '../../src/twilio-rest/account.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
const CALL = 'CA0123456789abcdef0123456789abcdef'
const CALLS = `/2010-04-01/Accounts/${ACCOUNT}/Calls.json`

const ENVIRONMENT = {
  accountSid: ACCOUNT,
  authTokens: ['new-token', 'old-token'],
  region: 'us1' as const,
  apiUrl: 'http://127.0.0.1:9000',
  apiKey: undefined,
  twimlAppSid: undefined,
}

type Request = Readonly<{ url: string; init: RequestInit }>
type Answer = Response | Error | 'no answer'

/** Twilio in memory: answers in turn, the last answer for ever. */
const createTwilio = (
  answers: readonly (() => Answer)[],
  changes: Partial<Parameters<typeof twilioOf>[0]> = {},
) => {
  const clock = createFakeClock()
  const requests: Request[] = []
  const api = twilioOf({ ...ENVIRONMENT, ...changes }, {
    clock,
    random: () => 1,
    fetch: (url, init) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)]()
      requests.push({ url, init })
      if (answer === 'no answer') return new Promise(() => {})
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  })
  /** Lets a request go on until it is settled, with `ms` for each of its waits. */
  const settled = async (work: Promise<unknown>, ms: number) => {
    let result: unknown
    work.then((value) => result = value, (error) => result = error)
    for (let turn = 0; turn < 20 && result === undefined; turn++) {
      for (let at = 0; at < 30; at++) await Promise.resolve()
      clock.advance(ms)
    }
    return result
  }
  return { api, clock, requests, settled }
}

const refused = (status: number, code: number, message = 'no') => () =>
  Response.json({ code, message, more_info: 'https://example.com', status }, { status })

const placed = () =>
  Response.json({ sid: CALL, status: 'queued', to: '+351213456789' }, { status: 201 })

const NEW_CALL = {
  to: '+351213456789',
  from: '+15005550006',
  url: 'https://voice.example.com/twilio/outbound',
}

describe('placing a call', () => {
  test('posts a form to the account, signed in with its first token', async () => {
    const { api, requests } = createTwilio([placed])
    const call = await api.createCall({
      ...NEW_CALL,
      statusCallback: 'https://voice.example.com/twilio/call-status',
      statusCallbackEvents: ['ringing', 'answered', 'completed'],
      timeoutS: 25,
      machineDetection: { until: 'message-end', callback: 'https://voice.example.com/amd' },
    })
    expect(call).toEqual({ callSid: CALL, status: 'queued' })
    expect(requests[0].url).toBe(`http://127.0.0.1:9000${CALLS}`)
    expect(requests[0].init.method).toBe('POST')
    expect(requests[0].init.headers).toMatchObject({
      authorization: `Basic ${btoa(`${ACCOUNT}:new-token`)}`,
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    })
    expect(requests[0].init.body).toBe(
      'To=%2B351213456789&From=%2B15005550006' +
        '&Url=https%3A%2F%2Fvoice.example.com%2Ftwilio%2Foutbound' +
        '&StatusCallback=https%3A%2F%2Fvoice.example.com%2Ftwilio%2Fcall-status' +
        '&StatusCallbackEvent=ringing&StatusCallbackEvent=answered&StatusCallbackEvent=completed' +
        '&Timeout=25&MachineDetection=DetectMessageEnd&AsyncAmd=true' +
        '&AsyncAmdStatusCallback=https%3A%2F%2Fvoice.example.com%2Famd',
    )
  })

  test('signs in with the API key where there is one', async () => {
    const { api, requests } = createTwilio([placed], { apiKey: { sid: 'SK1', secret: 's3cret' } })
    await api.createCall(NEW_CALL)
    expect(requests[0].init.headers).toMatchObject({
      authorization: `Basic ${btoa('SK1:s3cret')}`,
    })
  })

  test.each(
    [
      ['us1', 'https://api.twilio.com'],
      ['ie1', 'https://api.dublin.ie1.twilio.com'],
      ['au1', 'https://api.sydney.au1.twilio.com'],
    ] as const,
  )('in the region %s asks %s', async (region, host) => {
    const { api, requests } = createTwilio([placed], { region, apiUrl: undefined })
    await api.createCall(NEW_CALL)
    expect(requests[0].url).toBe(host + CALLS)
  })

  test('is refused with the code and the words of Twilio', async () => {
    const { api, settled, requests } = createTwilio([
      refused(400, 21211, "The 'To' number is not a valid phone number."),
    ])
    expect(await settled(api.createCall(NEW_CALL), 1_000)).toMatchObject({
      name: 'UpstreamError',
      code: 'twilio-21211',
      status: 400,
      retryable: false,
      message: "Cannot place the call: The 'To' number is not a valid phone number.",
    })
    expect(requests).toHaveLength(1)
  })

  test('is tried again, ever later, while there are too many requests', async () => {
    const { api, clock, requests } = createTwilio([
      refused(429, 20429),
      refused(429, 20429),
      placed,
    ])
    const call = api.createCall(NEW_CALL)
    const pass = async (ms: number) => {
      for (let at = 0; at < 30; at++) await Promise.resolve()
      clock.advance(ms)
      for (let at = 0; at < 30; at++) await Promise.resolve()
    }
    await pass(499)
    expect(requests).toHaveLength(1)
    await pass(1)
    expect(requests).toHaveLength(2)
    await pass(999)
    expect(requests).toHaveLength(2)
    await pass(1)
    expect(await call).toEqual({ callSid: CALL, status: 'queued' })
    expect(clock.waiting()).toBe(0)
  })

  test('is not tried again when the call may have been placed', async () => {
    for (const answer of [refused(500, 20500), refused(504, 20504)]) {
      const { api, requests, settled } = createTwilio([answer])
      expect(await settled(api.createCall(NEW_CALL), 1_000)).toBeInstanceOf(UpstreamError)
      expect(requests).toHaveLength(1)
    }
    const { api, requests, settled } = createTwilio([() => new TypeError('connection reset')])
    expect(await settled(api.createCall(NEW_CALL), 1_000)).toMatchObject({
      code: 'twilio-unreachable',
      retryable: true,
    })
    expect(requests).toHaveLength(1)
  })

  test('is given up after ten seconds without an answer', async () => {
    const { api, clock } = createTwilio([() => 'no answer'])
    let error: unknown
    api.createCall(NEW_CALL).catch((thrown) => error = thrown)
    const pass = async (ms: number) => {
      clock.advance(ms)
      for (let at = 0; at < 30; at++) await Promise.resolve()
    }
    await pass(9_999)
    expect(error).toBeUndefined()
    await pass(1)
    expect(error).toMatchObject({ code: 'twilio-timeout', retryable: true })
    expect(clock.waiting()).toBe(0)
  })

  test('is an error when the answer is no call', async () => {
    const { api, settled } = createTwilio([() => new Response('<html>', { status: 200 })])
    expect(await settled(api.createCall(NEW_CALL), 1_000)).toMatchObject({
      code: 'twilio-bad-answer',
    })
  })
})

describe('changing a call', () => {
  const done = () => Response.json({ sid: CALL, status: 'in-progress' })

  test.each([
    [{ url: 'https://voice.example.com/x' }, 'Url=https%3A%2F%2Fvoice.example.com%2Fx'],
    [{ twiml: '<Response/>' }, 'Twiml=%3CResponse%2F%3E'],
    [{ status: 'completed' as const }, 'Status=completed'],
  ])('posts %o', async (change, body) => {
    const { api, requests } = createTwilio([done])
    expect(await api.updateCall(CALL, change)).toBe('changed')
    expect(requests[0].url)
      .toBe(`http://127.0.0.1:9000/2010-04-01/Accounts/${ACCOUNT}/Calls/${CALL}.json`)
    expect(requests[0].init.body).toBe(body)
  })

  test.each([[404, 20404], [400, 21220]])(
    'that is over is no error: %i with %i',
    async (status, code) => {
      const { api } = createTwilio([refused(status, code)])
      expect(await api.updateCall(CALL, { status: 'completed' })).toBe('already-ended')
    },
  )

  test('is tried again after an error of the server, four times in all', async () => {
    const { api, requests, settled } = createTwilio([refused(500, 20500)])
    expect(await settled(api.updateCall(CALL, { status: 'completed' }), 1_000)).toMatchObject({
      code: 'twilio-20500',
      status: 500,
      retryable: true,
    })
    expect(requests).toHaveLength(4)
  })

  test('names an error without a code by its status', async () => {
    const { api } = createTwilio([() => new Response('teapot', { status: 418 })])
    await expect(api.updateCall(CALL, { status: 'completed' })).rejects.toMatchObject({
      code: 'twilio-http-418',
      message: 'Cannot change the call: HTTP 418',
    })
  })
})

test('without an account nothing is configured, and asking says what is missing', async () => {
  const { api, requests } = createTwilio([placed], { accountSid: undefined })
  expect(api.configured).toBe(false)
  await expect(api.createCall(NEW_CALL)).rejects.toMatchObject({ code: 'twilio-not-configured' })
  await expect(api.updateCall(CALL, { status: 'completed' })).rejects
    .toMatchObject({ code: 'twilio-not-configured' })
  expect(requests).toEqual([])
})
