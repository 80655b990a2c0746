/**
 * What the core of a call decides at an event, in the form in which it is logged and compared: its effects as JSON, without what
 * would be said again and again, and the gate of the agent's voice, which is asked apart from the effects.
 */
import type { Checkpoint } from '../call/checkpoint.ts'
import type { CallEffect } from '../call/effects.ts'
import type { CallEvent } from '../call/events.ts'
import { type CallState, isWanted } from '../call/state.ts'
import type { step } from '../call/step.ts'
import type { Transcript, TranscriptLine } from '../call/transcript.ts'

/** How far a call is that is logged or replayed. */
export type Played = Readonly<{
  state: CallState
  /** The lines of the checkpoint before. */
  kept: Transcript
}>

/** What was decided; with `fault` the core could not decide, and the state stays as it was. */
export type Decision = Readonly<{ decided: readonly unknown[]; fault?: string }>

/** Takes an event. Never throws. */
export const decide = (
  core: typeof step,
  { state, kept }: Played,
  event: CallEvent,
): readonly [Played, Decision, effects: readonly CallEffect[]] => {
  try {
    const [next, effects] = core(state, event)
    let lines = kept
    const compacted = effects.map((effect) => {
      const each = compact(effect, lines)
      if (effect.type === 'checkpoint') lines = effect.checkpoint.transcript
      return each
    })
    const decided = [...gateOf(state, event), ...compacted]
    return [{ state: next, kept: lines }, { decided }, effects]
  } catch (error) {
    return [{ state, kept }, { decided: [], fault: String(error) }, []]
  }
}

const compact = (effect: CallEffect, kept: Transcript): unknown => {
  if (effect.type === 'checkpoint') return newIn(effect.checkpoint, kept)
  // Whether the model is kept, the summing up before it says; logs of versions before have no more.
  if (effect.type === 'end-call') return { type: 'end-call', reason: effect.reason }
  if (effect.type !== 'report' || effect.report.type !== 'line') return effect
  const { line, ...rest } = effect.report
  if (line.final) return effect
  // A line is told again with each word, which stands in the event.
  const { text, ...known } = line
  return { type: 'report', report: { ...rest, line: { ...known, chars: text.length } } }
}

/** A checkpoint has the whole transcript, and there is one after each turn: only lines that are new or changed are told. */
const newIn = ({ transcript, ...rest }: Checkpoint, kept: Transcript) => ({
  type: 'checkpoint',
  ...rest,
  lines: transcript.length,
  changed: transcript.flatMap((line, at) => isSame(line, kept[at]) ? [] : [{ at, ...line }]),
})

const isSame = (line: TranscriptLine, other: TranscriptLine | undefined): boolean =>
  line === other || JSON.stringify(line) === JSON.stringify(other)

/** Says where the voice of the agent would be let through or stopped otherwise than it was. */
const gateOf = (state: CallState, event: CallEvent): readonly unknown[] => {
  if (event.type !== 'agent-audio-sent' && event.type !== 'agent-audio-refused') return []
  const isSent = event.type === 'agent-audio-sent'
  if (isWanted(state, event.responseId) === isSent) return []
  return [{ type: isSent ? 'audio-unwanted' : 'audio-wanted', responseId: event.responseId }]
}
