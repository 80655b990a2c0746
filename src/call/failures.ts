/**
 * A response that comes to nothing: the model failed, or says nothing at all. It is asked for once more; then the caller is told by
 * other means than the model.
 */
import type { CallEffect } from './effects.ts'
import type { EndReason } from './end-reason.ts'
import { cancel, refuseActive } from './refuse.ts'
import { ask, type Change, sameAgain } from './responses.ts'
import type { Live, Talking } from './state.ts'

/** What follows: the call goes on, or it ends. */
export type Outcome<State> =
  | Readonly<{ is: 'on'; change: Change<State> }>
  | Readonly<{ is: 'over'; reason: EndReason }>

/** From asking to the first word, and from the end of the caller's turn to the beginning of a response. */
const RESPONSE_MS = 10_000
const ANSWER_MS = 5_000
const MOST_FAILURES = 2

/** Failures that another try does not mend. */
const HOPELESS: ReadonlySet<string> = new Set(['insufficient_quota', 'invalid_api_key'])

/** The model says that a response failed. The slot is free again. */
export const responseFailed = <State extends Live>(
  state: State,
  reason: string | undefined,
  atMs: number,
): Outcome<State> => {
  if (state.failures + 1 >= MOST_FAILURES || HOPELESS.has(reason ?? '')) {
    return { is: 'over', reason: 'model-failed' }
  }
  const again = sameAgain(state)
  const failed: State = { ...state, response: { is: 'free' }, failures: state.failures + 1 }
  return { is: 'on', change: ask(failed, again, atMs) }
}

/** The model would not say what it was about to. The caller is told that much. */
export const responseFiltered = <State extends Live>(state: State, atMs: number): Change<State> => {
  const { cannotSay } = state.rules.phrases
  const freed: State = { ...state, response: { is: 'free' } }
  return ask(freed, { kind: 'exactly', sentence: cannotSay }, atMs)
}

/** Looks whether the caller has waited too long for a word. */
export const lookForAnswer = (state: Talking, atMs: number): Outcome<Talking> | undefined => {
  if (state.model.is !== 'ready' || !isOverdue(state, atMs)) return undefined
  if (state.failures + 1 >= MOST_FAILURES) return { is: 'over', reason: 'model-silent' }
  const again = sameAgain(state)
  const effects: readonly CallEffect[] = cancel(state)
  const silent: Talking = {
    ...refuseActive(state, []),
    response: { is: 'free' },
    failures: state.failures + 1,
    floor: state.floor.is === 'awaited' ? { is: 'awaited', sinceMs: atMs } : state.floor,
  }
  const [next, more] = ask(silent, again, atMs)
  return { is: 'on', change: [next, [...effects, ...more]] }
}

const isOverdue = ({ response, floor, waiting, tools }: Talking, atMs: number): boolean => {
  if (response.is === 'free') {
    const isOwed = floor.is === 'awaited' && waiting.length === 0 && tools.length === 0
    return isOwed && atMs - floor.sinceMs >= ANSWER_MS
  }
  const hasSpoken = response.is === 'active' && response.hasSpoken
  return !hasSpoken && atMs - response.sinceMs >= RESPONSE_MS
}
