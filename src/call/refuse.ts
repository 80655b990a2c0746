/**
 * The agent is interrupted: what is queued is cleared, the response is stopped, and the model is told exactly what was heard.
 *
 * Whether there is something to interrupt is a question to the play-out and not to the response: generation runs ahead of
 * the voice by many seconds and has mostly ended when the caller cuts in.
 */
import { answersCaller } from './consent.ts'
import { reportHeard, reportLine } from './change.ts'
import type { CallEffect } from './effects.ts'
import type { AgentPart } from './events.ts'
import { silentItems } from './heard.ts'
import { clear, type Cleared, type CutItem, isPlaying, isPressing } from './playback.ts'
import { type Change, started } from './responses.ts'
import type { Live, RefusedResponse, Talking } from './state.ts'
import { cutLine, itemBefore, lineOf, type Transcript } from './transcript.ts'

const REFUSED_KEPT = 8

/** What an interruption did. */
export type Interruption = Readonly<{
  state: Talking
  effects: readonly CallEffect[]
  /** The lines of the transcript that are shorter now, to be told. */
  lines: readonly CallEffect[]
  /** What was not heard to its end; undefined when the agent neither spoke nor was about to. */
  cut: Cleared | undefined
}>

/** Stops the agent at `atMs`. Changes nothing when it neither speaks nor is about to. */
export const interrupt = (state: Talking, atMs: number): Interruption => {
  const playing = isPlaying(state.playback, atMs)
  if (!playing && state.response.is !== 'active') {
    return { state, effects: [], lines: [], cut: undefined }
  }

  const cleared = clear(state.playback, atMs)
  const { playback, cut, whole } = cleared
  const silent = silentItems(state)
  const transcript = silent.reduce(
    (lines, itemId) => cutLine(lines, itemId, 0, 0),
    cutLines(state, cut),
  )
  const shorter = [...cut.map(({ item }) => item.itemId), ...silent]
  return {
    state: { ...refuseActive(state, cut.map(({ item }) => item.itemId)), playback, transcript },
    effects: [
      ...(playing ? [{ type: 'clear-playback' } as const] : []),
      ...cancel(state),
      ...cut.map((each) => tellHeard(each, transcript, state.sessionFromMs)),
      ...reportHeard(whole),
    ],
    lines: shorter.flatMap((itemId) => reportLine(transcript, itemId)),
    cut: playing ? cleared : undefined,
  }
}

/**
 * The caller speaks over the agent, or presses a key. The consent sentence is said to its end all the same, and keys are pressed that
 * the agent presses; what it says besides comes to nothing.
 */
export const bargeIn = (state: Talking, atMs: number): Change<Talking> => {
  if (!answersCaller(state)) return [state, []]
  if (isPressing(state.playback, atMs)) {
    const sent = state.playback.items.map(({ itemId }) => itemId)
    return [refuseActive(state, sent), cancel(state)]
  }
  const { state: stopped, effects, lines, cut } = interrupt(state, atMs)
  return [stopped, [...effects, ...(cut ? [bargedIn(cut)] : []), ...lines]]
}

/** A response that started after the caller had taken the floor is stopped before it is heard. */
export const refuseResponse = <State extends Live>(
  state: State,
  responseId: string,
  atMs: number,
): Change<State> => {
  const active = started(state, responseId, atMs)
  return [refuseActive(active, []), cancel(active)]
}

/** Audio of a refused response arrived. An item the model has not been told about was never heard: truncated at 0. */
export const refuseAudio = <State extends Live>(
  state: State,
  part: AgentPart,
): Change<State> => {
  const { responseId, itemId, contentIndex } = part
  const response = state.refused.find((each) => each.responseId === responseId)
  if (!response || response.truncated.includes(itemId)) return [state, []]
  const known = { responseId, truncated: [...response.truncated, itemId] }
  const refused = state.refused.map((each) => each === response ? known : each)
  return [
    { ...state, refused, transcript: cutLine(state.transcript, itemId, 0, 0) },
    [{ type: 'truncate-item', itemId, contentIndex, audioEndMs: 0 }],
  ]
}

/** From now on nothing of the active response is wanted. */
export const refuseActive = <State extends Live>(
  state: State,
  truncated: readonly string[],
): State => {
  if (state.response.is !== 'active') return state
  const refused: RefusedResponse = { responseId: state.response.responseId, truncated }
  return { ...state, refused: [...state.refused, refused].slice(-REFUSED_KEPT) }
}

/** Stops the response that is being generated, if there is one. */
export const cancel = ({ response }: Live): readonly CallEffect[] =>
  response.is === 'active' ? [{ type: 'cancel-response', responseId: response.responseId }] : []

/** Tells the model what was heard of an item: by its audio, or by its words where it has no more than those. */
const tellHeard = (
  { item, heardMs }: CutItem,
  transcript: Transcript,
  sessionFromMs: number,
): CallEffect => {
  const { itemId, contentIndex } = item
  // What was kept while the phone rang may be of a session that has been followed by another since.
  const isOlder = (lineOf(transcript, itemId)?.atMs ?? Infinity) < sessionFromMs
  if (!item.isText && !isOlder) {
    return { type: 'truncate-item', itemId, contentIndex, audioEndMs: Math.floor(heardMs) }
  }
  const previousItemId = itemBefore(transcript, itemId)
  return {
    type: 'rewrite-item',
    itemId,
    text: lineOf(transcript, itemId)?.text ?? '',
    ...(previousItemId === undefined ? {} : { previousItemId }),
  }
}

const bargedIn = ({ cut, heardMs, unheardMs }: Cleared): CallEffect => ({
  type: 'report',
  report: {
    type: 'barged-in',
    heardMs,
    unheardMs,
    cut: cut.map(({ item, heardMs }) => ({ itemId: item.itemId, heardMs, sentMs: item.sentMs })),
  },
})

const cutLines = (state: Talking, cut: readonly CutItem[]) =>
  cut.reduce(
    (lines, { item, heardMs }) => cutLine(lines, item.itemId, heardMs, item.modelMs),
    state.transcript,
  )
