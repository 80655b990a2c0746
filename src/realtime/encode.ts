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

/** What a session is told of a conversation it was not there for; ids are kept, so that items can still be named. */
export type PastItem = Readonly<{ itemId: string; speaker: 'caller' | 'agent'; text: string }>

/** Adds a past item after `previousItemId`, or at the end. An agent's words can only be given as text. */
export const createItem = (
  { itemId, speaker, text }: PastItem,
  previousItemId?: string,
): string =>
  JSON.stringify({
    type: 'conversation.item.create',
    ...(previousItemId === undefined ? {} : { previous_item_id: previousItemId }),
    item: {
      id: itemId,
      type: 'message',
      ...(speaker === 'caller'
        ? { role: 'user', content: [{ type: 'input_text', text }] }
        : { role: 'assistant', content: [{ type: 'output_text', text }] }),
    },
  })

/** Takes an item out of the conversation. */
export const deleteItem = (itemId: string): string =>
  JSON.stringify({ type: 'conversation.item.delete', item_id: itemId })

/** Tells the model how much of an item was heard. More than the item is long is an error. */
export const truncateItem = (itemId: string, contentIndex: number, audioEndMs: number): string =>
  JSON.stringify({
    type: 'conversation.item.truncate',
    item_id: itemId,
    content_index: contentIndex,
    audio_end_ms: audioEndMs,
  })
