/** How changes are put together: one after the other, with the effects of all in order. */
import type { CallEffect, CallReport } from './effects.ts'
import type { PlayingItem } from './playback.ts'
import type { Change } from './responses.ts'
import { lineOf, type Transcript } from './transcript.ts'

/** Goes on from a change; the effects of both are done in order. (A module that exports `then` would be taken for a promise.) */
export const andThen = <Before, After>(
  [state, effects]: Change<Before>,
  next: (state: Before) => Change<After>,
): Change<After> => {
  const [after, more] = next(state)
  // A tick goes through here several times, four times a second on each call, and nearly always for nothing.
  if (more.length === 0) return [after, effects]
  return [after, effects.length === 0 ? more : [...effects, ...more]]
}

/** Tells those who watch the call. */
export const report = (report: CallReport): CallEffect => ({ type: 'report', report })

/** Tells how the line of an item is now. */
export const reportLine = (transcript: Transcript, itemId: string): readonly CallEffect[] => {
  const line = lineOf(transcript, itemId)
  return line ? [report({ type: 'line', line })] : []
}

/** Tells that items were heard to their end. */
export const reportHeard = (items: readonly PlayingItem[]): readonly CallEffect[] =>
  items.map(({ itemId, modelMs }) => report({ type: 'agent-heard', itemId, heardMs: modelMs }))
