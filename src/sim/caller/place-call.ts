/**
 * The built-in caller: places a phone call with a Tandem server as Twilio would, webhooks,
 * signatures, stream and all, so that a server can be tried, tested and measured with no account
 * anywhere.
 */
import type { Clock } from '../../clock.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import {
  callFields,
  type CallParties,
  type CallStatus,
  dialFields,
  type DialResult,
  finalStatusFields,
  type FormFields,
} from './call-fields.ts'
import { type DocumentRequest, followTwiml, type Walker } from './follow-twiml.ts'
import { createHook, type Hook } from './hook.ts'
import { type CallEvent, createJournal, type Journal } from './journal.ts'
import type { Line } from './line.ts'
import { type CallEnding, type CallOutcome, outcomeOf } from './outcome.ts'
import { type LineBehaviour, runStream, type StreamRefusal } from './stream-leg.ts'
import type { DialVerb, HttpMethod } from './twiml.ts'
import type { Spoken } from './voice.ts'
import { createWebhook, type Fetch, type WebhookAnswer } from './webhook.ts'

/** Who calls whom, where, and by what means. */
export type CallOptions = Readonly<{
  connect: Runtime['connect']
  fetch: Fetch
  clock: Clock
  /** The wall clock, for the timestamps in callbacks. */
  now: () => Date
  /**
   * Where the server is, without a slash at the end; the call begins with a POST to its
   * /twilio/voice.
   */
  baseUrl: string
  accountSid: string
  authToken: string
  from: string
  to: string
  /**
   * How long the phone goes on ringing after the webhook was answered with anything but a reject;
   * default 300.
   */
  answerDelayMs?: number
  /** More form fields for the voice webhook, e.g. { StirVerstat: 'TN-Validation-Passed-A' }. */
  fields?: FormFields
  /** Where the end of the call is reported, as on a number with a status callback. */
  statusCallbackUrl?: string
  behaviour?: LineBehaviour
  /** How the party of a `<Dial>` takes the call; by default it answers and hangs up at once. */
  dialled?: (verb: DialVerb) => DialResult
  /** Makes the ids of call and streams; by default random ones. */
  newSid?: (prefix: 'CA' | 'MZ') => string
}>

/** A call in progress. */
export type SimulatedCall = Readonly<{
  callSid: string
  /** What happened so far; grows while the call lasts. */
  events: readonly CallEvent[]
  /** The first stream, once it has begun. Rejects when the call ends without one. */
  started: Promise<Line>
  /** The end of it all, with every callback delivered. Never rejects. */
  done: Promise<CallOutcome>
  /** Speaks on the stream there is now. Throws when there was none yet. */
  say: (pcm: Int16Array) => Spoken
  /** Presses a key on the stream there is now. Throws when there was none yet. */
  pressKey: (digit: string) => void
  /** Hangs up, at any time: while it rings, on a stream, between two. */
  hangUp: () => void
}>

const ANSWER_DELAY_MS = 300

/** Places a call. It goes on by itself until the server or the caller ends it. */
export const placeCall = (options: CallOptions): SimulatedCall => {
  const { clock, accountSid, from, to, newSid = randomSid } = options
  const parties: CallParties = { accountSid, callSid: newSid('CA'), from, to }
  const startedAtMs = clock.nowMs()
  const journal = createJournal(clock)
  const hook = createHook(clock)
  const { ask, notify, delivered } = createRequests(options, parties, journal)
  const started = Promise.withResolvers<Line>()
  started.promise.catch(() => {}) // whoever does not wait for it must not be told either
  let line: Line | undefined
  let refusal: StreamRefusal | undefined

  const stream: Walker['stream'] = async ({ stream }, documentUrl) => {
    const streamSid = newSid('MZ')
    const begun = (begun: Line) => {
      line = begun
      started.resolve(begun)
    }
    const end = await runStream(
      { ...options, parties, streamSid, journal, hungUp: hook.hungUp, started: begun, notify },
      stream,
      documentUrl,
    )
    if (end.how === 'hung-up') hook.hangUp()
    refusal = end.how === 'refused' ? end : undefined
  }

  const walker: Walker = {
    hungUp: () => hook.hungUp.aborted,
    status: hook.status,
    answer: async () => {
      const picked = await hook.answer(options.answerDelayMs ?? ANSWER_DELAY_MS)
      if (picked) journal.note({ event: 'answered' })
    },
    ask: (request) => ask(request, hook),
    stream,
    dial: async (verb) => {
      const result = options.dialled?.(verb) ?? { status: 'completed', durationMs: 0 }
      await hook.pause(result.durationMs)
      return dialFields(result, newSid('CA'))
    },
    pause: hook.pause,
    note: (verb) => journal.note({ event: 'verb', verb }),
    warn: journal.warn,
  }

  const run = async (): Promise<CallOutcome> => {
    const walked = await followTwiml(walker, `${options.baseUrl}/twilio/voice`)
    const ending = refusal && walked.end === 'server-closed' ? failedBy(refusal) : walked
    const endedAtMs = clock.nowMs()
    journal.note({ event: 'ended', ...ending })
    started.reject(new Error(`The call ended without a stream: ${ending.reason ?? ending.end}`))
    if (options.statusCallbackUrl !== undefined) {
      const status = finalStatus(ending, hook.status())
      const duration = finalStatusFields(hook.talkedMs(), options.now())
      notify(options.statusCallbackUrl, 'POST', { ...callFields(parties, status), ...duration })
    }
    await delivered()
    return outcomeOf(journal, ending, { callSid: parties.callSid, startedAtMs, endedAtMs })
  }

  const lineNow = (): Line => {
    if (line) return line
    throw new Error('The call has no stream yet: wait for its `started`')
  }

  return {
    callSid: parties.callSid,
    events: journal.events,
    started: started.promise,
    done: run(),
    say: (pcm) => lineNow().say(pcm),
    pressKey: (digit) => lineNow().pressKey(digit),
    hangUp: hook.hangUp,
  }
}

/**
 * The two kinds of requests about a call: those that ask for a document, and those that only tell.
 */
const createRequests = (options: CallOptions, parties: CallParties, journal: Journal) => {
  const webhook = createWebhook(options)
  const telling: Promise<void>[] = []
  return {
    ask: async ({ url, method, extra }: DocumentRequest, hook: Hook): Promise<WebhookAnswer> => {
      const callStatus = hook.status()
      const fields = { ...callFields(parties, callStatus), ...options.fields, ...extra }
      // A hang-up ends the wait for an answer, but not a request that is made because of it.
      const signal = hook.hungUp.aborted ? {} : { signal: hook.hungUp }
      const answer = await webhook({ url, method, fields, ...signal })
      journal.note({ event: 'webhook', url, callStatus, answer: resultOf(answer) })
      return answer
    },
    notify: (url: string, method: HttpMethod, fields: FormFields): void => {
      const about = fields.StreamEvent ?? fields.CallStatus
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

/** A call that was answered is completed, whoever ended it. */
const finalStatus = ({ end, reason }: CallEnding, status: CallStatus): CallStatus => {
  if (end === 'rejected') return reason === 'busy' ? 'busy' : 'no-answer'
  return status === 'canceled' ? 'canceled' : 'completed'
}

const randomSid = (prefix: string): string => prefix + crypto.randomUUID().replaceAll('-', '')
