/**
 * What a client may send: the client events of the Realtime API (GA), checked by their shape. What
 * needs the state of the session to be judged is judged by whoever handles the event.
 */
import { z } from 'zod'
import { decodedLength } from '../../audio/base64.ts'
import { missing, type Refusal, refusalOf, unsupportedValue } from './refusal.ts'
import { responseSettings, sessionUpdate, transcriptionUpdate } from './session-rules.ts'

const eventId = z.string().max(512).exactOptional()
const content = {
  inputText: z.strictObject({ type: z.literal('input_text'), text: z.string() }),
  inputAudio: z.strictObject({
    type: z.literal('input_audio'),
    audio: z.string(),
    transcript: z.string().nullable().exactOptional(),
  }),
  inputImage: z.strictObject({
    type: z.literal('input_image'),
    image_url: z.string().startsWith('data:image/'),
    detail: z.enum(['auto', 'low', 'high']).exactOptional(),
  }),
  outputText: z.strictObject({ type: z.literal('output_text'), text: z.string() }),
}

const itemBase = {
  id: z.string().min(1).max(64).exactOptional(),
  object: z.literal('realtime.item').exactOptional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).exactOptional(),
}

const message = z.discriminatedUnion('role', [
  z.strictObject({
    ...itemBase,
    type: z.literal('message'),
    role: z.literal('system'),
    content: z.array(z.discriminatedUnion('type', [content.inputText])).min(1),
  }),
  z.strictObject({
    ...itemBase,
    type: z.literal('message'),
    role: z.literal('user'),
    content: z.array(
      z.discriminatedUnion('type', [content.inputText, content.inputAudio, content.inputImage]),
    ).min(1),
  }),
  z.strictObject({
    ...itemBase,
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: z.array(z.discriminatedUnion('type', [content.outputText])).min(1),
  }),
])

const functionCall = z.strictObject({
  ...itemBase,
  type: z.literal('function_call'),
  call_id: z.string().regex(/^[a-zA-Z0-9_-]+$/).max(64).exactOptional(),
  name: z.string().min(1),
  arguments: z.string(),
})

const functionCallOutput = z.strictObject({
  ...itemBase,
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: z.string(),
})

const mcpApprovalResponse = z.strictObject({
  ...itemBase,
  type: z.literal('mcp_approval_response'),
  approval_request_id: z.string(),
  approve: z.boolean(),
  reason: z.string().nullable().exactOptional(),
})

const newItem = z.discriminatedUnion('type', [
  message,
  functionCall,
  functionCallOutput,
  mcpApprovalResponse,
])

const contextItem = z.discriminatedUnion('type', [
  message,
  functionCall,
  functionCallOutput,
  z.strictObject({ type: z.literal('item_reference'), id: z.string() }),
])

/** All but `input_audio_buffer.append`, which comes fifty times a second and is checked by hand. */
const rules = {
  'session.update': {
    session: z.discriminatedUnion('type', [sessionUpdate, transcriptionUpdate]),
  },
  'input_audio_buffer.commit': {},
  'input_audio_buffer.clear': {},
  'output_audio_buffer.clear': {},
  'conversation.item.create': {
    item: newItem,
    previous_item_id: z.string().nullable().exactOptional(),
  },
  'conversation.item.retrieve': { item_id: z.string() },
  'conversation.item.delete': { item_id: z.string() },
  'conversation.item.truncate': {
    item_id: z.string(),
    content_index: z.int().min(0),
    audio_end_ms: z.int().min(0),
  },
  'response.create': {
    response: z.strictObject({ ...responseSettings, input: z.array(contextItem).exactOptional() })
      .exactOptional(),
  },
  'response.cancel': { response_id: z.string().exactOptional() },
}

type Rules = typeof rules
type KnownType = keyof Rules

const ruleOf = <Type extends KnownType>(type: Type) =>
  z.strictObject({ event_id: eventId, type: z.literal(type), ...rules[type] })

const event = z.discriminatedUnion('type', [
  ruleOf('session.update'),
  ruleOf('input_audio_buffer.commit'),
  ruleOf('input_audio_buffer.clear'),
  ruleOf('output_audio_buffer.clear'),
  ruleOf('conversation.item.create'),
  ruleOf('conversation.item.retrieve'),
  ruleOf('conversation.item.delete'),
  ruleOf('conversation.item.truncate'),
  ruleOf('response.create'),
  ruleOf('response.cancel'),
])

export type NewItem = z.infer<typeof newItem>
export type ContextItem = z.infer<typeof contextItem>
export type ResponseRequest = NonNullable<
  z.infer<ReturnType<typeof ruleOf<'response.create'>>>['response']
>
export type AppendEvent = Readonly<
  { type: 'input_audio_buffer.append'; event_id?: string; audio: string }
>
export type ClientEvent = z.infer<typeof event> | AppendEvent

/** A message from a client: an event, or why it is none. `eventId` is what the client called it. */
export type Received =
  | Readonly<{ event: ClientEvent }>
  | Readonly<{ refusal: Refusal; eventId: string | null }>

/** Reads one text message of a client. Never throws. */
export const readClientEvent = (text: string): Received => {
  const json = parseJson(text)
  if (!isRecord(json)) return { refusal: NOT_AN_EVENT, eventId: null }
  const eventId = typeof json.event_id === 'string' ? json.event_id : null
  if (json.type === undefined) return { refusal: missing('type'), eventId }
  if (json.type === 'input_audio_buffer.append') return readAppend(json, eventId)
  if (typeof json.type !== 'string' || !KNOWN_TYPES.includes(json.type)) {
    return { refusal: unsupportedValue('type', json.type, KNOWN_TYPES), eventId }
  }
  const read = event.safeParse(json)
  return read.success ? { event: read.data } : { refusal: refusalOf(read.error, json), eventId }
}

const KNOWN_TYPES: readonly string[] = ['input_audio_buffer.append', ...Object.keys(rules)]

const MAX_APPEND_BYTES = 15 * 1024 * 1024

const readAppend = (json: Record<string, unknown>, eventId: string | null): Received => {
  const { audio } = json
  if (audio === undefined) return { refusal: missing('audio'), eventId }
  if (typeof audio !== 'string') return { refusal: INVALID_AUDIO, eventId }
  if (decodedLength(audio) > MAX_APPEND_BYTES) return { refusal: AUDIO_TOO_LARGE, eventId }
  const id = eventId === null ? {} : { event_id: eventId }
  return { event: { type: 'input_audio_buffer.append', audio, ...id } }
}

const NOT_AN_EVENT: Refusal = {
  code: 'invalid_json',
  message: 'Invalid message: expected a JSON object with a type.',
}

const AUDIO_TOO_LARGE: Refusal = {
  code: 'string_above_max_length',
  param: 'audio',
  message: "Invalid 'audio': an event holds at most 15 MiB of audio.",
}

/** The refusal of audio that is not base64. */
export const INVALID_AUDIO: Refusal = {
  code: 'invalid_value',
  param: 'audio',
  message: "Invalid 'audio'. Expected base64-encoded audio bytes.",
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
