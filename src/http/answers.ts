/** What Twilio is told to do with a caller: the decision of the exchange as a document. */
import type { OfferedCall } from '../bridge/offered-call.ts'
import type { After } from '../bridge/exchange.ts'
import type { Destination, Line } from '../config/config.ts'
import {
  conference,
  dial,
  hangUp,
  play,
  pressKeys,
  redirect,
  say,
  twiml,
  type TwimlVerb,
} from '../twilio/twiml.ts'
import { isFromBrowser, lineSearch } from './call-form.ts'
import { callStreams, type CallStreamsOptions } from './call-streams.ts'

export type Answers = Readonly<{
  /** What follows a stream, or a call to a human, as a whole document; `call` is the caller, where their line is known. */
  after: (next: After, call: Pick<OfferedCall, 'from' | 'line'> | undefined) => string
}>

/** What is said when a call cannot be matched to a customer any more. */
const SORRY = 'Sorry, something went wrong on our side. Please call again.'

/** A caller who waits for a human hears music no longer than this beyond the time that it may ring. */
const MUSIC_GRACE_S = 90

/**
 * How many seconds a caller who was handed over hears the hold tone before Twilio asks again: briefly while this process is there to
 * answer, and for as long as the next one may take to come up when it is about to go.
 */
const HOLD_S = 2
const LAST_HOLD_S = 8

/** Makes the answers of a service. */
export const createAnswers = (options: CallStreamsOptions): Answers => {
  const { publicUrl } = options
  const streams = callStreams(options)
  const holdUrl = `${publicUrl}/twilio/hold.wav`

  const transfer = (facts: OfferedCall, destination: Destination): TwimlVerb => {
    const { to, mode, timeoutMs } = destination
    const timeoutS = Math.ceil(timeoutMs / 1000)
    const action = `${publicUrl}/twilio/transferred${lineSearch(facts)}`
    if (mode === 'warm') {
      const timeLimitS = timeoutS + MUSIC_GRACE_S
      return conference(roomOf(facts.callSid), { action, timeLimitS, waits: true })
    }
    const statusCallback = `${publicUrl}/twilio/human/${facts.callSid}/status`
    return dial(to, { action, timeoutS, statusCallback, ...shown(destination, facts) })
  }

  return {
    after: (next, call) => {
      switch (next.is) {
        case 'over':
          return twiml(hangUp())
        case 'resumed':
          return twiml(
            ...(next.press === '' ? [] : [pressKeys(next.press)]),
            streams.connect(next.call),
          )
        case 'transfer':
          return twiml(transfer(next.call, next.call.line.customer.destinations[next.destination]))
        case 'handed-over':
          return twiml(
            play(holdUrl, next.isLast ? LAST_HOLD_S : HOLD_S),
            redirect(streams.after(call)),
          )
        case 'apology':
          return twiml(...apology(next.line))
      }
    },
  }
}

/** What is left when there is no agent: an apology, and a human where the customer names one. */
export const apology = (line: Line | undefined): readonly TwimlVerb[] => {
  const fallback = line?.customer.fallback
  return [
    say(fallback?.say ?? SORRY),
    fallback?.dial === undefined ? hangUp() : dial(fallback.dial),
  ]
}

/** The room in which a caller and a human meet. */
export const roomOf = (callSid: string): string => `tandem-${callSid}`

/** Twilio shows the caller's number by itself, which a browser does not have. */
const shown = (
  { callerId }: Destination,
  { from, line }: OfferedCall,
): Readonly<{ callerId?: string }> => {
  if (callerId === 'caller') return isFromBrowser(from) ? { callerId: line.number } : {}
  return { callerId: callerId === 'line' ? line.number : callerId }
}
