/**
 * The transcript as the caller has heard it by now. A model writes its words many seconds before they are heard, and a process that
 * dies takes what was not heard yet with it: the next one must not believe that it was said.
 */
import { clear } from './playback.ts'
import type { Up } from './state.ts'
import { cutLine, type Transcript } from './transcript.ts'

/** The lines, those of the agent cut at what was heard by `atMs`. */
export const asHeard = (state: Up, atMs: number): Transcript =>
  unheardOf(state, atMs).reduce(
    (lines, { itemId, heardMs, ofMs }) => cutLine(lines, itemId, heardMs, ofMs),
    state.transcript,
  )

type Unheard = Readonly<{ itemId: string; heardMs: number; ofMs: number }>

/** The items of the agent's of which there are words, or may be, and has been no sound. */
export const silentItems = (state: Up): readonly string[] =>
  linesFrom(state, silentFromMs(state)).map(({ itemId }) => itemId)

const unheardOf = (state: Up, atMs: number): readonly Unheard[] => {
  const silent = silentItems(state).map((itemId) => ({ itemId, heardMs: 0, ofMs: 1 }))
  if (state.phase !== 'talking') return silent
  const playing = clear(state.playback, atMs).cut
    .map(({ item, heardMs }) => ({ itemId: item.itemId, heardMs, ofMs: item.modelMs }))
  return [...playing, ...silent]
}

const linesFrom = ({ transcript }: Up, fromMs: number): Transcript =>
  transcript.filter(({ speaker, atMs }) => speaker === 'agent' && atMs >= fromMs)

/** Since when the agent may have written words but made no sound. */
const silentFromMs = (state: Up): number => {
  switch (state.phase) {
    case 'ringing':
      return state.silentFromMs
    case 'talking':
      return state.floor.is === 'awaited' ? state.floor.sinceMs : Infinity
    case 'away':
      return state.sinceMs
  }
}
