/**
 * The session of a call: the settings of an agent as the GA `session.update` wants them, and the check that the server took
 * them. A server that ignores the audio format is heard by the caller as static.
 */
import type { EchoedSession } from './events.ts'
import { type FunctionTool, type RemoteServer, sessionTools } from './tools.ts'

/** What an agent says about its session, in our words. */
export type SessionSettings = Readonly<{
  instructions: string
  voice: string
  /** `pcm`: 16 bit at 24 kHz. `pcmu`: mu-law at 8 kHz, as the phone has it. Both ways. */
  audio: 'pcm' | 'pcmu'
  turnDetection: TurnDetection
  noiseReduction: 'near_field' | 'far_field' | 'none'
  /** What writes the caller's words down; false for nothing. */
  transcription: Transcription | false
  maxOutputTokens: number | 'inf'
  speed?: number | undefined
  tools: readonly FunctionTool[]
  /** MCP servers that OpenAI calls; none if absent. */
  servers?: readonly RemoteServer[]
  /** False for a session that only listens yet: a turn of the caller's is neither answered nor does it interrupt. */
  answersCaller?: boolean
}>

export type TurnDetection =
  | Readonly<{
    type: 'server_vad'
    threshold: number
    prefixPaddingMs: number
    silenceDurationMs: number
    idleTimeoutMs?: number | undefined
  }>
  | Readonly<{ type: 'semantic_vad'; eagerness: 'low' | 'medium' | 'high' | 'auto' }>

export type Transcription = Readonly<{
  model: string
  language?: string | undefined
  languages?: readonly string[] | undefined
  prompt?: string | undefined
  keywords?: readonly string[] | undefined
}>

/** The `session` of a `session.update`. */
export type SessionUpdate = Readonly<Record<string, unknown>>

/** Writes the settings as the API wants them. Every default that matters on a phone is said, none is left to the server. */
export const sessionOf = (settings: SessionSettings) => ({
  type: 'realtime',
  instructions: settings.instructions,
  output_modalities: ['audio'],
  max_output_tokens: settings.maxOutputTokens,
  tools: sessionTools(settings.tools, settings.servers ?? []),
  tool_choice: 'auto',
  audio: {
    input: {
      format: FORMATS[settings.audio],
      noise_reduction: settings.noiseReduction === 'none'
        ? null
        : { type: settings.noiseReduction },
      transcription: settings.transcription === false ? null : settings.transcription,
      turn_detection: turnDetection(settings.turnDetection, settings.answersCaller ?? true),
    },
    output: {
      format: FORMATS[settings.audio],
      voice: settings.voice.startsWith('voice_') ? { id: settings.voice } : settings.voice,
      ...(settings.speed === undefined ? {} : { speed: settings.speed }),
    },
  },
})

/** The same for a session that goes on with another agent: the voice stays, and may not be said again once it was heard. */
export const agentChangeOf = (settings: SessionSettings): SessionUpdate => {
  const { audio, ...session } = sessionOf(settings)
  const { output: { voice: _, ...output }, ...rest } = audio
  return { ...session, audio: { ...rest, output } }
}

/** Instructions for one response that is to be a given sentence, such as the greeting. */
export const sayExactly = (sentence: string): string =>
  `Say exactly: ${JSON.stringify(sentence)} Say nothing else.`

/** Instructions for one response that takes up what a broken connection cut off. */
export const GO_ON = [
  'The connection was interrupted for a moment.',
  'If you were speaking or owe the caller an answer, go on from there; otherwise say in a few words that you are there again.',
  'Do not greet again, do not repeat what you have said, and do not explain the interruption.',
].join(' ')

/** Says what is wrong with the session the server echoed, or nothing. Audio flows only when nothing is. */
export const formatProblem = (
  audio: SessionSettings['audio'],
  echoed: EchoedSession,
): string | undefined => {
  const wanted = FORMATS[audio]
  const wantedRateHz = 'rate' in wanted ? wanted.rate : undefined
  const matches = (format: string, rateHz: number | undefined) =>
    format === wanted.type &&
    (wantedRateHz === undefined || rateHz === undefined || rateHz === wantedRateHz)
  if (!matches(echoed.inputFormat, echoed.inputRateHz)) {
    return `input is ${echoed.inputFormat || 'unknown'}, not ${wanted.type}`
  }
  if (!matches(echoed.outputFormat, echoed.outputRateHz)) {
    return `output is ${echoed.outputFormat || 'unknown'}, not ${wanted.type}`
  }
  return undefined
}

const FORMATS = {
  pcm: { type: 'audio/pcm', rate: 24000 },
  pcmu: { type: 'audio/pcmu' },
} as const

const turnDetection = (settings: TurnDetection, answersCaller: boolean) =>
  settings.type === 'semantic_vad'
    ? {
      type: 'semantic_vad',
      eagerness: settings.eagerness,
      create_response: answersCaller,
      interrupt_response: answersCaller,
    }
    : {
      type: 'server_vad',
      threshold: settings.threshold,
      prefix_padding_ms: settings.prefixPaddingMs,
      silence_duration_ms: settings.silenceDurationMs,
      create_response: answersCaller,
      interrupt_response: answersCaller,
      ...(settings.idleTimeoutMs === undefined ? {} : { idle_timeout_ms: settings.idleTimeoutMs }),
    }
