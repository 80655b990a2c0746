/**
 * What the passing of time means while the line is open. All of it is counted on what was heard: a caller who still listens is not
 * silent, and nobody is hung up on before the goodbye was heard.
 */
import type { EndReason } from './end-reason.ts'
import { lookForAnswer } from './failures.ts'
import { holdLine } from './hold.ts'
import { isQuiet, renewWhenDue } from './renewal.ts'
import { ask, type Change } from './responses.ts'
import type { Talking } from './state.ts'

/** A change, or the end of the call. */
export type TimeStep =
  | Readonly<{ is: 'on'; change: Change<Talking> }>
  | Readonly<{ is: 'over'; reason: EndReason }>

const WARNING_MS = 60_000
/** A call shorter than this is not warned of its end. */
const SHORTEST_WARNED_MS = 3 * WARNING_MS
/** A goodbye that was not heard by then is not waited for. */
const GOODBYE_MS = 15_000
const TIMES_ASKED = 2

/** Looks at every deadline there is. */
export const passTime = (state: Talking, atMs: number): TimeStep => {
  const isSilent = isQuiet(state, atMs)
  if (state.isLeaving && isSilent) return { is: 'over', reason: 'handed-over' }
  if (state.ending.is === 'goodbye') {
    return isSilent || atMs >= state.ending.latestMs
      ? { is: 'over', reason: state.ending.reason }
      : on([state, []])
  }
  const talkedMs = state.talkedMs + atMs - state.connectedAtMs
  const { maxDurationMs } = state.rules
  if (talkedMs >= maxDurationMs) return on(sayGoodbye(state, 'max-duration', atMs))
  if (isSilent && isWarningDue(state, talkedMs)) {
    const { timeIsShort } = state.rules.phrases
    return on(ask({ ...state, isWarned: true }, { kind: 'exactly', sentence: timeIsShort }, atMs))
  }
  if (isSilent && isTooSilent(state, atMs)) return on(breakSilence(state, atMs))
  const answer = lookForAnswer(state, atMs)
  if (answer) return answer
  const [held, effects] = holdLine(state, atMs)
  const [renewed, more] = renewWhenDue(held, atMs)
  return on([renewed, [...effects, ...more]])
}

const on = (change: Change<Talking>): TimeStep => ({ is: 'on', change })

const isWarningDue = ({ rules, isWarned }: Talking, talkedMs: number): boolean =>
  !isWarned && rules.maxDurationMs >= SHORTEST_WARNED_MS &&
  talkedMs >= rules.maxDurationMs - WARNING_MS

const isTooSilent = ({ rules, floor, model }: Talking, atMs: number): boolean =>
  rules.silenceMs > 0 && model.is === 'ready' && floor.is === 'nobody' &&
  atMs - floor.sinceMs >= rules.silenceMs

/** The caller is asked whether they are there, and again; then they are bidden goodbye. */
const breakSilence = (state: Talking, atMs: number): Change<Talking> => {
  if (state.timesAsked >= TIMES_ASKED) return sayGoodbye(state, 'caller-silent', atMs)
  const asked = { ...state, timesAsked: state.timesAsked + 1 }
  return ask(asked, { kind: 'exactly', sentence: state.rules.phrases.stillThere }, atMs)
}

/** The last thing the agent says; the call ends when it was heard. */
const sayGoodbye = (state: Talking, reason: EndReason, atMs: number): Change<Talking> => {
  const ending = { is: 'goodbye', reason, latestMs: atMs + GOODBYE_MS } as const
  const sentence = state.rules.phrases.goodbye
  return ask({ ...state, ending, waiting: [] }, { kind: 'exactly', sentence }, atMs)
}
