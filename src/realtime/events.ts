/**
 * What the OpenAI Realtime API (GA) says to us, decoded once: only the events and fields this program acts on.
 *
 * https://platform.openai.com/docs/api-reference/realtime-server-events
 */

/** The session as the server echoes it: what must be true before audio goes out. */
export type EchoedSession = Readonly<{
  /** Such as `audio/pcm`; empty when the server did not say. */
  inputFormat: string
  inputRateHz?: number
  outputFormat: string
  outputRateHz?: number
}>

/** How a response ended. */
export type ResponseStatus = 'completed' | 'cancelled' | 'failed' | 'incomplete'

/** Tokens of one response; cached ones are part of the input. */
export type ResponseUsage = Readonly<{
  inputTextTokens: number
  inputAudioTokens: number
  cachedTextTokens: number
  cachedAudioTokens: number
  outputTextTokens: number
  outputAudioTokens: number
}>

/** Where in a response a piece of it belongs. */
export type ItemPart = Readonly<{ responseId: string; itemId: string; contentIndex: number }>

export type OutputAudio = ItemPart & Readonly<{ type: 'output-audio'; payload: string }>

/**
 * What is told of a call that OpenAI makes to an MCP server. Each event tells some of it, in an order that is not documented:
 * all that is known is the item.
 */
export type RemoteTool = Readonly<{
  itemId: string
  stage: 'called' | 'running' | 'over'
  responseId?: string
  name?: string
  given?: string
  /** What came of it, also when it failed. */
  output?: string
  failed?: boolean
}>

export type RealtimeEvent =
  | Readonly<{ type: 'session-created'; sessionId: string; expiresAtS?: number }>
  | Readonly<{ type: 'session-updated'; session: EchoedSession }>
  /** Where in the audio of the session; absent where a server does not say. */
  | Readonly<{ type: 'speech-started'; itemId: string; audioStartMs?: number }>
  | Readonly<{ type: 'speech-stopped'; itemId: string; audioEndMs?: number }>
  | Readonly<{ type: 'input-committed'; itemId: string; previousItemId?: string }>
  /** `role` is `assistant` or `user` for a message and empty for anything else. */
  | Readonly<{ type: 'item-added'; itemId: string; role: string; previousItemId?: string }>
  | Readonly<{
    type: 'tool-called'
    responseId: string
    itemId: string
    toolCallId: string
    name: string
    /** The arguments, as text that should be JSON. */
    given: string
  }>
  | (Readonly<{ type: 'remote-tool' }> & RemoteTool)
  /** OpenAI may not call an MCP server before it is allowed to. */
  | Readonly<{
    type: 'approval-asked'
    requestId: string
    server: string
    name: string
    given: string
  }>
  /** The tools of an MCP server are being listed; the item stands for that. */
  | Readonly<{ type: 'remote-list'; itemId: string; server: string }>
  | Readonly<{ type: 'remote-list-failed'; itemId: string }>
  | Readonly<{
    type: 'input-transcript'
    itemId: string
    text: string
    final: boolean
    /** How much audio was transcribed, as it is billed; said with the final words. */
    seconds?: number
  }>
  | Readonly<{ type: 'input-transcript-failed'; itemId: string; message: string }>
  | Readonly<{ type: 'response-created'; responseId: string }>
  | OutputAudio
  | (ItemPart & Readonly<{ type: 'output-audio-done' }>)
  | (ItemPart & Readonly<{ type: 'output-transcript'; text: string; final: boolean }>)
  | Readonly<{
    type: 'response-done'
    responseId: string
    status: ResponseStatus
    /** Why it was not completed: `turn_detected`, `max_output_tokens`, an error code... */
    reason?: string
    usage?: ResponseUsage
    /** What it was asked for as, if we said so: `metadata.purpose`. */
    purpose?: string
    /** What was written; said only of a response with a purpose. */
    text?: string
  }>
  /** Something that responses need is used up; `resetInMs` is when it will be there again. */
  | Readonly<{ type: 'rate-limited'; resetInMs: number }>
  | Readonly<{ type: 'error'; code: string; message: string; eventId?: string }>
  /** A known event that asks nothing of us, such as `response.content_part.added`. */
  | Readonly<{ type: 'ignored' }>
  | Readonly<{ type: 'unknown'; name: string }>
  | Readonly<{ type: 'malformed'; problem: string }>
