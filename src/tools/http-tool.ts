/** A tool that is a request to a server of the operator's. */
import type { Clock } from '../clock.ts'
import type { HttpToolConfig } from '../config/tools.ts'
import { RequestError, ToolError } from '../errors.ts'
import type { GuardedFetch } from '../runtime/guarded-fetch.ts'
import { hmacHex } from '../runtime/hmac.ts'
import { readBody } from '../runtime/read-body.ts'
import { fill } from './fill.ts'
import { isText, readAnswer, refusal } from './http-answer.ts'
import { type ReadyRequest, writeRequest } from './http-request.ts'
import type { Tool } from './tool.ts'

export type HttpToolOptions = Readonly<{
  fetch: GuardedFetch
  /** Gives a variable of the environment. */
  variable: (name: string) => string | undefined
  clock: Clock
  /** The time of day, in seconds since 1970. */
  nowS: () => number
}>

/** Makes the tool. */
export const createHttpTool = (config: HttpToolConfig, options: HttpToolOptions): Tool => {
  const { name, description, parameters, timeoutMs, filler, request } = config
  return {
    name,
    description,
    parameters,
    timeoutMs,
    ...(filler === undefined ? {} : { filler }),
    run: async (given, { secrets }, signal) => {
      const fillings = { variable: options.variable, secrets }
      const ready = writeRequest(request, given, fillings)
      const key = request.sign === undefined ? undefined : fill(request.sign, fillings)
      const send = async () => {
        const signature = key === undefined ? {} : sign(key, options.nowS(), ready.body ?? '')
        return await sendOnce({ ...ready, headers: { ...ready.headers, ...signature } })
      }
      const sendOnce = ({ url, ...init }: ReadyRequest) => options.fetch(url, { ...init, signal })
      const answer = await withRetries(send, request.retries, options.clock, signal)
      return await told(answer, request.select)
    },
  }
}

/** More of an answer is never read. */
const ANSWER_BYTES_MAX = 256 * 1024
/** More of a refusal is not looked at. */
const REFUSAL_BYTES_MAX = 4 * 1024

const told = async (answer: Response, select: readonly string[] | undefined): Promise<string> => {
  const isReadable = isText(answer.headers.get('content-type'))
  if (answer.status >= 400) {
    const { text } = await read(answer, REFUSAL_BYTES_MAX)
    throw refusal(answer.status, isReadable ? text : '')
  }
  if (!isReadable && answer.body) {
    await answer.body.cancel()
    throw new ToolError('answer-not-text', 'The service gave an answer that is no text.')
  }
  return readAnswer(await read(answer, ANSWER_BYTES_MAX), select)
}

const read = (answer: Response, maxBytes: number) =>
  readBody(answer, maxBytes).catch((cause) => {
    throw new ToolError('connection-lost', 'The connection to the service broke.', { cause })
  })

/** The header of a signature: `t` is when, `v1` the HMAC-SHA256 of `t.body` as hex, as Stripe does it. */
const sign = (key: string, nowS: number, body: string): Readonly<Record<string, string>> => {
  const t = Math.floor(nowS)
  return { 'x-tandem-signature': `t=${t},v1=${hmacHex(key, `${t}.${body}`)}` }
}

/** Statuses that mean: not now. */
const BUSY = new Set([429, 502, 503, 504])
/** Before the first retry; twice as long before each further one. */
const PAUSE_MS = 250

const withRetries = async (
  send: () => Promise<Response>,
  retries: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Response> => {
  for (let retry = 0;; retry++) {
    const outcome = await send().catch((error: unknown) => failureOf(error))
    const isWorthIt = outcome instanceof Response ? BUSY.has(outcome.status) : outcome.isWorthIt
    if (retry < retries && isWorthIt) {
      if (outcome instanceof Response) await outcome.body?.cancel()
      signal.throwIfAborted()
      await pause(clock, PAUSE_MS * 2 ** retry, signal)
    } else if (outcome instanceof Response) return outcome
    else throw outcome.error
  }
}

type Failure = Readonly<{ error: unknown; isWorthIt: boolean }>

const failureOf = (error: unknown): Failure => {
  if (!(error instanceof RequestError)) return { error, isWorthIt: false }
  const isWorthIt = error.code === 'not-connected' || error.code === 'connection-lost' ||
    error.code === 'host-unknown'
  // Addresses are nobody's business on the phone; the log has them.
  const message = isWorthIt
    ? 'The service cannot be reached right now. Tell the caller so.'
    : 'The service cannot be used: it is not set up right. Tell the caller so.'
  return { error: new ToolError(error.code, message, { cause: error }), isWorthIt }
}

const pause = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    signal.addEventListener('abort', stop, { once: true })
  })
