/**
 * The built-in caller: places a phone call with a Tandem server as Twilio would, webhooks,
 * signatures, stream and all, so that a server can be tried, tested and measured with no account
 * anywhere.
 */
import {
  callFields,
  type CallParties,
  type CallStatus,
  dialFields,
  type DialResult,
  durationFields,
  type FormFields,
  progressFields,
} from './call-fields.ts'
import type { Fork } from './fork.ts'
import type { CallEvent } from './journal.ts'
import type { Line } from './line.ts'
import type { CallEnding, CallOutcome } from './outcome.ts'
import { type CallMeans, createPhoneCall, type PhoneCall } from './phone-call.ts'
import type { LineBehaviour } from './stream-leg.ts'
import type { DialVerb } from './twiml.ts'
import type { Spoken } from './voice.ts'

/** Who calls whom, where, and by what means. */
export type CallOptions =
  & Omit<CallMeans, 'newSid'>
  & Readonly<{
    /**
     * Where the server is, without a slash at the end; the call begins with a POST to its
     * /twilio/voice.
     */
    baseUrl: string
    accountSid: string
    from: string
    to: string
    /**
     * How long the phone goes on ringing after the webhook was answered with anything but a reject;
     * default 300.
     */
    answerDelayMs?: number
    /** More form fields for the voice webhook, e.g. { StirVerstat: 'TN-Validation-Passed-A' }. */
    fields?: FormFields
    /** What the page of a browser gave its call: told with the first request, and not again. */
    page?: FormFields
    /** Where the end of the call is reported, as on a number with a status callback. */
    statusCallbackUrl?: string
    behaviour?: LineBehaviour
    /** How the party of a `<Dial>` takes the call; by default it answers and hangs up at once. */
    dialled?: (verb: DialVerb) => DialResult
    /** Rings the parties of a `<Dial>` instead of `dialled`; gives what the `action` is told. */
    dial?: (verb: DialVerb, call: PhoneCall, documentUrl: string) => Promise<FormFields>
    /** Is handed the call before it does anything. */
    placed?: (call: PhoneCall) => void
    /** Makes the ids of call and streams; by default random ones. */
    newSid?: CallMeans['newSid']
  }>

/** A call in progress. */
export type SimulatedCall = Readonly<{
  callSid: string
  /** What happened so far; grows while the call lasts. */
  events: readonly CallEvent[]
  /** The first stream, once it has begun. Rejects when the call ends without one. */
  started: Promise<Line>
  /** The first stream that listens in, once it has begun. Rejects when the call ends without one. */
  forked: Promise<Fork>
  /** The end of it all, with every callback delivered. Never rejects. */
  done: Promise<CallOutcome>
  /** Speaks on the stream there is now. Throws when there was none yet. */
  say: (pcm: Int16Array) => Spoken
  /** Presses a key on the stream there is now, or for a `<Gather>`. */
  pressKey: (digit: string) => void
  /** Hangs up, at any time: while it rings, on a stream, between two. */
  hangUp: () => void
}>

const ANSWER_DELAY_MS = 300

/** Places a call. It goes on by itself until the server or the caller ends it. */
export const placeCall = (options: CallOptions): SimulatedCall => {
  const { accountSid, from, to, newSid = randomSid } = options
  const parties: CallParties = { accountSid, callSid: newSid('CA'), from, to }
  const dialled = async (verb: DialVerb, { hook }: PhoneCall) => {
    const result = options.dialled?.(verb) ?? { status: 'completed', durationMs: 0 }
    await hook.pause(result.durationMs)
    return dialFields(result, newSid('CA'))
  }
  const call = createPhoneCall({
    dial: dialled,
    ...options,
    newSid,
    parties,
    answerDelayMs: options.answerDelayMs ?? ANSWER_DELAY_MS,
  })
  options.placed?.(call)

  const run = async (): Promise<CallOutcome> => {
    const url = `${options.baseUrl}/twilio/voice`
    const ending = await call.follow({ url, method: 'POST', extra: options.page ?? {} })
    if (options.statusCallbackUrl !== undefined) {
      const status = finalStatus(ending, call.hook.status())
      call.notify(options.statusCallbackUrl, 'POST', {
        ...callFields(parties, status),
        ...durationFields(call.hook.talkedMs()),
        ...progressFields(options.now()),
      })
    }
    return call.sumUp(ending)
  }

  return {
    callSid: parties.callSid,
    events: call.events,
    started: call.started,
    forked: call.forked,
    done: run(),
    say: (pcm) => call.line().say(pcm),
    pressKey: call.pressKey,
    hangUp: call.hook.hangUp,
  }
}

/** A call that was answered is completed, whoever ended it. */
const finalStatus = ({ end, reason }: CallEnding, status: CallStatus): CallStatus => {
  if (end === 'rejected') return reason === 'busy' ? 'busy' : 'no-answer'
  return status === 'canceled' ? 'canceled' : 'completed'
}

/** Makes an id as Twilio's look. */
export const randomSid = (prefix: string): string =>
  prefix + crypto.randomUUID().replaceAll('-', '')
