/**
 * Twilio's HTTP requests: a signed form, 15 s for all of it, one more attempt when the server
 * cannot be reached.
 *
 * An error status is an answer and is not asked for again.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
import type { Clock } from '../../clock.ts'
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
export const WEBHOOK_LIMIT_MS = 15_000

const ATTEMPTS = 2

/** Makes requests signed with an account's token. They never reject. */
export const createWebhook = (
  { fetch, clock, authToken }: Readonly<{ fetch: Fetch; clock: Clock; authToken: string }>,
): Webhook =>
async (request) => {
  const limit = new AbortController()
  const cancelLimit = clock.after(WEBHOOK_LIMIT_MS, () => limit.abort())
  const signal = request.signal ? AbortSignal.any([request.signal, limit.signal]) : limit.signal
  try {
    return await attempt(fetch, signedRequest(authToken, request), signal)
  } catch (error) {
    const problem = limit.signal.aborted
      ? `no answer within ${WEBHOOK_LIMIT_MS} ms from ${request.url}`
      : `cannot reach ${request.url}: ${error instanceof Error ? error.message : String(error)}`
    return { code: 11205, problem }
  } finally {
    cancelLimit()
  }
}

const attempt = async (
  fetch: Fetch,
  { url, init }: Readonly<{ url: string; init: RequestInit }>,
  signal: AbortSignal,
): Promise<WebhookAnswer> => {
  for (let left = ATTEMPTS - 1;; left--) {
    try {
      const response = await unless(signal, fetch(url, { ...init, signal }))
      const contentType = response.headers.get('content-type') ?? ''
      return { status: response.status, contentType, body: await unless(signal, response.text()) }
    } catch (error) {
      if (signal.aborted || left === 0) throw error
    }
  }
}

/** The same token on each attempt tells a server that it has seen this request before. */
const signedRequest = (authToken: string, { url, method, fields }: WebhookRequest) => {
  const form = new URLSearchParams(fields)
  const isGet = method === 'GET'
  const fullUrl = isGet ? `${url}${url.includes('?') ? '&' : '?'}${form}` : url
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
  } as const
}

/** Waits for `work`, but not longer than until `signal` is aborted. */
const unless = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const aborted = () => reject(new Error('aborted'))
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
    if (signal.aborted) aborted()
  })
