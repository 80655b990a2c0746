/**
 * Walks through TwiML as Twilio does: verb by verb, document by document, until the call ends.
 *
 * A stream blocks the walk until its socket closes. Then the `action` is asked what to do next;
 * without one the next verb runs, and when no verb is left the call ends.
 * https://www.twilio.com/docs/voice/twiml/connect
 */
import type { CallStatus, FormFields } from './call-fields.ts'
import type { CallEnding } from './outcome.ts'
import {
  type ConnectVerb,
  type DialVerb,
  type HttpMethod,
  parseTwiml,
  TwimlError,
  type Verb,
} from './twiml.ts'
import type { WebhookAnswer } from './webhook.ts'

/**
 * What the walk needs of the call it walks for. Every wait in here ends early when the caller hangs
 * up.
 */
export type Walker = Readonly<{
  hungUp: () => boolean
  status: () => CallStatus
  /** Picks up the phone; does nothing when that was done. */
  answer: () => Promise<void>
  ask: (request: DocumentRequest) => Promise<WebhookAnswer>
  /** Runs a stream to its end. */
  stream: (verb: ConnectVerb, documentUrl: string) => Promise<void>
  /** Rings the other party and returns what the `action` is told about it. */
  dial: (verb: DialVerb) => Promise<FormFields>
  pause: (ms: number) => Promise<void>
  note: (verb: Verb) => void
  warn: (code: number, problem: string) => void
}>

/** A document to fetch, with what is to be said on top of the usual fields. */
export type DocumentRequest = Readonly<{ url: string; method: HttpMethod; extra: FormFields }>

/** A server that redirects for ever must not keep a test running for ever. */
const MAX_DOCUMENTS = 100

/** Fetches the first document and does what it and its successors say. */
export const followTwiml = async (walker: Walker, url: string): Promise<CallEnding> => {
  let request: DocumentRequest = { url, method: 'POST', extra: {} }
  for (let documents = 0; documents < MAX_DOCUMENTS; documents++) {
    const next = await followDocument(walker, request)
    if ('end' in next) return next
    request = next
  }
  return { end: 'failed', reason: `the call went through ${MAX_DOCUMENTS} documents` }
}

const HUNG_UP: CallEnding = { end: 'caller-hung-up' }

const followDocument = async (
  walker: Walker,
  request: DocumentRequest,
): Promise<CallEnding | DocumentRequest> => {
  const answer = await walker.ask(request)
  if (walker.hungUp()) return HUNG_UP
  const verbs = readAnswer(answer)
  if ('code' in verbs) {
    walker.warn(verbs.code, verbs.problem)
    return { end: 'failed', reason: verbs.problem }
  }
  for (const verb of verbs) {
    walker.note(verb)
    const next = await follow(walker, verb, request.url)
    if (next) return next
    if (walker.hungUp()) return HUNG_UP
  }
  return { end: 'server-closed', reason: 'the TwiML had no verb left' }
}

/** Does one verb. Nothing returned means that the next one is to be done. */
const follow = async (
  walker: Walker,
  verb: Verb,
  documentUrl: string,
): Promise<CallEnding | DocumentRequest | undefined> => {
  if (verb.verb === 'reject' && walker.status() === 'ringing') {
    return { end: 'rejected', reason: verb.reason }
  }
  await walker.answer()
  if (walker.hungUp()) return HUNG_UP
  switch (verb.verb) {
    case 'connect':
      await walker.stream(verb, documentUrl)
      return actionOf(verb, documentUrl)
    case 'dial':
      return actionOf(verb, documentUrl, await walker.dial(verb))
    case 'redirect':
      return { url: absolute(verb.url, documentUrl), method: verb.method, extra: {} }
    case 'pause':
      await walker.pause(verb.lengthS * 1000)
      return undefined
    case 'reject':
    case 'hangup':
      return { end: 'server-closed', reason: `the TwiML said ${verb.verb}` }
    case 'say':
    case 'play':
    case 'unknown':
      return undefined
  }
}

/** The `action` is told even after a hang-up; what it answers then counts no more. */
const actionOf = (
  { action, method }: ConnectVerb | DialVerb,
  documentUrl: string,
  extra: FormFields = {},
): DocumentRequest | undefined =>
  action === undefined ? undefined : { url: absolute(action, documentUrl), method, extra }

const absolute = (url: string, documentUrl: string): string =>
  URL.canParse(url) ? url : new URL(url, documentUrl).href

const MAX_BODY_CHARACTERS = 64 * 1024

/** Judges an answer as Twilio does before it reads the TwiML in it. */
const readAnswer = (
  answer: WebhookAnswer,
): readonly Verb[] | Readonly<{ code: number; problem: string }> => {
  if ('code' in answer) return answer
  const { status, contentType, body } = answer
  if (status < 200 || status > 299) return { code: 11200, problem: `the answer was ${status}` }
  if (status === 204) return []
  if (contentType === '') return { code: 11200, problem: 'the answer has no content type' }
  if (!/^(text|application)\/(xml|html)\b/.test(contentType)) {
    return { code: 12300, problem: `the answer is ${contentType}, not text/xml` }
  }
  if (body.length > MAX_BODY_CHARACTERS) {
    return { code: 11750, problem: `the answer has ${body.length} characters` }
  }
  try {
    return parseTwiml(body)
  } catch (error) {
    if (error instanceof TwimlError) return { code: error.code, problem: error.message }
    throw error
  }
}
