/**
 * How a simulated call went, once it is over.
 */
import type { Clear, ReturnedMark } from './downlink.ts'
import type { Journal, StreamPart } from './journal.ts'
import { firstAudibleMs, type Recording, recordingOf } from './recording.ts'
import type { Verb } from './twiml.ts'
import type { TwilioWarning } from './warnings.ts'

/** Who ended the call, or why there was none. */
export type CallEnding = Readonly<{
  end: 'caller-hung-up' | 'server-closed' | 'rejected' | 'failed'
  reason?: string
  /** The status of a stream's handshake that was refused. */
  httpStatus?: number
}>

/**
 * All there is to know about a call. `startedAtMs` and `endedAtMs` are on the clock that was handed
 * in; everything about audio counts from the start of the first stream.
 */
export type CallOutcome =
  & CallEnding
  & Readonly<{
    callSid: string
    startedAtMs: number
    endedAtMs: number
    /** What the TwiML made Twilio do, in order. `say` was spoken, `dial` was dialled. */
    verbs: readonly Verb[]
    /** What Twilio's debugger would show; times count from the moment the call was placed. */
    warnings: readonly TwilioWarning[]
    clears: readonly Clear[]
    marks: readonly ReturnedMark[]
    /** When the server's first audio arrived, silent or not. */
    firstPacketAtMs?: number
    /** When the agent was first heard. */
    firstAudioAtMs?: number
    recording: Recording
    /** The same, stream by stream, each on its own time line. */
    streams: readonly StreamPart[]
  }>

/** Sums a finished call up. */
export const outcomeOf = (
  journal: Journal,
  ending: CallEnding,
  call: Pick<CallOutcome, 'callSid' | 'startedAtMs' | 'endedAtMs'>,
): CallOutcome => {
  const { events, streams } = journal
  const recording = recordingOf(streams)
  const parts = streams.map((stream) => ({ stream, offsetMs: stream.startMs - streams[0].startMs }))
  const first = <T>(pick: (part: typeof parts[number]) => T | undefined): T | undefined =>
    parts.map(pick).find((value) => value !== undefined)
  const firstPacketAtMs = first(({ stream, offsetMs }) => plus(offsetMs, stream.firstPacketAtMs))
  const firstAudioAtMs = first(({ stream, offsetMs }) =>
    plus(offsetMs, firstAudibleMs(stream.heard))
  )
  return {
    ...call,
    ...ending,
    verbs: events.flatMap((event) => event.event === 'verb' ? [event.verb] : []),
    warnings: [...journal.warnings(), ...streams.flatMap(warningsOf)],
    clears: parts.flatMap(({ stream, offsetMs }) => stream.clears.map(shifted(offsetMs))),
    marks: parts.flatMap(({ stream, offsetMs }) => stream.marks.map(shifted(offsetMs))),
    ...(firstPacketAtMs !== undefined && { firstPacketAtMs }),
    ...(firstAudioAtMs !== undefined && { firstAudioAtMs }),
    recording,
    streams,
  }
}

const warningsOf = ({ startMs, warnings }: StreamPart): TwilioWarning[] =>
  warnings.map((warning) => ({ ...warning, firstAtMs: startMs + warning.firstAtMs }))

const plus = (offsetMs: number, atMs: number | undefined): number | undefined =>
  atMs === undefined ? undefined : offsetMs + atMs

const shifted = (offsetMs: number) => <T extends Readonly<{ atMs: number }>>(event: T): T => ({
  ...event,
  atMs: event.atMs + offsetMs,
})
