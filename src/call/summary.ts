/**
 * Whether a call that ends is summed up by the model that had it. The caller has gone by then or goes now; the model is told what was
 * heard of its last words, because it believes that it said all of them.
 */
import type { CallEffect } from './effects.ts'
import type { EndReason } from './end-reason.ts'
import { interrupt } from './refuse.ts'
import type { Up } from './state.ts'

/** What is to be done before the line is closed, and whether the model's leg outlives it. */
export type SummingUp = Readonly<{ effects: readonly CallEffect[]; isModelKept: boolean }>

/** Decides it; nothing is done for a call in which no caller said anything, or that goes on elsewhere. */
export const sumUp = (state: Up, reason: EndReason, atMs: number): SummingUp => {
  const hasCaller = state.transcript.some(({ speaker }) => speaker === 'caller')
  if (!state.rules.isSummarised || reason === 'handed-over' || !hasCaller) return NOTHING
  if (state.model.is !== 'ready') {
    return { effects: [{ type: 'sum-up', hasSession: false }], isModelKept: false }
  }
  return {
    effects: [...lastHeard(state, atMs), { type: 'sum-up', hasSession: true }],
    isModelKept: true,
  }
}

const NOTHING: SummingUp = { effects: [], isModelKept: false }

const lastHeard = (state: Up, atMs: number): readonly CallEffect[] =>
  state.phase === 'talking'
    ? interrupt(state, atMs).effects.filter(({ type }) => type !== 'clear-playback')
    : []
