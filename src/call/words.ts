/** What was said, as it comes in: where it belongs in the conversation, and when a turn of the caller is known by its words. */
import { keep } from './checkpoint.ts'
import type { Change } from './responses.ts'
import type { Up } from './state.ts'
import {
  addWords,
  finishLine,
  lineOf,
  type NewLine,
  placeLine,
  type Transcript,
} from './transcript.ts'
import { endTurn } from './unwritten.ts'

/** Makes room for the words of an item. */
export const place = <State extends Up>(
  state: State,
  line: NewLine,
): Change<State> => [{ ...state, transcript: placeLine(state.transcript, line) }, []]

/** Takes words of an item, some more of them or all, and tells of the line if that changed it. */
export const words = <State extends Up>(
  state: State,
  line: NewLine,
  said: Readonly<{ text: string; final: boolean }>,
): Change<State> => {
  const change = said.final ? finishLine : addWords
  const transcript = change(state.transcript, line, said.text)
  const changed = lineOf(transcript, line.itemId)
  const isTold = changed && changed !== lineOf(state.transcript, line.itemId)
  return [
    { ...state, transcript },
    isTold
      ? [{ type: 'report', report: { type: 'line', line: changed, ...after(transcript, line) } }]
      : [],
  ]
}

const after = (
  transcript: Transcript,
  { itemId }: NewLine,
): Readonly<{ previousItemId?: string }> => {
  const previous = transcript[transcript.findIndex((each) => each.itemId === itemId) - 1]
  return previous ? { previousItemId: previous.itemId } : {}
}

/** A turn of the caller is in words, or answered without: its audio is needed no longer. */
export const written = <State extends Up>(
  state: State,
  itemId: string,
  atMs: number,
): Change<State> => {
  // They may come when the next turn has begun.
  const next = { ...state, unwritten: endTurn(state.unwritten, itemId) }
  return [next, [{ type: 'forget-turn', itemId }, keep(next, atMs)]]
}
