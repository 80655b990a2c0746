/**
 * The turns of the caller that nobody has put into words yet: only their audio tells what was said. A session that breaks takes with it
 * what it was about to write down, so the next one hears them again, and answers them; but not those whose answer the caller has
 * heard already, or would hear it twice.
 */
import type { Floor, Live } from './state.ts'
import type { Transcript, TranscriptLine } from './transcript.ts'

/** Their items, oldest first. */
export type Unwritten = readonly string[]

/** Stands for turns that the next session is about to hear again, under names that are not known yet. */
const HEARD_AGAIN = ''
/** A server that never writes anything down must not make the list endless. */
const MOST_KEPT = 16

/** A turn has begun. */
export const beginTurn = (unwritten: Unwritten, itemId: string): Unwritten =>
  [...unwritten.filter((each) => each !== HEARD_AGAIN), itemId].slice(-MOST_KEPT)

/** A turn is in words, or need not be any more; nor need those before it. */
export const endTurn = (unwritten: Unwritten, itemId: string): Unwritten =>
  unwritten.slice(unwritten.indexOf(itemId) + 1)

/** What a session that breaks leaves to the next one. */
export type Left = Readonly<{
  unwritten: Unwritten
  /** Without the lines of what is heard again, and then is another item. */
  transcript: Transcript
  /** The latest turn that is not to be heard again, though nobody has written it down. */
  answered: string | undefined
}>

/** Decides what of the caller's turns the next session hears again. */
export const leaveTurns = (state: Live, floor: Floor): Left => {
  const answered = answeredTurn(state, floor)
  const again = answered === undefined ? state.unwritten : endTurn(state.unwritten, answered)
  return {
    answered,
    unwritten: again.length > 0 ? [HEARD_AGAIN] : [],
    transcript: state.transcript.filter(({ itemId }) => !again.includes(itemId)),
  }
}

const answeredTurn = ({ transcript, unwritten }: Live, floor: Floor): string | undefined => {
  const places = unwritten.map((id) => transcript.findIndex(({ itemId }) => itemId === id))
  return unwritten.findLast((_, at) => {
    if (places[at] < 0) return false
    const next = places[at + 1] ?? -1
    const after = transcript.slice(places[at] + 1, next < 0 ? undefined : next)
    // While the caller waits, words have come and no sound of them.
    const isHeard = at < unwritten.length - 1 || floor.is === 'agent' || floor.is === 'nobody'
    return after.some((line) => line.speaker === 'tool' || (isHeard && isSpoken(line)))
  })
}

const isSpoken = ({ speaker, text }: TranscriptLine): boolean =>
  speaker === 'agent' && text.trim() !== ''
