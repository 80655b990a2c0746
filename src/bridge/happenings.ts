/** Says what an event of the Realtime API means for a call: wire names on one side, the words of the domain on the other. */
import type { Happening } from '../call/events.ts'
import type { RealtimeEvent } from '../realtime/events.ts'

/**
 * Gives the happening, or nothing for an event that is the leg's own business. `sentMs` is how much of the caller the session was sent
 * by now.
 */
export const happeningOf = (event: RealtimeEvent, sentMs: number): Happening | undefined => {
  switch (event.type) {
    case 'speech-started':
      return {
        type: 'caller-started-speaking',
        itemId: event.itemId,
        ...agoOf(event.audioStartMs, sentMs),
      }
    case 'speech-stopped':
      return {
        type: 'caller-stopped-speaking',
        itemId: event.itemId,
        ...agoOf(event.audioEndMs, sentMs),
      }
    case 'input-committed':
      return { ...event, type: 'caller-turn-ended' }
    case 'input-transcript':
      return { ...event, type: 'caller-words' }
    case 'input-transcript-failed':
      // Nobody will know the words; the turn is over all the same.
      return { type: 'caller-words', itemId: event.itemId, text: '', final: true }
    case 'item-added':
      return event.role === 'assistant' ? { ...event, type: 'agent-item-added' } : undefined
    case 'remote-tool':
      return { ...event, type: 'agent-used-remote-tool' }
    case 'approval-asked':
      return { ...event, type: 'agent-asked-approval' }
    case 'tool-called':
      return { ...event, type: 'agent-called-tool' }
    case 'response-created':
      return { type: 'agent-response-started', responseId: event.responseId }
    case 'output-transcript':
      return { ...event, type: 'agent-words' }
    case 'rate-limited':
      return { ...event, type: 'model-limited' }
    case 'response-done':
      return { ...event, type: 'agent-response-ended' }
    default:
      return undefined
  }
}

/** A position that the session cannot know of says nothing. */
const agoOf = (positionMs: number | undefined, sentMs: number): Readonly<{ agoMs?: number }> =>
  positionMs === undefined || positionMs > sentMs ? {} : { agoMs: sentMs - positionMs }
