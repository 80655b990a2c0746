/**
 * A response that comes to nothing: the model failed, or says nothing at all. It is asked for once more; then the caller is told by
 * other means than the model.
 */
import type { CallEffect } from './effects.ts'
import type { EndReason } from './end-reason.ts'
import { cancel, refuseActive } from './refuse.ts'
import { isPlaying, silentSinceMs } from './playback.ts'
import { ask, askNext, type Change, free, sameAgain } from './responses.ts'
import { isWanted, type Live, type Talking } from './state.ts'
import { busySinceMs } from './tool-calls.ts'

/** What follows: the call goes on, or it ends. */
export type Outcome<State> =
  | Readonly<{ is: 'on'; change: Change<State> }>
  | Readonly<{ is: 'over'; reason: EndReason }>

/** From asking to the first word, and from the end of the caller's turn to the beginning of a response. */
const RESPONSE_MS = 10_000
/** The same where the model waits for a tool that it has done elsewhere, and from what was heard last to what follows it. */
const LONG_MS = 30_000
const ANSWER_MS = 5_000
const MOST_FAILURES = 2

/** Failures that another try does not mend. */
const HOPELESS: ReadonlySet<string> = new Set(['insufficient_quota', 'invalid_api_key'])

/** What passes by itself, but not at once. */
const LIMITED = 'rate_limit_exceeded'
const MOST_LIMITED = 4
/** The first wait after being limited, if the model does not say how long; it doubles. */
const LIMITED_MS = 1_000
const LONGEST_LIMITED_MS = 8_000

/** The model says that a response failed. The slot is free again. */
export const responseFailed = <State extends Live>(
  state: State,
  reason: string | undefined,
  atMs: number,
): Outcome<State> => {
  const isLimited = reason === LIMITED
  const most = isLimited ? MOST_LIMITED : MOST_FAILURES
  if (state.failures + 1 >= most || HOPELESS.has(reason ?? '')) {
    return { is: 'over', reason: 'model-failed' }
  }
  const again = sameAgain(state)
  const failed: State = {
    ...state,
    response: { is: 'free' },
    failures: state.failures + 1,
    limitedUntilMs: isLimited ? atMs + LIMITED_MS * 2 ** state.failures : state.limitedUntilMs,
  }
  return { is: 'on', change: ask(failed, again, atMs) }
}

/** The model says when it will have room again. It says so after each response; only who was refused has to wait. */
export const modelLimited = <State extends Live>(
  state: State,
  resetInMs: number,
  atMs: number,
): State =>
  state.limitedUntilMs > atMs
    ? { ...state, limitedUntilMs: atMs + Math.min(LONGEST_LIMITED_MS, Math.max(0, resetInMs)) }
    : state

/** Asks for what had to wait because the model was limited. */
export const askWhatWaits = (state: Talking, atMs: number): Change<Talking> => {
  if (state.limitedUntilMs === 0 || atMs < state.limitedUntilMs) return [state, []]
  return askNext({ ...state, limitedUntilMs: 0 }, atMs)
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
  // Of what was stopped nothing is missed but that it is over.
  const { response } = state
  const isStopped = response.is === 'active' && !isWanted(state, response.responseId)
  if (isStopped) return { is: 'on', change: free(state, atMs) }
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

/** Since when a caller who has spoken waits for a response to begin, and for nothing else; undefined when they do not. */
export const owedSinceMs = (
  { response, floor, waiting, tools, consent }: Talking,
): number | undefined => {
  const isModelAlone = consent.is === 'settled' && waiting.length === 0 && tools.length === 0
  return response.is === 'free' && floor.is === 'awaited' && isModelAlone
    ? floor.sinceMs
    : undefined
}

const isOverdue = (state: Talking, atMs: number): boolean => {
  const { response, playback } = state
  if (response.is === 'free') return atMs - (owedSinceMs(state) ?? atMs) >= ANSWER_MS
  if (response.is === 'active' && response.hasSpoken) {
    const heardAtMs = Math.max(response.sinceMs, silentSinceMs(playback))
    return !isPlaying(playback, atMs) && atMs - heardAtMs >= LONG_MS
  }
  return atMs - response.sinceMs >= (busySinceMs(state) === undefined ? RESPONSE_MS : LONG_MS)
}
