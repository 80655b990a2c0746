/**
 * A line on which nothing is heard is taken for dead, so a caller who has to wait hears a soft tone, or a word of the agent's where
 * the tool has one.
 */
import { reportHeard } from './change.ts'
import type { CallEffect } from './effects.ts'
import { owedSinceMs } from './failures.ts'
import { clear, isPlaying, sentSound, silentSinceMs } from './playback.ts'
import { ask, type Change } from './responses.ts'
import type { Talking } from './state.ts'
import { busySinceMs } from './tool-calls.ts'

/** A gap up to this long passes for a pause. */
const MODEL_AWAY_MS = 1_500
const TOOL_BUSY_MS = 1_200
/** A filler is asked for so early that it is heard when the tone would be; should it not come, the tone does. */
const FILLER_MS = 700
const FILLER_LATE_MS = 1_600
/** However long the caller has waited already, a tool that is this quick is waited for in silence. */
const QUICK_TOOL_MS = 400

/** So long a model may think, or a session take to be opened, before it passes for no answer. */
const ANSWER_SLOW_MS = 4_000

const PIECE_MS = 1_000
/** A piece that follows another goes out this long before that one ends. */
const LEAD_MS = 300

/** Lets the caller hear that the line is alive, where it is time to. */
export const holdLine = (state: Talking, atMs: number): Change<Talking> => {
  const filler = fillerDue(state, atMs)
  if (filler !== undefined) {
    const tools = state.tools.map((each) => ({ ...each, isFilled: true }))
    return ask({ ...state, tools }, { kind: 'exactly', sentence: filler }, atMs)
  }
  if (!isDue(state, atMs)) return [state, []]
  const isNext = !isPlaying({ ...state.playback, marks: [] }, state.holding ? atMs + LEAD_MS : atMs)
  return isNext ? [state, [{ type: 'play-hold', ms: PIECE_MS }]] : [state, []]
}

/** A piece of hold tone was sent. */
export const holdSent = (state: Talking, sentMs: number, atMs: number): Change<Talking> => {
  const { playback, mark } = sentSound(state.playback, sentMs, atMs)
  const effects: CallEffect[] = mark === undefined ? [] : [{ type: 'mark-playback', name: mark }]
  return [{ ...state, playback, holding: true }, effects]
}

/**
 * The hold tone ends where the agent is back, not when its last piece does; but words that the tone follows and that are still to be
 * heard would be cleared with it.
 */
export const releaseHold = (state: Talking, atMs: number): Change<Talking> => {
  if (!state.holding) return [state, []]
  const { playback, cut, whole } = clear(state.playback, atMs)
  return cut.length > 0 ? [{ ...state, holding: false }, []] : [
    { ...state, playback, holding: false },
    [{ type: 'clear-playback' }, ...reportHeard(whole)],
  ]
}

const isDue = (state: Talking, atMs: number): boolean => {
  const { floor, model, holding } = state
  if (model.is === 'interrupted') {
    return holding || quietMs(state, model.sinceMs, atMs) >= MODEL_AWAY_MS
  }
  if (floor.is === 'awaited' && atMs < state.limitedUntilMs) {
    return holding || quietMs(state, floor.sinceMs, atMs) >= MODEL_AWAY_MS
  }
  if (floor.is === 'caller') return false
  if (!isFetching(state)) {
    const sinceMs = wordlessSinceMs(state)
    return sinceMs !== undefined && (holding || quietMs(state, sinceMs, atMs) >= ANSWER_SLOW_MS)
  }
  if (holding) return true
  const hasFiller = state.tools.some(({ isFilled }) => isFilled)
  return isSlow(state, atMs) && waitedMs(state, atMs) >= (hasFiller ? FILLER_LATE_MS : TOOL_BUSY_MS)
}

const isSlow = (state: Talking, atMs: number): boolean =>
  atMs - (busySinceMs(state) ?? 0) >= QUICK_TOOL_MS

/** Whether a tool is at work, or its result is about to be said. */
const isFetching = (state: Talking): boolean =>
  busySinceMs(state) !== undefined ||
  (state.response.is !== 'free' && state.response.request.kind === 'results' &&
    !(state.response.is === 'active' && state.response.hasSpoken))

/**
 * Since when the caller waits for the first word of the model; undefined when they do not. Each of these waits has an end of its own,
 * and would have none if it were waited for in silence: a tone is no silence.
 */
const wordlessSinceMs = (state: Talking): number | undefined => {
  const { floor, model, response, connectedAtMs } = state
  if (model.is === 'opening') return connectedAtMs
  if (response.is === 'free') return owedSinceMs(state)
  if (response.is === 'active' && response.hasSpoken) return undefined
  return floor.is === 'awaited' ? floor.sinceMs : response.sinceMs
}

/** How long the caller has heard nothing and said nothing. */
const waitedMs = (state: Talking, atMs: number): number =>
  quietMs(state, 'sinceMs' in state.floor ? state.floor.sinceMs : 0, atMs)

/**
 * How long nothing was heard since a moment. It is the play-out that tells and not whoever has the floor: the mark behind the last
 * words is echoed a round trip after they were heard, or later.
 */
const quietMs = ({ playback }: Talking, sinceMs: number, atMs: number): number =>
  atMs - Math.max(sinceMs, silentSinceMs(playback))

/** What is said while a tool works, once a tool call and only if nothing else is being said. */
const fillerDue = (state: Talking, atMs: number): string | undefined => {
  const { floor, response, waiting, model } = state
  const isFree = model.is === 'ready' && response.is === 'free' && waiting.length === 0
  if (!isFree || floor.is === 'caller' || state.holding || isPlaying(state.playback, atMs)) {
    return undefined
  }
  const call = state.tools.find(({ stage, isFilled }) => stage === 'running' && !isFilled)
  if (!call || !isSlow(state, atMs) || waitedMs(state, atMs) < FILLER_MS) return undefined
  return state.rules.agents[state.agent]?.fillers[call.name]
}
