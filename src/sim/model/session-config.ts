/**
 * The session object: what it is when a session begins, and what becomes of it with each
 * `session.update`, which is a deep partial of it.
 */
import type { AudioFormat } from './events.ts'
import type { SessionUpdate, Tool, ToolChoice, TurnDetectionUpdate } from './session-rules.ts'

export type ServerVad = Readonly<{
  type: 'server_vad'
  threshold: number
  prefix_padding_ms: number
  silence_duration_ms: number
  idle_timeout_ms: number | null
  create_response: boolean
  interrupt_response: boolean
}>

export type SemanticVad = Readonly<{
  type: 'semantic_vad'
  eagerness: 'low' | 'medium' | 'high' | 'auto'
  create_response: boolean
  interrupt_response: boolean
}>

export type TurnDetection = ServerVad | SemanticVad | null

export type Transcription = Readonly<{
  model: string
  language?: string
  languages?: readonly string[]
  prompt?: string
  keywords?: readonly string[]
  delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'
}>

export type Voice = string | Readonly<{ id: string }>

/** The session as `session.created` and `session.updated` show it. */
export type SessionObject = Readonly<{
  type: 'realtime'
  object: 'realtime.session'
  id: string
  model: string
  /** In seconds since 1970. */
  expires_at: number
  output_modalities: readonly ('audio' | 'text')[]
  instructions: string
  tools: readonly Tool[]
  tool_choice: ToolChoice
  max_output_tokens: number | 'inf'
  tracing: NonNullable<SessionUpdate['tracing']> | null
  truncation: NonNullable<SessionUpdate['truncation']>
  prompt: null
  include: readonly 'item.input_audio_transcription.logprobs'[] | null
  parallel_tool_calls?: boolean
  reasoning?: NonNullable<SessionUpdate['reasoning']>
  audio: Readonly<{
    input: Readonly<{
      format: AudioFormat
      transcription: Transcription | null
      noise_reduction: Readonly<{ type: 'near_field' | 'far_field'; strength?: number }> | null
      turn_detection: TurnDetection
    }>
    output: Readonly<{ format: AudioFormat; voice: Voice; speed: number }>
  }>
}>

/**
 * The session a connection begins with: PCM both ways and a turn detection of 200 ms, as the real
 * one has it.
 */
export const initialSession = (id: string, model: string, expiresAt: number): SessionObject => ({
  type: 'realtime',
  object: 'realtime.session',
  id,
  model,
  expires_at: expiresAt,
  output_modalities: ['audio'],
  instructions:
    'Your knowledge cutoff is 2024-09. You are a helpful, witty, and friendly voice assistant. Talk quickly.',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  tracing: null,
  truncation: 'auto',
  prompt: null,
  include: null,
  audio: {
    input: {
      format: PCM,
      transcription: null,
      noise_reduction: null,
      turn_detection: DEFAULT_SERVER_VAD,
    },
    output: { format: PCM, voice: 'marin', speed: 1 },
  },
})

/** The session after an update that was found valid. */
export const updateSession = (session: SessionObject, update: SessionUpdate): SessionObject => {
  const { audio, ...rest } = update
  const { input, output } = session.audio
  const turnDetection = audio?.input?.turn_detection
  return {
    ...session,
    ...rest,
    audio: {
      input: {
        ...input,
        ...audio?.input,
        turn_detection: turnDetection === undefined
          ? input.turn_detection
          : mergeTurnDetection(input.turn_detection, turnDetection),
      },
      output: { ...output, ...audio?.output },
    },
  }
}

/** Asks for mu-law where PCM was asked for, and for PCM otherwise. */
export const swapFormats = (update: SessionUpdate): SessionUpdate => {
  const { audio, ...rest } = update
  if (!audio) return update
  const { input, output } = audio
  return {
    ...rest,
    audio: {
      ...(input ? { input: swapFormat(input) } : {}),
      ...(output ? { output: swapFormat(output) } : {}),
    },
  }
}

const swapFormat = <Side extends Readonly<{ format?: AudioFormat }>>(side: Side): Side =>
  side.format ? { ...side, format: side.format.type === 'audio/pcm' ? PCMU : PCM } : side

const PCM: AudioFormat = { type: 'audio/pcm', rate: 24000 }
const PCMU: AudioFormat = { type: 'audio/pcmu' }

const DEFAULT_SERVER_VAD: ServerVad = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
}

const DEFAULT_SEMANTIC_VAD: SemanticVad = {
  type: 'semantic_vad',
  eagerness: 'auto',
  create_response: true,
  interrupt_response: true,
}

/** What an update leaves out stays; with another type of detection it is that type's default. */
const mergeTurnDetection = (now: TurnDetection, update: TurnDetectionUpdate): TurnDetection => {
  if (update === null) return null
  if (update.type === 'server_vad') {
    return { ...(now?.type === 'server_vad' ? now : DEFAULT_SERVER_VAD), ...update }
  }
  return { ...(now?.type === 'semantic_vad' ? now : DEFAULT_SEMANTIC_VAD), ...update }
}
