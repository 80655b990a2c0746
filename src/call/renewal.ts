/**
 * A session ends by itself after an hour or less, and a call must not: before that a second one is opened, told what was said,
 * and takes over while nobody speaks. Near the end it takes over while somebody does, and only in the last moments whatever happens.
 */
import { andThen } from './change.ts'
import { isPlaying } from './playback.ts'
import { askNext, type Change } from './responses.ts'
import {
  isAgentsTurn,
  type Live,
  type Model,
  type Renewal,
  type RenewalTimes,
  type Talking,
} from './state.ts'
import { leaveSession, loseRemote, orphanPlayback } from './model-leg.ts'

const QUIET_BEFORE_MS = 5 * 60_000
const FORCED_BEFORE_MS = 30_000
const LATEST_BEFORE_MS = 10_000
/** A second session that could not be opened is tried again after this. */
const RETRY_MS = 10_000

/** The plan for a session that ends in `expiresInMs`; a short one is renewed in its second half. */
export const planRenewal = (expiresInMs: number | undefined, atMs: number): Renewal => {
  // A session that is said to have ended before it began tells of a wrong clock; should it end, it is like any that breaks.
  if (expiresInMs === undefined || expiresInMs <= 0) return { is: 'not-needed' }
  const endsAtMs = atMs + expiresInMs
  return {
    is: 'planned',
    quietFromMs: endsAtMs - Math.min(QUIET_BEFORE_MS, expiresInMs / 2),
    forcedFromMs: endsAtMs - Math.min(FORCED_BEFORE_MS, expiresInMs / 5),
    latestMs: endsAtMs - Math.min(LATEST_BEFORE_MS, expiresInMs / 10),
  }
}

/** Opens the second session when its time has come. */
export const renewWhenDue = (state: Talking, atMs: number): Change<Talking> => {
  if (state.model.is !== 'ready' || state.model.renewal.is !== 'planned') return [state, []]
  const { renewal } = state.model
  const isDue = isForced(state, renewal, atMs) ||
    (atMs >= renewal.quietFromMs && isQuiet(state, atMs) && state.approvals.length === 0)
  return isDue
    ? [withRenewal(state, { ...renewal, is: 'opening' }), [{ type: 'open-reserve' }]]
    : [state, []]
}

/**
 * The second session is ready. It takes over if nobody speaks, or if only the caller does, whose turn it is given from its
 * beginning; otherwise it was too late for this pause, and the next one is waited for.
 */
export const reserveReady = (
  state: Talking,
  expiresInMs: number | undefined,
  atMs: number,
): Change<Talking> => {
  if (state.model.is !== 'ready' || state.model.renewal.is !== 'opening') {
    return [state, [{ type: 'drop-reserve' }]]
  }
  const { renewal } = state.model
  const isAgentSilent = !isPlaying(state.playback, atMs) && !isAgentsTurn(state)
  const isUnheard = isAgentSilent && state.floor.is !== 'awaited'
  if (!isForced(state, renewal, atMs) && !isUnheard) {
    return [withRenewal(state, { ...renewal, is: 'planned' }), [{ type: 'drop-reserve' }]]
  }
  // What is owed is owed by the new session, and what plays stays, as if the old one had broken.
  const [left, told] = leaveSession(state, 'renewed', atMs, state.floor)
  const model: Model = { is: 'ready', renewal: planRenewal(expiresInMs, atMs) }
  const [next, effects] = andThen(
    andThen(orphanPlayback({ ...left, model }), (orphaned) => loseRemote(orphaned, atMs)),
    (after) => askNext(after, atMs),
  )
  return [next, [
    ...told.filter(({ type }) => type !== 'report'),
    { type: 'swap-model' },
    ...effects,
    { type: 'report', report: { type: 'model-renewed', isForced: atMs >= renewal.forcedFromMs } },
  ]]
}

/** The second session cannot take over, or not now; there is still time to try again. */
export const renewLater = <State extends Live>(state: State, atMs: number): State => {
  if (state.model.is !== 'ready' || state.model.renewal.is !== 'opening') return state
  const { quietFromMs, forcedFromMs, latestMs } = state.model.renewal
  const later = (ms: number) => Math.max(ms, atMs + RETRY_MS)
  return withRenewal(state, {
    is: 'planned',
    quietFromMs: later(quietFromMs),
    forcedFromMs: later(forcedFromMs),
    latestMs: later(latestMs),
  })
}

/** Whether it cannot wait for a quiet moment. An answer that is being generated is waited for, as long as can be. */
const isForced = (
  { response }: Live,
  { forcedFromMs, latestMs }: RenewalTimes,
  atMs: number,
): boolean => atMs >= latestMs || (atMs >= forcedFromMs && response.is !== 'active')

/** Whether nobody speaks or is about to. */
export const isQuiet = (state: Talking, atMs: number): boolean =>
  state.floor.is === 'nobody' && !isAgentsTurn(state) && !isPlaying(state.playback, atMs)

const withRenewal = <State extends Live>(state: State, renewal: Renewal): State => ({
  ...state,
  model: { is: 'ready', renewal },
})
