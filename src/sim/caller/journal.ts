/**
 * What happened to a simulated call, in order, as it happened.
 */
import type { Clock } from '../../clock.ts'
import type { CallStatus } from './call-fields.ts'
import type { LineAct, LineEnd, LineRecord } from './line.ts'
import type { StreamAudio } from './recording.ts'
import type { Verb } from './twiml.ts'
import { createWarnings, type TwilioWarning } from './warnings.ts'

/** One line of the log; `atMs` counts from the moment the call was placed. */
export type CallEvent = Readonly<{ atMs: number } & Happening>

/**
 * What can happen. `answer` is the HTTP status, or Twilio's error code when there was no answer.
 */
export type Happening =
  | { event: 'webhook'; url: string; callStatus: CallStatus; answer: number }
  | { event: 'callback'; url: string; about: string; answer: number }
  | { event: 'answered' }
  | { event: 'verb'; verb: Verb }
  | { event: 'connecting'; url: string }
  /** A sound begins to be played to the caller by Twilio itself, for so long. */
  | { event: 'playing'; url: string; ms: number }
  | { event: 'stream-started'; streamSid: string }
  | { event: 'fork-started'; streamSid: string }
  | { event: 'acted'; act: LineAct }
  | { event: 'stream-ended'; streamSid: string; end: LineEnd }
  | { event: 'warning'; code: number; problem: string }
  /** Another party of a conference or a `<Dial>` was heard; `what` is what they said or pressed. */
  | { event: 'heard'; from: string; what: string }
  | { event: 'ended'; end: string; reason?: string }

/** One media stream of the call. `startMs` counts from the moment the call was placed. */
export type StreamPart = LineRecord & StreamAudio

/** The log of one call, with its finished streams and what Twilio would have complained of. */
export type Journal = Readonly<{
  nowMs: () => number
  note: (happening: Happening) => void
  warn: (code: number, problem: string) => void
  /** Keeps a stream that is over. */
  keep: (stream: StreamPart) => void
  events: readonly CallEvent[]
  streams: readonly StreamPart[]
  warnings: () => readonly TwilioWarning[]
}>

/** Opens a journal; its time starts now. */
export const createJournal = (clock: Clock): Journal => {
  const placedMs = clock.nowMs()
  const events: CallEvent[] = []
  const streams: StreamPart[] = []
  const warnings = createWarnings()
  const nowMs = () => clock.nowMs() - placedMs
  const note = (happening: Happening) => void events.push({ atMs: nowMs(), ...happening })

  return {
    nowMs,
    note,
    warn: (code, problem) => {
      warnings.add(code, nowMs(), problem)
      note({ event: 'warning', code, problem })
    },
    keep: (stream) => void streams.push(stream),
    events,
    streams,
    warnings: warnings.list,
  }
}
