/**
 * What the comings and goings of the model mean for a call.
 *
 * A session that breaks takes its memory with it, not the call: the caller goes on hearing what was sent, and the next session
 * is told what was said. What the caller said and the lost session had not yet put into words it is given as audio again.
 */
import type { CallEffect } from './effects.ts'
import { clear, isPlaying, orphan, sentSound } from './playback.ts'
import { askNext, type Change, sameAgain } from './responses.ts'
import type { Floor, Live, Renewal, ResponseRequest, Ringing, Talking } from './state.ts'

/** A gap up to this long passes for a pause; after it the caller hears that the line is alive. */
const HOLD_AFTER_MS = 1_500
const HOLD_PIECE_MS = 1_000
/** A new piece goes out this long before the last one ends. */
const HOLD_LEAD_MS = 300

/** The model is there, for the first time or again: what waits to be said is asked for. */
export const modelReady = <State extends Ringing | Talking>(
  state: State,
  renewal: Renewal,
  atMs: number,
): Change<State> => {
  if (state.model.is === 'ready') return [state, []]
  const [next, effects] = askNext({ ...state, model: { is: 'ready', renewal } }, atMs)
  return [next, [...effects, {
    type: 'report',
    report: state.model.is === 'opening'
      ? { type: 'model-ready', afterMs: atMs - state.startedAtMs }
      : { type: 'model-resumed', afterMs: atMs - state.model.sinceMs },
  }]]
}

/** The model is gone and is being opened again. */
export const modelInterrupted = <State extends Live>(
  state: State,
  cause: string,
  atMs: number,
  floor: Floor,
): Change<State> => {
  if (state.model.is !== 'ready') return [state, []]
  const owed = owedReply(state, floor)
  return [
    {
      ...state,
      model: { is: 'interrupted', sinceMs: atMs },
      response: { is: 'free' },
      waiting: owed ? [owed, ...state.waiting] : state.waiting,
      // It is heard again, and then is another item.
      transcript: state.transcript.filter(({ itemId }) => itemId !== state.unwritten),
    },
    [{ type: 'report', report: { type: 'model-interrupted', cause } }],
  ]
}

/** What the agent owes the caller when its session breaks. A turn that is heard again is answered without being asked. */
const owedReply = (state: Live, floor: Floor): ResponseRequest | undefined => {
  if (state.response.is === 'asked') return state.response.request
  if (state.unwritten !== undefined) return undefined
  if (state.response.is === 'active') return sameAgain(state)
  return floor.is === 'awaited' ? { kind: 'reply' } : undefined
}

/** The model refused something we asked. Two refusals are the price of acting at once, and harmless. */
export const modelComplained = <State extends Live>(
  state: State,
  code: string,
  problem: string,
): Change<State> => {
  switch (code) {
    case 'response_cancel_not_active':
      return [state, []]
    case 'conversation_already_has_active_response':
      // It began to answer by itself before we asked; what we asked for is said after that.
      return state.response.is === 'asked'
        ? [{ ...state, response: { is: 'free' } }, []]
        : [state, []]
    default:
      return [state, [{ type: 'report', report: { type: 'model-complained', code, problem } }]]
  }
}

/** What is being played stays, but the session it came from is gone. */
export const orphanPlayback = (state: Talking): Talking => ({
  ...state,
  playback: orphan(state.playback),
})

/** Lets the caller hear a hold tone while the model is away and nothing else plays. */
export const holdLine = (state: Talking, atMs: number): Change<Talking> => {
  if (state.model.is !== 'interrupted') return [state, []]
  const isDue = atMs - state.model.sinceMs >= HOLD_AFTER_MS
  return isDue && !isPlaying({ ...state.playback, marks: [] }, atMs + HOLD_LEAD_MS)
    ? [state, [{ type: 'play-hold', ms: HOLD_PIECE_MS }]]
    : [state, []]
}

/** A piece of hold tone was sent. */
export const holdSent = (state: Talking, sentMs: number, atMs: number): Change<Talking> => {
  const { playback, mark } = sentSound(state.playback, sentMs, atMs)
  const effects: CallEffect[] = mark === undefined ? [] : [{ type: 'mark-playback', name: mark }]
  return [{ ...state, playback, holding: true }, effects]
}

/** The hold tone ends where the agent is back, not when its last piece does. */
export const releaseHold = (state: Talking, atMs: number): Change<Talking> => {
  if (!state.holding) return [state, []]
  const { playback } = clear(state.playback, atMs)
  return [{ ...state, playback, holding: false }, [{ type: 'clear-playback' }]]
}
