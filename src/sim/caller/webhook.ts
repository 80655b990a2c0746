/**
 * Twilio's HTTP requests: a signed form, 15 s for all of it, and as many attempts as the fragment of the URL asks for.
 *
 * Without a fragment there is one more attempt, and only when the server cannot be reached: an error status is an answer.
 */
import type { Clock } from '../../clock.ts'
import {
  type AttemptFailure,
  connectionOverride,
  failureOfStatus,
  pauseBeforeRetryMs,
} from './connection-override.ts'
import { sign } from './signature.ts'
import type { HttpMethod } from './twiml.ts'

/** The slice of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** One request, before it is signed. */
export type WebhookRequest = Readonly<{
  url: string
  method: HttpMethod
  fields: Readonly<Record<string, string>>
  /** Gives up at once when this is aborted. */
  signal?: AbortSignal
}>

/** An answer, or why there is none; `code` is what Twilio's debugger would show. */
export type WebhookAnswer =
  | Readonly<{ status: number; contentType: string; body: string }>
  | Readonly<{ code: number; problem: string }>

/** Makes one request and returns what came of it. */
export type Webhook = (request: WebhookRequest) => Promise<WebhookAnswer>

/** The limit for a request with all its attempts. */
const WEBHOOK_LIMIT_MS = 15_000

type WebhookOptions = Readonly<{ fetch: Fetch; clock: Clock; authToken: string }>

/** Makes requests signed with an account's token. They never reject. */
export const createWebhook = (options: WebhookOptions): Webhook => async (request) => {
  const limit = new AbortController()
  const cancelLimit = options.clock.after(WEBHOOK_LIMIT_MS, () => limit.abort())
  const signal = request.signal ? AbortSignal.any([request.signal, limit.signal]) : limit.signal
  const answer = await askPatiently(options, request, signal)
  cancelLimit()
  return limit.signal.aborted
    ? { code: 11205, problem: `no answer within ${WEBHOOK_LIMIT_MS} ms from ${request.url}` }
    : answer
}

/** Asks until there is an answer or no attempt is left; what came of the last one counts. */
const askPatiently = async (
  { fetch, clock, authToken }: WebhookOptions,
  request: WebhookRequest,
  signal: AbortSignal,
): Promise<WebhookAnswer> => {
  const { retries, retriesAfter } = connectionOverride(request.url)
  const signed = signedRequest(authToken, request)
  for (let retry = 0;; retry++) {
    const { answer, failure } = await attempt(fetch, signed, signal)
    const isRepeated = failure !== undefined && retriesAfter.has(failure) && retry < retries
    if (!isRepeated || signal.aborted) return answer
    await pause(clock, pauseBeforeRetryMs(retry), signal)
  }
}

/** One request as `fetch` takes it. */
type SignedRequest = Readonly<{ url: string; init: RequestInit }>

/** What came of one attempt; `failure` says what it was if it was none. */
type Attempt = Readonly<{ answer: WebhookAnswer; failure: AttemptFailure | undefined }>

const attempt = async (
  fetch: Fetch,
  { url, init }: SignedRequest,
  signal: AbortSignal,
): Promise<Attempt> => {
  let failure: AttemptFailure | undefined = 'ct'
  try {
    const response = await unless(signal, fetch(url, { ...init, signal }))
    failure = 'rt'
    const contentType = response.headers.get('content-type') ?? ''
    const body = await unless(signal, response.text())
    failure = failureOfStatus(response.status)
    return { answer: { status: response.status, contentType, body }, failure }
  } catch (error) {
    const problem = `cannot reach ${url}: ${error instanceof Error ? error.message : String(error)}`
    return { answer: { code: 11205, problem }, failure }
  }
}

/** Waits, but not longer than until `signal` is aborted, and not at all for 0 ms. */
const pause = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms === 0 || signal.aborted) return resolve()
    const cancel = clock.after(ms, () => done())
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })

/** The same token on each attempt tells a server that it has seen this request before. */
const signedRequest = (
  authToken: string,
  { url, method, fields }: WebhookRequest,
): SignedRequest => {
  const form = new URLSearchParams(fields)
  const isGet = method === 'GET'
  const [bareUrl] = url.split('#')
  const fullUrl = isGet ? `${bareUrl}${bareUrl.includes('?') ? '&' : '?'}${form}` : bareUrl
  const headers = {
    'x-twilio-signature': sign(authToken, fullUrl, isGet ? {} : fields),
    'i-twilio-idempotency-token': crypto.randomUUID(),
    'user-agent': 'TwilioProxy/1.1',
    'x-home-region': 'us1',
    ...(!isGet && { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }),
  }
  return {
    url: fullUrl,
    init: { method, headers, redirect: 'manual', ...(!isGet && { body: form.toString() }) },
  }
}

/** Waits for `work`, but not longer than until `signal` is aborted. */
const unless = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const aborted = () => reject(new Error('aborted'))
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
    if (signal.aborted) aborted()
  })
