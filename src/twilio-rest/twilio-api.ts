/**
 * Twilio's REST API, as far as it is needed: placing a call and changing one.
 *
 * By `fetch` and not by Twilio's package: that costs 0.15 s at the start, 23 MB of memory and an HTTP client of its own, for two
 * form posts; and for a region without an edge it asks a host that is gone.
 */
import type { Clock } from '../clock.ts'
import { UpstreamError } from '../errors.ts'
import {
  type CallChange,
  createCallRequest,
  meansEnded,
  meansTooMany,
  type NewCall,
  readCall,
  readRefusal,
  type RestRequest,
  updateCallRequest,
} from '../twilio/rest.ts'

/** What the service may ask of Twilio. Everything rejects with an `UpstreamError`, also when no account is configured. */
export type TwilioApi = Readonly<{
  /** Whether there is an account to ask. */
  configured: boolean
  /** Places a call; resolves once Twilio has taken it, which is before anything rings. */
  createCall: (call: NewCall) => Promise<PlacedCall>
  /** Lets a call do something else. A call that is over is no error: that is what was found out. */
  updateCall: (callSid: string, change: CallChange) => Promise<'changed' | 'already-ended'>
}>

/** A call that Twilio has taken; `status` is `queued` as a rule. */
export type PlacedCall = Readonly<{ callSid: string; status: string }>

/** The slice of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Who asks, and where. Without `user` and `password` nothing is configured. */
export type TwilioApiOptions = Readonly<{
  /** The host, without a slash at the end. */
  baseUrl: string
  accountSid: string | undefined
  /** An API key, or the account itself with its auth token. */
  credentials: Readonly<{ user: string; password: string }> | undefined
  fetch: Fetch
  clock: Clock
  /** 0 to 1, for the waits between two attempts. */
  random: () => number
}>

/** How long a request may take with all its attempts. */
const DEADLINE_MS = 10_000
const MOST_ATTEMPTS = 4
const FIRST_WAIT_MS = 250

/** Makes the API of an account. */
export const createTwilioApi = (options: TwilioApiOptions): TwilioApi => {
  const { accountSid, credentials } = options
  const requests = accountSid !== undefined && credentials !== undefined
    ? createRequests(options, credentials)
    : undefined

  const account = () => {
    if (requests && accountSid !== undefined) return { accountSid, post: requests }
    throw new UpstreamError(
      'twilio-not-configured',
      'Cannot ask Twilio: set TWILIO_ACCOUNT_SID, and TWILIO_API_KEY_SID with TWILIO_API_KEY_SECRET or TWILIO_AUTH_TOKEN',
    )
  }

  return {
    configured: requests !== undefined,
    createCall: async (call) => {
      const { accountSid, post } = account()
      // An attempt that broke off may have placed the call: nobody is to be called twice.
      const answer = await post(createCallRequest(accountSid, call), isUndone)
      const placed = answer.isOk ? readCall(answer.body) : undefined
      if (placed) return placed
      throw errorOf('place the call', answer)
    },
    updateCall: async (callSid, change) => {
      const { accountSid, post } = account()
      const answer = await post(updateCallRequest(accountSid, callSid, change), isPassing)
      if (answer.isOk) return 'changed'
      if (meansEnded(answer.status, readRefusal(answer.status, answer.body).code)) {
        return 'already-ended'
      }
      throw errorOf('change the call', answer)
    },
  }
}

/** An answer of Twilio's. */
type Answer = Readonly<{ isOk: boolean; status: number; body: string; requestId?: string }>

type Post = (request: RestRequest, isRepeated: (answer: Answer) => boolean) => Promise<Answer>

/** Whether Twilio has surely done nothing, so that a request may be repeated whatever it does. */
const isUndone = ({ status, body }: Answer): boolean =>
  meansTooMany(status, readRefusal(status, body).code) || status === 503

/** Whether a request that may be done twice is worth another attempt. */
const isPassing = (answer: Answer): boolean => isUndone(answer) || answer.status >= 500

const createRequests = (
  { baseUrl, fetch, clock, random }: TwilioApiOptions,
  { user, password }: Readonly<{ user: string; password: string }>,
): Post => {
  const headers = {
    authorization: `Basic ${btoa(`${user}:${password}`)}`,
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    accept: 'application/json',
  }

  const attempt = async ({ path, fields }: RestRequest, signal: AbortSignal): Promise<Answer> => {
    const body = String(new URLSearchParams(fields.map(([name, value]) => [name, value])))
    const init = { method: 'POST', headers, body, signal, redirect: 'error' } as const
    const response = await fetch(baseUrl + path, init)
    const requestId = response.headers.get('twilio-request-id')
    return {
      isOk: response.ok,
      status: response.status,
      body: await response.text(),
      ...(requestId !== null && { requestId }),
    }
  }

  return async (request, isRepeated) => {
    const deadline = new AbortController()
    const cancelDeadline = clock.after(DEADLINE_MS, () => deadline.abort())
    try {
      for (let attempts = 1;; attempts++) {
        const answer = await unless(deadline.signal, attempt(request, deadline.signal))
        if (answer.isOk || attempts >= MOST_ATTEMPTS || !isRepeated(answer)) return answer
        // Full jitter: those who were refused together do not come back together.
        await passed(clock, random() * FIRST_WAIT_MS * 2 ** attempts, deadline.signal)
      }
    } catch (error) {
      if (deadline.signal.aborted) {
        throw new UpstreamError('twilio-timeout', `No answer from Twilio in ${DEADLINE_MS} ms`, {
          retryable: true,
          cause: error,
        })
      }
      throw new UpstreamError('twilio-unreachable', `Cannot reach Twilio at ${baseUrl}`, {
        retryable: true,
        cause: error,
      })
    } finally {
      cancelDeadline()
    }
  }
}

/** Says why it could not be done, with the code that Twilio's own list of errors explains. */
const errorOf = (what: string, { status, body, requestId, isOk }: Answer): UpstreamError => {
  const { code, message } = readRefusal(status, body)
  if (isOk) {
    return new UpstreamError('twilio-bad-answer', `Cannot ${what}: Twilio's answer is no call`, {
      status,
      requestId,
    })
  }
  return new UpstreamError(
    code === undefined ? `twilio-http-${status}` : `twilio-${code}`,
    `Cannot ${what}: ${message}`,
    { status, requestId, retryable: meansTooMany(status, code) || status >= 500 },
  )
}

/** Waits, but not longer than until `signal` aborts. */
const passed = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> => {
  let cancel = () => {}
  const wait = new Promise<void>((resolve) => cancel = clock.after(ms, resolve))
  return unless(signal, wait).finally(() => cancel())
}

/** Waits for `work`, but not longer than until `signal` aborts: a `fetch` need not heed it. */
const unless = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const aborted = () => reject(new Error('aborted'))
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
    if (signal.aborted) aborted()
  })
