/**
 * Items that a client adds itself: a session's history after a reconnect, a typed message, the
 * result of a tool call.
 */
import { base64Decode, decodedLength } from '../../audio/base64.ts'
import { INVALID_AUDIO, type NewItem } from './client-events.ts'
import type { Conversation, Entry } from './conversation.ts'
import type { AudioFormat, Item } from './events.ts'
import type { Ids } from './ids.ts'
import type { Refusal } from './refusal.ts'
import { decodeSound, rateOf, type Sound, soundMs } from './sound.ts'

/** Makes the entry of a client's item, or says why it cannot join this conversation. */
export const entryOf = (
  item: NewItem,
  conversation: Conversation,
  format: AudioFormat,
  ids: Ids,
): Entry | Refusal => {
  if (item.id !== undefined && conversation.find(item.id)) return itemExists(item.id)
  if (item.type === 'function_call_output' && !isCalled(conversation, item.call_id)) {
    return unknownCall(item.call_id)
  }
  if (item.type === 'mcp_approval_response') {
    const problem = approvalProblem(conversation, item.approval_request_id)
    if (problem) return problem
  }
  const sound = audioIn(item, format)
  if (sound === 'invalid') return INVALID_AUDIO
  return {
    item: completed(item, ids),
    audioMs: sound ? soundMs(sound) : 0,
    ...(sound ? { sound } : {}),
  }
}

/** Gives a client's item what the server adds to it: an id, its kind of object, a status. */
const completed = (item: NewItem, ids: Ids): Item => {
  const base = {
    id: item.id ?? ids('item'),
    object: 'realtime.item' as const,
    status: 'completed' as const,
  }
  if (item.type === 'function_call') {
    return { ...item, ...base, call_id: item.call_id ?? ids('call') }
  }
  if (item.type === 'function_call_output') return { ...item, ...base }
  if (item.type === 'mcp_approval_response') {
    return { ...item, ...base, reason: item.reason ?? null }
  }
  if (item.role !== 'user') return { ...item, ...base }
  const content = item.content.map((part) =>
    part.type === 'input_audio' ? { type: part.type, transcript: part.transcript ?? null } : part
  )
  return { ...item, ...base, content }
}

const audioIn = (item: NewItem, format: AudioFormat): Sound | 'invalid' | undefined => {
  if (item.type !== 'message' || item.role !== 'user') return undefined
  for (const part of item.content) {
    if (part.type !== 'input_audio') continue
    const bytes = new Uint8Array(decodedLength(part.audio))
    if (base64Decode(part.audio, bytes) < 0) return 'invalid'
    return { sampleRateHz: rateOf(format), pcm: decodeSound(bytes, format) }
  }
  return undefined
}

const isCalled = (conversation: Conversation, callId: string): boolean =>
  conversation.entries().some(({ item }) =>
    item.type === 'function_call' && item.call_id === callId
  )

/** A request is answered once. */
const approvalProblem = (conversation: Conversation, requestId: string): Refusal | undefined => {
  const items = conversation.entries().map(({ item }) => item)
  const isAsked = items.some(({ id, type }) => type === 'mcp_approval_request' && id === requestId)
  const isAnswered = items.some((item) =>
    item.type === 'mcp_approval_response' && item.approval_request_id === requestId
  )
  return isAsked && !isAnswered ? undefined : {
    code: 'invalid_value',
    param: 'item.approval_request_id',
    message: `No approval request '${requestId}' is waiting for an answer.`,
  }
}

const itemExists = (id: string): Refusal => ({
  code: 'item_create_duplicate_item_id',
  param: 'item.id',
  message: `Error adding item: an item with id '${id}' already exists.`,
})

const unknownCall = (callId: string): Refusal => ({
  code: 'invalid_tool_call_id',
  message: `Tool call ID '${callId}' not found in conversation.`,
})
