/**
 * One call as Twilio holds it, whoever placed it: it follows documents, runs streams, takes keys, and can be told to do something
 * else in the middle of all that.
 */
import type { Clock } from '../../clock.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import { callFields, type CallParties, type FormFields } from './call-fields.ts'
import {
  type DocumentRequest,
  type DocumentSource,
  followTwiml,
  type Walker,
} from './follow-twiml.ts'
import type { Fork } from './fork.ts'
import { startFork } from './fork-leg.ts'
import { type CallChange, createHook, type Hook } from './hook.ts'
import { type CallEvent, createJournal, type Journal } from './journal.ts'
import { createKeypad } from './keypad.ts'
import type { Line } from './line.ts'
import { type CallEnding, type CallOutcome, outcomeOf } from './outcome.ts'
import { fetchSound, playedMs } from './play-file.ts'
import { type LineBehaviour, runStream, type StreamRefusal } from './stream-leg.ts'
import type { DialVerb, HttpMethod } from './twiml.ts'
import { createWebhook, type Fetch, type WebhookAnswer } from './webhook.ts'

/** What calls are made with, the same for all of an account. */
export type CallMeans = Readonly<{
  connect: Runtime['connect']
  fetch: Fetch
  clock: Clock
  /** The wall clock, for the timestamps in callbacks. */
  now: () => Date
  authToken: string
  /** Makes the ids of calls, streams and conferences. */
  newSid: (prefix: 'CA' | 'MZ' | 'CF') => string
}>

/** How a call is placed and what it does where Twilio alone does not know. */
export type PhoneCallOptions =
  & CallMeans
  & Readonly<{
    parties: CallParties
    /** More form fields for what asks for a document. */
    fields?: FormFields | undefined
    behaviour?: LineBehaviour | undefined
    /** How long it goes on ringing once a document says something. */
    answerDelayMs: number
    /** Rings the parties of a `<Dial>`; gives what the `action` is told about it. */
    dial: (verb: DialVerb, call: PhoneCall, documentUrl: string) => Promise<FormFields>
  }>

/** A call that is on. */
export type PhoneCall = Readonly<{
  parties: CallParties
  hook: Hook
  journal: Journal
  /** What happened so far; grows while the call lasts. */
  events: readonly CallEvent[]
  /** The first stream, once it has begun. Rejects when the call ends without one. */
  started: Promise<Line>
  /** The first stream that listens in, once it has begun. Rejects when the call ends without one. */
  forked: Promise<Fork>
  /** The stream there is now. Throws when there was none yet. */
  line: () => Line
  /** Presses a key: on the stream, or for the `<Gather>` there is or will be. */
  pressKey: (digit: string) => void
  change: (change: CallChange) => void
  /** Follows documents to the end of the call. */
  follow: (first: DocumentSource) => Promise<CallEnding>
  /** Asks for a document. */
  ask: (request: DocumentRequest) => Promise<WebhookAnswer>
  /** Tells somebody something. */
  notify: (url: string, method: HttpMethod, fields: FormFields) => void
  /** Sums up the call that is over, once everything was told that is to be told. */
  sumUp: (ending: CallEnding) => Promise<CallOutcome>
}>

/** Makes a call that has not done anything yet. */
export const createPhoneCall = (options: PhoneCallOptions): PhoneCall => {
  const { clock, parties, newSid } = options
  const startedAtMs = clock.nowMs()
  const journal = createJournal(clock)
  const hook = createHook(clock)
  const keypad = createKeypad(clock)
  const { ask, notify, delivered } = createRequests(options, journal)
  const started = Promise.withResolvers<Line>()
  const forked = Promise.withResolvers<Fork>()
  const over = new AbortController()
  // Whoever does not wait for them must not be told either.
  for (const { promise } of [started, forked]) promise.catch(() => {})
  let line: Line | undefined
  let refusal: StreamRefusal | undefined

  const stream: Walker['stream'] = async ({ stream }, documentUrl) => {
    const begun = (begun: Line) => {
      line = begun
      started.resolve(begun)
    }
    const interrupted = hook.interrupted()
    const end = await runStream(
      { ...options, streamSid: newSid('MZ'), journal, interrupted, started: begun, notify },
      stream,
      documentUrl,
    )
    if (end.how === 'hung-up' && !interrupted.aborted) hook.hangUp()
    refusal = end.how === 'refused' ? end : undefined
  }

  const walker: Walker = {
    hungUp: () => hook.hungUp.aborted,
    takeChange: hook.takeChange,
    status: hook.status,
    answer: async () => {
      const picked = await hook.answer(options.answerDelayMs)
      if (picked) journal.note({ event: 'answered' })
    },
    ask: (request) => ask(request, hook),
    stream,
    fork: (verb, documentUrl) => {
      const leg = { ...options, streamSid: newSid('MZ'), journal, notify, over: over.signal }
      startFork({ ...leg, started: forked.resolve }, verb, documentUrl)
    },
    dial: (verb, documentUrl) => options.dial(verb, call, documentUrl),
    gather: (verb) => keypad.take(verb, hook.interrupted()),
    pause: hook.pause,
    play: async (url, times) => {
      const sound = await fetchSound(options.fetch, url)
      if ('code' in sound) return journal.warn(sound.code, sound.problem)
      const ms = playedMs(sound.ms, times)
      journal.note({ event: 'playing', url, ms })
      await hook.pause(ms)
    },
    note: (verb) => journal.note({ event: 'verb', verb }),
    warn: journal.warn,
  }

  const call: PhoneCall = {
    parties,
    hook,
    journal,
    events: journal.events,
    started: started.promise,
    forked: forked.promise,
    line: () => {
      if (line) return line
      throw new Error('The call has no stream yet: wait for its `started`')
    },
    pressKey: (digit) => {
      if (line && line.record().end === undefined) return line.pressKey(digit)
      keypad.press(digit)
    },
    change: hook.change,
    follow: async (first) => {
      const walked = await followTwiml(walker, first)
      over.abort()
      return refusal && walked.end === 'server-closed' ? failedBy(refusal) : walked
    },
    ask: (request) => ask(request, hook),
    notify,
    sumUp: async (ending) => {
      const endedAtMs = clock.nowMs()
      journal.note({ event: 'ended', ...ending })
      forked.reject(new Error('The call ended without a stream that listens in'))
      started.reject(new Error(`The call ended without a stream: ${ending.reason ?? ending.end}`))
      await delivered()
      return outcomeOf(journal, ending, { callSid: parties.callSid, startedAtMs, endedAtMs })
    },
  }
  return call
}

/**
 * The two kinds of requests about a call: those that ask for a document, and those that only tell.
 */
const createRequests = (options: PhoneCallOptions, journal: Journal) => {
  const webhook = createWebhook(options)
  const telling: Promise<void>[] = []
  return {
    ask: async ({ url, method, extra }: DocumentRequest, hook: Hook): Promise<WebhookAnswer> => {
      const callStatus = hook.status()
      const fields = { ...callFields(options.parties, callStatus), ...options.fields, ...extra }
      // A hang-up ends the wait for an answer, but not a request that is made because of it.
      const signal = hook.hungUp.aborted ? {} : { signal: hook.interrupted() }
      const answer = await webhook({ url, method, fields, ...signal })
      journal.note({ event: 'webhook', url, callStatus, answer: resultOf(answer) })
      return answer
    },
    notify: (url: string, method: HttpMethod, fields: FormFields): void => {
      const about = fields.StreamEvent ?? fields.StatusCallbackEvent ?? fields.AnsweredBy ??
        fields.CallStatus
      const told = webhook({ url, method, fields }).then((answer) => {
        journal.note({ event: 'callback', url, about, answer: resultOf(answer) })
        if ('code' in answer) journal.warn(answer.code, answer.problem)
        else if (answer.status > 299) journal.warn(11200, `${url} answered ${answer.status}`)
      })
      telling.push(told)
    },
    delivered: () => Promise.all(telling),
  }
}

const resultOf = (answer: WebhookAnswer): number => 'code' in answer ? answer.code : answer.status

const failedBy = ({ problem, httpStatus }: StreamRefusal): CallEnding => ({
  end: 'failed',
  reason: problem,
  ...(httpStatus !== undefined && { httpStatus }),
})
