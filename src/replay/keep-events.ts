/**
 * The event log of a call as it is written, decided: events in, lines out. What is logged is decided here once more, on events from
 * which all was taken out that must not be kept.
 */
import type { CallEffect } from '../call/effects.ts'
import type { CallEvent } from '../call/events.ts'
import type { Ringing } from '../call/state.ts'
import { step } from '../call/step.ts'
import { begin, beginningOf } from './beginning.ts'
import { decide, type Played } from './decide.ts'
import { type LogHead, writeEnd, writeEvent, writeHead } from './event-log.ts'
import { cleanEvent } from './event-schema.ts'
import { isSameDecision, maskBeginning, maskEvent, type Redact } from './mask.ts'

/** A log that is being written. */
export type EventLog =
  | Readonly<{ is: 'open'; played: Played; redact: Redact | undefined }>
  | Readonly<{ is: 'ended' }>

/** What the log is told of an event: what was decided, unless that failed. */
export type ToldEvent = Readonly<{ event: CallEvent; effects: readonly CallEffect[] | undefined }>

export type EventLogFacts = Omit<LogHead, 'format' | 'beginning' | 'isRedacted'>

export type Logged = readonly [log: EventLog, lines: readonly string[]]

/** Begins the log of a call in its first state; without `redact` texts are kept as they are. */
export const beginEventLog = (
  facts: EventLogFacts,
  state: Ringing,
  redact: Redact | undefined,
): Logged => {
  const beginning = maskBeginning(beginningOf(state), redact)
  const isRedacted = redact !== undefined
  return [
    { is: 'open', played: { state: begin(beginning), kept: [] }, redact },
    [writeHead({ ...facts, isRedacted, beginning })],
  ]
}

/** Logs an event. What happens after the end of the call is not logged. */
export const logEvent = (log: EventLog, { event, effects }: ToldEvent): Logged => {
  if (log.is === 'ended') return [log, []]
  const { redact } = log
  const masked = cleanEvent(maskEvent(log.played.state, event, redact))
  const [played, decision, made] = decide(step, log.played, masked)
  const isFaithful = (decision.fault === undefined) === (effects !== undefined) &&
    (!redact || isSameDecision(made, effects ?? []))
  if (!isFaithful) return [{ is: 'ended' }, [writeEnd('redacted')]]
  const line = writeEvent({ event: masked, ...decision })
  return played.state.phase === 'ended'
    ? [{ is: 'ended' }, [line, writeEnd('whole')]]
    : [{ ...log, played }, [line]]
}
