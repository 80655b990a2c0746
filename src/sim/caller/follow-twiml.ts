/**
 * Walks through TwiML as Twilio does: verb by verb, document by document, until the call ends.
 *
 * A stream blocks the walk until its socket closes. Then the `action` is asked what to do next;
 * without one the next verb runs, and when no verb is left the call ends.
 * https://www.twilio.com/docs/voice/twiml/connect
 */
import type { CallStatus, FormFields } from './call-fields.ts'
import type { CallChange } from './hook.ts'
import type { CallEnding } from './outcome.ts'
import {
  type ConnectVerb,
  type DialVerb,
  type GatherVerb,
  type HttpMethod,
  parseTwiml,
  type StartVerb,
  TwimlError,
  type Verb,
} from './twiml.ts'
import type { WebhookAnswer } from './webhook.ts'

/**
 * What the walk needs of the call it walks for. Every wait in here ends early when the caller hangs
 * up or the call is told to do something else.
 */
export type Walker = Readonly<{
  hungUp: () => boolean
  /** Takes what the call was told to do instead, by the REST API. */
  takeChange: () => CallChange | undefined
  status: () => CallStatus
  /** Picks up the phone; does nothing when that was done. */
  answer: () => Promise<void>
  ask: (request: DocumentRequest) => Promise<WebhookAnswer>
  /** Runs a stream to its end. */
  stream: (verb: ConnectVerb, documentUrl: string) => Promise<void>
  /** Starts a stream that runs beside the call. */
  fork: (verb: StartVerb, documentUrl: string) => void
  /** Rings the other party and returns what the `action` is told about it. */
  dial: (verb: DialVerb, documentUrl: string) => Promise<FormFields>
  /** Waits for keys and returns those that came; undefined when none did. */
  gather: (verb: GatherVerb) => Promise<string | undefined>
  pause: (ms: number) => Promise<void>
  /** Fetches a sound and plays it so many times; one that cannot be fetched is warned of and left out. */
  play: (url: string, times: number) => Promise<void>
  note: (verb: Verb) => void
  warn: (code: number, problem: string) => void
}>

/** A document to fetch, with what is to be said on top of the usual fields. */
export type DocumentRequest = Readonly<{ url: string; method: HttpMethod; extra: FormFields }>

/** Where a document comes from: a URL, or it is there. Addresses in it are relative to `url`. */
export type DocumentSource = DocumentRequest | Readonly<{ twiml: string; url: string }>

/** A server that redirects for ever must not keep a test running for ever. */
const MAX_DOCUMENTS = 100

/** Does what the first document and its successors say. */
export const followTwiml = async (
  walker: Walker,
  first: DocumentSource,
): Promise<CallEnding> => {
  let source = first
  for (let documents = 0; documents < MAX_DOCUMENTS; documents++) {
    const next = await followDocument(walker, source)
    if ('end' in next) return next
    source = next
  }
  return { end: 'failed', reason: `the call went through ${MAX_DOCUMENTS} documents` }
}

/** Why a call ends that nobody ended: all was done. */
export const NO_VERB_LEFT = 'the TwiML had no verb left'

const HUNG_UP: CallEnding = { end: 'caller-hung-up' }

type Next = CallEnding | DocumentSource

const followDocument = async (walker: Walker, source: DocumentSource): Promise<Next> => {
  const read = 'twiml' in source ? readTwiml(source.twiml) : readAnswer(await walker.ask(source))
  const broken = interruption(walker, source.url)
  if (broken) return broken
  if ('code' in read) {
    walker.warn(read.code, read.problem)
    return { end: 'failed', reason: read.problem }
  }
  for (const verb of read) {
    walker.note(verb)
    const next = await follow(walker, verb, source.url)
    const broken = interruption(walker, source.url)
    // An `action` is told of a hang-up too; a document that was replaced has no say any more.
    if (broken && (!next || broken !== HUNG_UP)) return broken
    if (next) return next
  }
  return { end: 'server-closed', reason: NO_VERB_LEFT }
}

/** What comes in between: the caller hung up, or the call was told to do something else. */
const interruption = (walker: Walker, documentUrl: string): Next | undefined => {
  if (walker.hungUp()) return HUNG_UP
  const change = walker.takeChange()
  if (!change) return undefined
  if ('end' in change) return { end: 'server-closed', reason: 'the REST API ended the call' }
  if ('twiml' in change) return { twiml: change.twiml, url: documentUrl }
  return { url: change.url, method: change.method, extra: {} }
}

/** Does one verb. Nothing returned means that the next one is to be done. */
const follow = async (
  walker: Walker,
  verb: Verb,
  documentUrl: string,
): Promise<Next | undefined> => {
  if (verb.verb === 'reject' && walker.status() === 'ringing') {
    return { end: 'rejected', reason: verb.reason }
  }
  await walker.answer()
  if (walker.hungUp()) return HUNG_UP
  switch (verb.verb) {
    case 'connect':
      await walker.stream(verb, documentUrl)
      return actionOf(verb, documentUrl)
    case 'start':
      walker.fork(verb, documentUrl)
      return undefined
    case 'dial':
      return actionOf(verb, documentUrl, await walker.dial(verb, documentUrl))
    case 'gather': {
      for (const nested of verb.verbs) walker.note(nested)
      const digits = await walker.gather(verb)
      if (digits === undefined) return undefined
      // Without an action the document asks itself again.
      return actionOf({ action: documentUrl, ...verb }, documentUrl, { Digits: digits })
    }
    case 'redirect':
      return { url: absolute(verb.url, documentUrl), method: verb.method, extra: {} }
    case 'pause':
      await walker.pause(verb.lengthS * 1000)
      return undefined
    case 'play':
      if (verb.url !== undefined) await walker.play(absolute(verb.url, documentUrl), verb.loop)
      else await walker.pause(playMs(verb.digits))
      return undefined
    case 'reject':
    case 'hangup':
      return { end: 'server-closed', reason: `the TwiML said ${verb.verb}` }
    case 'say':
    case 'unknown':
      return undefined
  }
}

const DIGIT_MS = 100
const WAITS_MS: ReadonlyMap<string, number> = new Map([['w', 500], ['W', 1_000]])

/** How long keys are played. What a URL plays is not known here. */
const playMs = (digits = ''): number =>
  [...digits].reduce((ms, digit) => ms + (WAITS_MS.get(digit) ?? DIGIT_MS), 0)

/** The `action` is told even after a hang-up; what it answers then counts no more. */
const actionOf = (
  { action, method }: Pick<ConnectVerb | DialVerb | GatherVerb, 'action' | 'method'>,
  documentUrl: string,
  extra: FormFields = {},
): DocumentRequest | undefined =>
  action === undefined ? undefined : { url: absolute(action, documentUrl), method, extra }

const absolute = (url: string, documentUrl: string): string =>
  URL.canParse(url) ? url : new URL(url, documentUrl).href

const MAX_BODY_CHARACTERS = 64 * 1024

/** What a document says, or why it says nothing. */
type Read = readonly Verb[] | Readonly<{ code: number; problem: string }>

/** Judges an answer as Twilio does, then reads the TwiML in it. */
export const readAnswer = (
  answer: WebhookAnswer,
): Read => {
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
  return readTwiml(body)
}

const readTwiml = (document: string): Read => {
  try {
    return parseTwiml(document)
  } catch (error) {
    if (error instanceof TwimlError) return { code: error.code, problem: error.message }
    throw error
  }
}
