/**
 * What the built-in model says on the wire: the server events of the OpenAI Realtime API (GA) and
 * the objects in them.
 *
 * Written from the protocol, not taken from `src/realtime`, which reads these events: shared code
 * would share its errors. `null` stands where the real API sends `null`, also where its own types
 * leave that out.
 */
import type { SessionObject } from './session-config.ts'
import type { TranscriptionSessionObject } from './transcription-session.ts'

export type AudioFormat =
  | Readonly<{ type: 'audio/pcm'; rate: 24000 }>
  | Readonly<{ type: 'audio/pcmu' | 'audio/pcma' }>

export type InputContent =
  | Readonly<{ type: 'input_text'; text: string }>
  | Readonly<{ type: 'input_audio'; audio?: string; transcript: string | null }>
  | Readonly<{ type: 'input_image'; image_url: string; detail?: 'auto' | 'low' | 'high' }>

export type OutputContent =
  | Readonly<{ type: 'output_text'; text: string }>
  | Readonly<{ type: 'output_audio'; audio?: string; transcript?: string }>

type ItemBase = Readonly<{
  id: string
  object: 'realtime.item'
  status: 'in_progress' | 'completed' | 'incomplete'
}>

export type SystemMessage =
  & ItemBase
  & Readonly<
    {
      type: 'message'
      role: 'system'
      content: readonly Readonly<{ type: 'input_text'; text: string }>[]
    }
  >
export type UserMessage =
  & ItemBase
  & Readonly<{ type: 'message'; role: 'user'; content: readonly InputContent[] }>
export type AssistantMessage =
  & ItemBase
  & Readonly<{ type: 'message'; role: 'assistant'; content: readonly OutputContent[] }>
export type FunctionCall =
  & ItemBase
  & Readonly<{ type: 'function_call'; call_id: string; name: string; arguments: string }>
export type FunctionCallOutput =
  & ItemBase
  & Readonly<{ type: 'function_call_output'; call_id: string; output: string }>

/** What a session knows of the tools of an MCP server; none while they are being listed. */
export type McpListTools =
  & ItemBase
  & Readonly<{ type: 'mcp_list_tools'; server_label: string; tools: readonly McpListedTool[] }>

export type McpListedTool = Readonly<{
  name: string
  description: string | null
  input_schema: unknown
  annotations: unknown
}>

/** A call of a tool that the server of the API makes itself. */
export type McpCall =
  & ItemBase
  & Readonly<{
    type: 'mcp_call'
    server_label: string
    name: string
    arguments: string
    approval_request_id: string | null
    output: string | null
    error: McpError | null
  }>

export type McpError =
  | Readonly<{ type: 'protocol_error' | 'http_error'; code: number; message: string }>
  | Readonly<{ type: 'tool_execution_error'; message: string }>

export type McpApprovalRequest =
  & ItemBase
  & Readonly<{
    type: 'mcp_approval_request'
    server_label: string
    name: string
    arguments: string
  }>
export type McpApprovalResponse =
  & ItemBase
  & Readonly<{
    type: 'mcp_approval_response'
    approval_request_id: string
    approve: boolean
    reason: string | null
  }>

/** One item of the conversation. */
export type Item =
  | SystemMessage
  | UserMessage
  | AssistantMessage
  | FunctionCall
  | FunctionCallOutput
  | McpListTools
  | McpCall
  | McpApprovalRequest
  | McpApprovalResponse

export type ErrorDetail = Readonly<{
  type: string
  code: string | null
  message: string
  param: string | null
  event_id: string | null
}>

export type StatusDetails =
  | Readonly<{ type: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }>
  | Readonly<{ type: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' }>
  | Readonly<{ type: 'failed'; error: Readonly<{ type: string; code: string; message: string }> }>

export type Usage = Readonly<{
  total_tokens: number
  input_tokens: number
  output_tokens: number
  input_token_details: Readonly<{
    text_tokens: number
    audio_tokens: number
    image_tokens: number
    cached_tokens: number
    cached_tokens_details: Readonly<
      { text_tokens: number; audio_tokens: number; image_tokens: number }
    >
  }>
  output_token_details: Readonly<{ text_tokens: number; audio_tokens: number }>
}>

/** One generation of the model. */
export type ResponseObject = Readonly<{
  object: 'realtime.response'
  id: string
  status: 'in_progress' | 'completed' | 'cancelled' | 'failed' | 'incomplete'
  status_details: StatusDetails | null
  output: readonly Item[]
  conversation_id: string | null
  output_modalities: readonly ('audio' | 'text')[]
  max_output_tokens: number | 'inf'
  audio: Readonly<{ output: Readonly<{ format: AudioFormat; voice: string }> }>
  metadata: Readonly<Record<string, string>> | null
  usage: Usage | null
}>

/** Where in a response an item is. */
export type OutputPlace = Readonly<{ response_id: string; item_id: string; output_index: number }>

/** Where in a response a piece of a message is. */
export type ContentPlace = OutputPlace & Readonly<{ content_index: number }>

export type ContentPart =
  | Readonly<{ type: 'audio'; transcript: string }>
  | Readonly<{ type: 'text'; text: string }>

type TranscriptionUsage =
  | Readonly<{
    type: 'tokens'
    input_tokens: number
    output_tokens: number
    total_tokens: number
    input_token_details: Readonly<{ text_tokens: number; audio_tokens: number }>
  }>
  | Readonly<{ type: 'duration'; seconds: number }>

type Event<Type extends string, Fields = unknown> = Readonly<{ type: Type }> & Readonly<Fields>

/** A server event before it gets its `event_id`. */
export type EventBody =
  | Event<'error', { error: ErrorDetail }>
  | Event<
    'session.created' | 'session.updated',
    { session: SessionObject | TranscriptionSessionObject }
  >
  | Event<
    'conversation.item.added' | 'conversation.item.done',
    { item: Item; previous_item_id: string | null }
  >
  | Event<'conversation.item.retrieved', { item: Item }>
  | Event<'conversation.item.deleted', { item_id: string }>
  | Event<
    'conversation.item.truncated',
    { item_id: string; content_index: number; audio_end_ms: number }
  >
  | Event<
    'conversation.item.input_audio_transcription.delta',
    { item_id: string; content_index: number; delta: string }
  >
  | Event<
    'conversation.item.input_audio_transcription.completed',
    { item_id: string; content_index: number; transcript: string; usage: TranscriptionUsage }
  >
  | Event<'input_audio_buffer.committed', { item_id: string; previous_item_id: string | null }>
  | Event<'input_audio_buffer.cleared'>
  | Event<'input_audio_buffer.speech_started', { audio_start_ms: number; item_id: string }>
  | Event<'input_audio_buffer.speech_stopped', { audio_end_ms: number; item_id: string }>
  | Event<
    'input_audio_buffer.timeout_triggered',
    { audio_start_ms: number; audio_end_ms: number; item_id: string }
  >
  | Event<'response.created' | 'response.done', { response: ResponseObject }>
  | Event<
    'response.output_item.added' | 'response.output_item.done',
    { response_id: string; output_index: number; item: Item }
  >
  | Event<
    'response.content_part.added' | 'response.content_part.done',
    ContentPlace & { part: ContentPart }
  >
  | Event<
    | 'response.output_audio.delta'
    | 'response.output_audio_transcript.delta'
    | 'response.output_text.delta',
    ContentPlace & { delta: string }
  >
  | Event<'response.output_audio.done', ContentPlace>
  | Event<'response.output_audio_transcript.done', ContentPlace & { transcript: string }>
  | Event<'response.output_text.done', ContentPlace & { text: string }>
  | Event<
    'response.function_call_arguments.delta',
    OutputPlace & { call_id: string; delta: string }
  >
  | Event<
    'response.function_call_arguments.done',
    OutputPlace & { call_id: string; name: string; arguments: string }
  >
  | Event<'response.mcp_call_arguments.delta', OutputPlace & { delta: string }>
  | Event<'response.mcp_call_arguments.done', OutputPlace & { arguments: string }>
  | Event<
    | 'response.mcp_call.in_progress'
    | 'response.mcp_call.completed'
    | 'response.mcp_call.failed',
    Omit<OutputPlace, 'response_id'>
  >
  | Event<
    'mcp_list_tools.in_progress' | 'mcp_list_tools.completed' | 'mcp_list_tools.failed',
    { item_id: string }
  >
  | Event<'rate_limits.updated', { rate_limits: readonly RateLimit[] }>

export type RateLimit = Readonly<{
  name: 'requests' | 'tokens'
  limit: number
  remaining: number
  reset_seconds: number
}>

/** A server event as it goes out. */
export type ServerEvent = EventBody & Readonly<{ event_id: string }>
