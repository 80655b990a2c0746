/**
 * What a client may ask of a session, as strictly as the real API: unknown parameters (all of the
 * beta's among them), wrong types and values out of range are refused, and then nothing of the
 * update counts.
 */
import { z } from 'zod'
import type { Refusal } from './refusal.ts'
import type { SessionObject } from './session-config.ts'

const audioFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24000) }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
])

/** The voices a session may have: those of the Realtime API, not all of OpenAI's. */
const VOICES = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'sage',
  'shimmer',
  'verse',
  'marin',
  'cedar',
] as const

const voice = z.union([z.enum(VOICES), z.strictObject({ id: z.string() })])

const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).exactOptional(),
    prefix_padding_ms: z.int().min(0).exactOptional(),
    silence_duration_ms: z.int().min(0).exactOptional(),
    idle_timeout_ms: z.int().min(5000).max(30000).nullable().exactOptional(),
    create_response: z.boolean().exactOptional(),
    interrupt_response: z.boolean().exactOptional(),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).exactOptional(),
    create_response: z.boolean().exactOptional(),
    interrupt_response: z.boolean().exactOptional(),
  }),
])

const transcription = z.strictObject({
  model: z.string().min(1),
  language: z.string().exactOptional(),
  languages: z.array(z.string()).exactOptional(),
  prompt: z.string().exactOptional(),
  keywords: z.array(z.string()).exactOptional(),
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
})

const CONNECTORS = [
  'connector_dropbox',
  'connector_gmail',
  'connector_googlecalendar',
  'connector_googledrive',
  'connector_microsoftteams',
  'connector_outlookcalendar',
  'connector_outlookemail',
  'connector_sharepoint',
] as const

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: z.string().min(1).max(64),
    description: z.string().exactOptional(),
    parameters: z.record(z.string(), z.unknown()).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('mcp'),
    server_label: z.string().min(1),
    server_url: z.string().exactOptional(),
    server_description: z.string().exactOptional(),
    connector_id: z.enum(CONNECTORS).exactOptional(),
    tunnel_id: z.string().exactOptional(),
    authorization: z.string().exactOptional(),
    headers: z.record(z.string(), z.string()).nullable().exactOptional(),
    allowed_tools: z.array(z.string()).nullable().exactOptional(),
    allowed_callers: z.array(z.enum(['direct', 'programmatic'])).nullable().exactOptional(),
    require_approval: z.enum(['always', 'never']).nullable().exactOptional(),
    defer_loading: z.boolean().exactOptional(),
  }),
])

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
  z.strictObject({
    type: z.literal('mcp'),
    server_label: z.string(),
    name: z.string().exactOptional(),
  }),
])

const modalities = z.union([z.tuple([z.literal('audio')]), z.tuple([z.literal('text')])])
const maxOutputTokens = z.union([z.int().min(1).max(4096), z.literal('inf')])
const metadata = z.record(z.string().max(64), z.string().max(512))
const reasoning = z.strictObject({
  effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
})

const tracing = z.strictObject({
  workflow_name: z.string().exactOptional(),
  group_id: z.string().exactOptional(),
  metadata: z.unknown().exactOptional(),
})

const audioInput = z.strictObject({
  format: audioFormat.exactOptional(),
  noise_reduction: z.strictObject({
    type: z.enum(['near_field', 'far_field']),
    strength: z.number().exactOptional(),
  }).nullable().exactOptional(),
  transcription: transcription.nullable().exactOptional(),
  turn_detection: turnDetection.nullable().exactOptional(),
})

const include = z.array(z.literal('item.input_audio_transcription.logprobs')).nullable()

/** The `session` of a `session.update`. */
export const sessionUpdate = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().exactOptional(),
  output_modalities: modalities.exactOptional(),
  instructions: z.string().exactOptional(),
  tools: z.array(tool).exactOptional(),
  tool_choice: toolChoice.exactOptional(),
  parallel_tool_calls: z.boolean().exactOptional(),
  max_output_tokens: maxOutputTokens.exactOptional(),
  reasoning: reasoning.exactOptional(),
  tracing: z.union([z.literal('auto'), tracing]).nullable().exactOptional(),
  truncation: z.union([
    z.enum(['auto', 'disabled']),
    z.strictObject({
      type: z.literal('retention_ratio'),
      retention_ratio: z.number().min(0).max(1),
      token_limits: z.strictObject({ post_instructions: z.int().min(0) }).exactOptional(),
    }),
  ]).exactOptional(),
  include: include.exactOptional(),
  prompt: z.null().exactOptional(),
  audio: z.strictObject({
    input: audioInput.exactOptional(),
    output: z.strictObject({
      format: audioFormat.exactOptional(),
      voice: voice.exactOptional(),
      speed: z.number().min(0.25).max(1.5).exactOptional(),
    }).exactOptional(),
  }).exactOptional(),
})

/** The `session` of a `session.update` of a session that only writes down. */
export const transcriptionUpdate = z.strictObject({
  type: z.literal('transcription'),
  include: include.exactOptional(),
  audio: z.strictObject({ input: audioInput.exactOptional() }).exactOptional(),
})

/** What a single response may have of its own, but for its `input`. */
export const responseSettings = {
  audio: z.strictObject({
    output: z.strictObject({
      format: audioFormat.exactOptional(),
      voice: voice.exactOptional(),
    }).exactOptional(),
  }).exactOptional(),
  conversation: z.enum(['auto', 'none']).exactOptional(),
  instructions: z.string().exactOptional(),
  max_output_tokens: maxOutputTokens.exactOptional(),
  metadata: metadata.refine((entries) => Object.keys(entries).length <= 16, 'more than 16 entries')
    .nullable().exactOptional(),
  output_modalities: modalities.exactOptional(),
  parallel_tool_calls: z.boolean().exactOptional(),
  reasoning: reasoning.exactOptional(),
  tool_choice: toolChoice.exactOptional(),
  tools: z.array(tool).exactOptional(),
}

export type SessionUpdate = z.infer<typeof sessionUpdate>
export type TranscriptionUpdate = z.infer<typeof transcriptionUpdate>
export type TurnDetectionUpdate = z.infer<typeof turnDetection> | null
export type Tool = z.infer<typeof tool>
export type ToolChoice = z.infer<typeof toolChoice>

/**
 * What stands against an update now, though it is well formed: some things cannot change once the
 * agent has spoken.
 */
export const updateConflict = (
  session: SessionObject,
  update: SessionUpdate,
  agent: Readonly<{ hasSpoken: boolean; isResponding: boolean; reachesServers: boolean }>,
): Refusal | undefined => {
  const { voice, speed } = update.audio?.output ?? {}
  const now = session.audio.output
  if (update.model !== undefined && update.model !== session.model) return CANNOT_UPDATE_MODEL
  if (!agent.reachesServers && update.tools?.some((tool) => tool.type === 'mcp')) return NO_MCP
  if (
    voice !== undefined && agent.hasSpoken && JSON.stringify(voice) !== JSON.stringify(now.voice)
  ) {
    return CANNOT_UPDATE_VOICE
  }
  if (speed !== undefined && speed !== now.speed && agent.isResponding) return CANNOT_UPDATE_SPEED
  return undefined
}

const CANNOT_UPDATE_MODEL: Refusal = {
  code: 'invalid_value',
  param: 'session.model',
  message: 'The model of a session cannot be changed.',
}

const CANNOT_UPDATE_VOICE: Refusal = {
  code: 'cannot_update_voice',
  message: "Cannot update a conversation's voice if assistant audio is present.",
}

const CANNOT_UPDATE_SPEED: Refusal = {
  code: 'invalid_value',
  param: 'session.audio.output.speed',
  message:
    'The speed can only be changed in between model turns, not while a response is in progress.',
}

/** The one refusal the real API would not give: this session was handed no way to MCP servers. */
const NO_MCP: Refusal = {
  code: 'unsupported_tool',
  param: 'session.tools',
  message: 'This built-in model does not reach MCP servers.',
}
