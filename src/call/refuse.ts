/**
 * The agent is interrupted: what is queued is cleared, the response is stopped, and the model is told exactly what was heard.
 *
 * Whether there is something to interrupt is a question to the play-out and not to the response: generation runs ahead of
 * the voice by many seconds and has mostly ended when the caller cuts in.
 */
import type { CallEffect } from './effects.ts'
import type { AgentPart } from './events.ts'
import { started } from './responses.ts'
import { clear, type CutItem, isPlaying } from './playback.ts'
import type { Live, RefusedResponse, Talking } from './state.ts'
import { cutLine, itemBefore, lineOf, type Transcript } from './transcript.ts'

const REFUSED_KEPT = 8

/** The caller speaks over the agent at `atMs`. Changes nothing when the agent neither speaks nor is about to. */
export const interrupt = (state: Talking, atMs: number): [Talking, readonly CallEffect[]] => {
  const playing = isPlaying(state.playback, atMs)
  if (!playing && state.response.is !== 'active') return [state, []]

  const { playback, cut, heardMs, unheardMs } = clear(state.playback, atMs)
  const stopped = refuseActive(state, cut.map(({ item }) => item.itemId))
  const effects: CallEffect[] = []
  if (playing) effects.push({ type: 'clear-playback' })
  effects.push(...cancel(state))
  const transcript = cutLines(state, cut)
  effects.push(...cut.map((each) => tellHeard(each, transcript)))
  if (playing) effects.push(bargedIn(cut, heardMs, unheardMs))
  effects.push(...cut.flatMap(({ item }) => cutLineReport(transcript, item.itemId)))
  return [{ ...stopped, playback, transcript }, effects]
}

/** A response that started after the caller had taken the floor is stopped before it is heard. */
export const refuseResponse = <State extends Live>(
  state: State,
  responseId: string,
): [State, readonly CallEffect[]] => {
  const active = started(state, responseId)
  return [refuseActive(active, []), cancel(active)]
}

/** Audio of a refused response arrived. An item the model has not been told about was never heard: truncated at 0. */
export const refuseAudio = <State extends Live>(
  state: State,
  part: AgentPart,
): [State, readonly CallEffect[]] => {
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

const refuseActive = <State extends Live>(state: State, truncated: readonly string[]): State => {
  if (state.response.is !== 'active') return state
  const refused: RefusedResponse = { responseId: state.response.responseId, truncated }
  return { ...state, refused: [...state.refused, refused].slice(-REFUSED_KEPT) }
}

const cancel = ({ response }: Live): readonly CallEffect[] =>
  response.is === 'active' ? [{ type: 'cancel-response', responseId: response.responseId }] : []

/** Tells the model what was heard of an item: by its audio, or by its words where it has no more than those. */
const tellHeard = ({ item, heardMs }: CutItem, transcript: Transcript): CallEffect => {
  const { itemId, contentIndex } = item
  if (!item.isText) {
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

const bargedIn = (cut: readonly CutItem[], heardMs: number, unheardMs: number): CallEffect => ({
  type: 'report',
  report: {
    type: 'barged-in',
    heardMs,
    unheardMs,
    cut: cut.map(({ item, heardMs }) => ({ itemId: item.itemId, heardMs, sentMs: item.sentMs })),
  },
})

const cutLineReport = (transcript: Transcript, itemId: string): readonly CallEffect[] => {
  const line = lineOf(transcript, itemId)
  return line ? [{ type: 'report', report: { type: 'line', line } }] : []
}

const cutLines = (state: Talking, cut: readonly CutItem[]) =>
  cut.reduce(
    (lines, { item, heardMs }) => cutLine(lines, item.itemId, heardMs, item.modelMs),
    state.transcript,
  )
