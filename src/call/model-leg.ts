/**
 * What the comings and goings of the model mean for a call.
 *
 * A session that breaks takes its memory with it, not the call: the caller goes on hearing what was sent, and the next session
 * is told what was said. What the caller said and the lost session had not yet put into words it is given as audio again.
 */
import { loseApprovals } from './approvals.ts'
import { andThen, reportLine } from './change.ts'
import { answersCaller } from './consent.ts'
import { silentItems } from './heard.ts'
import { orphan } from './playback.ts'
import { askNext, type Change, sameAgain } from './responses.ts'
import { loseRemoteTools } from './remote-tools.ts'
import type { Floor, Live, Renewal, ResponseRequest, Talking, Up } from './state.ts'
import { cutLine, lineOf } from './transcript.ts'
import { leaveTurns } from './unwritten.ts'

/** The model is there, for the first time or again: what waits to be said is asked for. */
export const modelReady = <State extends Up>(
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
export const modelInterrupted = <State extends Up>(
  state: State,
  cause: string,
  atMs: number,
  floor: Floor,
): Change<State> =>
  andThen(leaveSession(state, cause, atMs, floor), (next) => loseRemote(next, atMs))

/** What was done elsewhere, or was to be, is gone with the session that asked for it. */
export const loseRemote = <State extends Up>(state: State, atMs: number): Change<State> =>
  andThen(loseRemoteTools(state, atMs), (next) => loseApprovals(next, atMs))

/** Leaves a session, and keeps what it owes the caller for the next one. */
export const leaveSession = <State extends Live>(
  state: State,
  cause: string,
  atMs: number,
  floor: Floor,
): Change<State> => {
  if (state.model.is !== 'ready') return [state, []]
  const { unwritten, transcript, answered } = leaveTurns(state, floor)
  const owed = owedReply({ ...state, unwritten }, floor)
  return [
    {
      ...state,
      unwritten,
      transcript,
      sessionFromMs: atMs,
      model: { is: 'interrupted', sinceMs: atMs },
      response: { is: 'free' },
      waiting: owed ? [owed, ...state.waiting] : state.waiting,
      // What is still being done is answered when it is done, whatever session asked for it.
      tools: state.tools.filter(({ stage }) => stage !== 'back'),
    },
    [
      ...(answered === undefined ? [] : [{ type: 'forget-turn', itemId: answered } as const]),
      { type: 'report', report: { type: 'model-interrupted', cause } },
    ],
  ]
}

/** What the agent owes the caller when its session breaks. A turn that is heard again is answered without being asked. */
const owedReply = (state: Live, floor: Floor): ResponseRequest | undefined => {
  // The consent sentence is asked for as long as it is due; nothing else was.
  if (!answersCaller(state)) return undefined
  if (state.response.is === 'asked') return state.response.request
  if (state.tools.some(({ stage }) => stage === 'running')) return undefined
  if (state.unwritten.length > 0) return undefined
  if (state.tools.some(({ stage }) => stage === 'back')) return { kind: 'results' }
  if (state.response.is === 'active') return sameAgain(state)
  // What came of it is lost; the caller still waits for it.
  if (state.tools.some(({ stage }) => stage === 'remote')) return { kind: 'results' }
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
      return [unasked(state), []]
    default:
      return [state, [{ type: 'report', report: { type: 'model-complained', code, problem } }]]
  }
}

/**
 * The model had begun to answer by itself when it was asked, so what it says is not what it was asked for. That is said afterwards,
 * unless it was just any answer.
 */
const unasked = <State extends Live>(state: State): State => {
  const { response } = state
  if (response.is === 'free' || response.request.kind === 'reply') {
    return response.is === 'asked' ? { ...state, response: { is: 'free' } } : state
  }
  const isConsent = response.request.kind === 'consent'
  const waiting = isConsent ? state.waiting : [response.request, ...state.waiting]
  return response.is === 'asked'
    ? { ...state, waiting, response: { is: 'free' } }
    : { ...state, waiting, response: { ...response, request: { kind: 'reply' } } }
}

/**
 * What is being played stays, but the session it came from is gone. A sentence that was broken off has no end to come: what there is
 * of it is its line, heard as far as it was spoken, unless the caller cuts it shorter yet; of words without a sound that is nothing.
 */
export const orphanPlayback = (state: Talking): Change<Talking> => {
  const broken = state.playback.items
    .filter(({ itemId }) => lineOf(state.transcript, itemId)?.final === false)
    .map(({ itemId, modelMs }) => ({ itemId, ms: modelMs }))
  const cut = [...broken, ...silentItems(state).map((itemId) => ({ itemId, ms: 0 }))]
  const transcript = cut.reduce(
    (lines, { itemId, ms }) => cutLine(lines, itemId, ms, ms),
    state.transcript,
  )
  return [
    { ...state, transcript, playback: orphan(state.playback) },
    cut.flatMap(({ itemId }) => reportLine(transcript, itemId)),
  ]
}
