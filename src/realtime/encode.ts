/**
 * Writes the client events this program sends, one function each.
 *
 * https://platform.openai.com/docs/api-reference/realtime-client-events
 */
import type { SessionUpdate } from './session.ts'

const APPEND = '{"type":"input_audio_buffer.append","audio":"'

/** Adds caller audio, base64 in the session's input format. Sent fifty times a second: a concatenation. */
export const appendAudio = (payload: string): string => APPEND + payload + '"}'

/** An error that names this event is the refusal of our session. */
export const SESSION_EVENT_ID = 'session'

/** Sets the session up. Answered by `session.updated`, or by `error` and then nothing has changed. */
export const sessionUpdate = (session: SessionUpdate): string =>
  JSON.stringify({ type: 'session.update', event_id: SESSION_EVENT_ID, session })

/** Asks for a response; with `instructions`, they hold for this one response. */
export const createResponse = (instructions?: string): string =>
  JSON.stringify(
    instructions === undefined
      ? { type: 'response.create' }
      : { type: 'response.create', response: { instructions } },
  )

/** Stops a response. If it has ended meanwhile the answer is the harmless `response_cancel_not_active`. */
export const cancelResponse = (responseId: string): string =>
  JSON.stringify({ type: 'response.cancel', response_id: responseId })

/** Tells the model how much of an item was heard. More than the item is long is an error. */
export const truncateItem = (itemId: string, contentIndex: number, audioEndMs: number): string =>
  JSON.stringify({
    type: 'conversation.item.truncate',
    item_id: itemId,
    content_index: contentIndex,
    audio_end_ms: audioEndMs,
  })
