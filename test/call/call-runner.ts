/** Tells a call what happens, event by event, and gathers what it decides. */
import type { CallEffect } from '../../src/call/effects.ts'
import type { Happening } from '../../src/call/events.ts'
import type { CallRules } from '../../src/call/rules.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { RULES } from './rules.ts'

type Timed = Happening & Readonly<{ atMs?: number }>

const QUIET: ReadonlySet<string> = new Set([
  'report',
  'checkpoint',
  'mark-playback',
  'keep-turn',
  'forget-turn',
])

/** A call whose line is open and whose model is there; what happens takes a ms each unless it says when. */
export const runCall = (rules: Partial<CallRules>, ...happenings: readonly Timed[]) => {
  let state: CallState = startCall({ ...RULES, ...rules }, 0)
  const effects: CallEffect[] = []
  let nowMs = 0
  const tell = (happening: Timed) => {
    nowMs = happening.atMs ?? nowMs + 1
    const [next, decided] = step(state, { ...happening, atMs: nowMs })
    state = next
    effects.push(...decided)
  }
  tell({ type: 'model-ready' })
  tell({ type: 'caller-connected' })
  happenings.forEach(tell)
  const current = (): CallState => state
  return {
    state: current(),
    /** All effects but reports, checkpoints, marks and what is kept of turns. */
    done: effects.filter(({ type }) => !QUIET.has(type)),
    reports: effects.flatMap((effect) => effect.type === 'report' ? [effect.report] : []),
  }
}

/** Events of a response of the model's, by its id. */
export const response = (responseId: string) => {
  const part = { responseId, itemId: `item_${responseId}`, contentIndex: 0 }
  return {
    started: { type: 'agent-response-started', responseId } as const,
    says: (text: string): Timed => ({ type: 'agent-words', ...part, text, final: false }),
    sends: (ms: number): Timed => ({ type: 'agent-audio-sent', ...part, sentMs: ms, modelMs: ms }),
    audioEnds: { type: 'agent-audio-ended', ...part } as const,
    calls: (toolCallId: string, name: string, given: unknown = {}): Timed => ({
      type: 'agent-called-tool',
      responseId,
      itemId: `item_${toolCallId}`,
      toolCallId,
      name,
      given: typeof given === 'string' ? given : JSON.stringify(given),
    }),
    ends: { type: 'agent-response-ended', responseId, status: 'completed' } as const,
  }
}

/** What the model is told of a tool call, if it is. */
export const outputOf = (done: readonly CallEffect[], toolCallId: string): string | undefined =>
  done.flatMap((effect) =>
    effect.type === 'return-output' && effect.toolCallId === toolCallId ? [effect.output] : []
  )[0]
