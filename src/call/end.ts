/** The end of a call, whatever brought it about: what was said is cut at what was heard, and what was begun is written down as left. */
import { report } from './change.ts'
import { keep } from './checkpoint.ts'
import type { CallEffect } from './effects.ts'
import type { EndReason } from './end-reason.ts'
import { interrupt } from './refuse.ts'
import type { Change } from './responses.ts'
import type { Ended, Up } from './state.ts'
import { sumUp } from './summary.ts'
import type { ToolCall } from './tool-calls.ts'
import { finishToolCall, toolLineOf, type Transcript } from './transcript.ts'
import { breakOff } from './transfer.ts'

/** Ends a call; `cause` says more than the reason where there is more to say. */
export const end = (
  state: Up,
  reason: EndReason,
  atMs: number,
  cause?: string,
): Change<Ended> => {
  // Another process goes on with all of it, and must be told before the stream is closed.
  const isHandedOver = reason === 'handed-over'
  const { transcript, lines } = isHandedOver
    ? { transcript: state.transcript, lines: [] }
    : lastWords(state, reason, atMs)
  const summingUp = sumUp(state, reason, atMs)
  return [
    { phase: 'ended', reason, transcript },
    [
      ...(isHandedOver ? [keep(state, atMs)] : []),
      ...breakOff(state, reason),
      ...summingUp.effects,
      { type: 'end-call', reason, isModelKept: summingUp.isModelKept },
      ...lines,
      report({
        type: 'ended',
        reason,
        ...(cause === undefined ? {} : { cause }),
        durationMs: atMs - state.startedAtMs,
      }),
    ],
  ]
}

type LastWords = Readonly<{ transcript: Transcript; lines: readonly CallEffect[] }>

const lastWords = (state: Up, reason: EndReason, atMs: number): LastWords => {
  const cut = state.phase === 'talking' ? interrupt(state, atMs) : { state, lines: [] }
  const open = state.tools.filter(({ stage }) => stage !== 'back')
  const transcript = open.reduce(
    (lines, { toolCallId, stage }) => {
      const isDone = isOver(stage, reason)
      return finishToolCall(lines, toolCallId, isDone ? DONE : LEFT, !isDone)
    },
    cut.state.transcript,
  )
  const left = open.flatMap(({ toolCallId }) => {
    const line = toolLineOf(transcript, toolCallId)
    return line ? [report({ type: 'line', line })] : []
  })
  return { transcript, lines: [...cut.lines, ...left] }
}

const DONE = 'Done.'
const LEFT = 'The call ended before this was done.'

/** What the call was to do next, it has done by ending as it did. */
const isOver = (stage: ToolCall['stage'], reason: EndReason): boolean =>
  stage === 'planned' && (reason === 'agent-ended' || reason === 'transferred')
