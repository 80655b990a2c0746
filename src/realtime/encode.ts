/**
 * Writes the client events this program sends, one function each.
 *
 * https://platform.openai.com/docs/api-reference/realtime-client-events
 */
import type { SessionUpdate } from './session.ts'

const APPEND = '{"type":"input_audio_buffer.append","audio":"'

/** Adds caller audio, base64 in the session's input format. Sent fifty times a second: a concatenation. */
export const appendAudio = (payload: string): string => APPEND + payload + '"}'

/** Ends a turn where turns are cut by us; `eventId` is what a refusal of it will name. */
export const commitAudio = (eventId: string): string =>
  JSON.stringify({ type: 'input_audio_buffer.commit', event_id: eventId })

/** An error that names this event is the refusal of our session. */
export const SESSION_EVENT_ID = 'session'

/** Sets the session up. Answered by `session.updated`, or by `error` and then nothing has changed. */
export const sessionUpdate = (session: SessionUpdate): string =>
  JSON.stringify({ type: 'session.update', event_id: SESSION_EVENT_ID, session })

/** Changes a session that is up. A refusal leaves it as it was, and is told as an error. */
export const sessionChange = (session: SessionUpdate): string =>
  JSON.stringify({ type: 'session.update', session })

/** Asks for a response; with `instructions`, they hold for this one response. */
export const createResponse = (instructions?: string): string =>
  JSON.stringify(
    instructions === undefined
      ? { type: 'response.create' }
      : { type: 'response.create', response: { instructions } },
  )

/** What the response that is asked for last is known by, and an error that refuses it. */
export const LAST_WORD_PURPOSE = 'summary'
export const LAST_WORD_EVENT_ID = 'summary'

/** The most it may be long; the bound of the API is the same. */
const LAST_WORD_TOKENS = 4_096

/** Asks for a written response that is no part of the conversation, and may go on beside one that is. */
export const createLastWord = (instructions: string): string =>
  JSON.stringify({
    type: 'response.create',
    event_id: LAST_WORD_EVENT_ID,
    response: {
      conversation: 'none',
      output_modalities: ['text'],
      metadata: { purpose: LAST_WORD_PURPOSE },
      instructions,
      tool_choice: 'none',
      max_output_tokens: LAST_WORD_TOKENS,
    },
  })

/** Stops a response. If it has ended meanwhile the answer is the harmless `response_cancel_not_active`. */
export const cancelResponse = (responseId: string): string =>
  JSON.stringify({ type: 'response.cancel', response_id: responseId })

/** What a session is told of a conversation it was not there for; ids are kept, so that items can still be named. */
export type PastItem =
  | Readonly<{ itemId: string; speaker: 'caller' | 'agent' | 'note'; text: string }>
  | Readonly<{
    itemId: string
    speaker: 'tool'
    toolCallId: string
    name: string
    given: string
    output?: string
  }>

/** Adds a past item after `previousItemId`, or at the end: one event, or two for a tool call and what came of it. */
export const createItems = (past: PastItem, previousItemId?: string): readonly string[] => {
  const { itemId } = past
  if (past.speaker !== 'tool') return [createItem({ id: itemId, ...message(past) }, previousItemId)]
  const { toolCallId, name, given, output } = past
  const call = { id: itemId, type: 'function_call', call_id: toolCallId, name, arguments: given }
  return [
    createItem(call, previousItemId),
    ...(output === undefined ? [] : [returnOutput(toolCallId, output)]),
  ]
}

/** Tells what came of a tool call. It does not make the model speak. */
export const returnOutput = (toolCallId: string, output: string): string =>
  createItem({ type: 'function_call_output', call_id: toolCallId, output })

/** Says whether a call of an MCP server may be made. It does not make the model speak. */
export const answerApproval = (requestId: string, approve: boolean, reason: string): string =>
  createItem({
    type: 'mcp_approval_response',
    approval_request_id: requestId,
    approve,
    ...(reason === '' ? {} : { reason }),
  })

const createItem = (item: Readonly<Record<string, unknown>>, previousItemId?: string): string =>
  JSON.stringify({
    type: 'conversation.item.create',
    ...(previousItemId === undefined ? {} : { previous_item_id: previousItemId }),
    item,
  })

/** An agent's words can only be given as text. */
const message = ({ speaker, text }: Readonly<{ speaker: string; text: string }>) => {
  switch (speaker) {
    case 'agent':
      return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }
    case 'caller':
      return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
    default:
      return { type: 'message', role: 'system', content: [{ type: 'input_text', text }] }
  }
}

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
