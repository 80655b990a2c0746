/** What the model is told of the call that nobody said, such as a key that was pressed: a line of the transcript like others. */
import type { Change } from './responses.ts'
import type { Up } from './state.ts'
import { finishLine, lineOf, placeLine } from './transcript.ts'

/** Writes a note and tells the model, or the next session along with the rest. */
export const note = <State extends Up>(
  state: State,
  text: string,
  atMs: number,
): Change<State> => {
  const count = state.transcript.filter(({ speaker }) => speaker === 'note').length
  const line = { itemId: `note_${count + 1}`, speaker: 'note', atMs } as const
  const transcript = finishLine(placeLine(state.transcript, line), line, text)
  const written = lineOf(transcript, line.itemId)
  return [{ ...state, transcript }, [
    ...(state.model.is === 'ready'
      ? [{ type: 'tell-model', itemId: line.itemId, text } as const]
      : []),
    ...(written ? [{ type: 'report', report: { type: 'line', line: written } } as const] : []),
  ]]
}
