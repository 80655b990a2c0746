/**
 * A session that only writes down what it hears: a call between humans has one for each of them.
 *
 * Models that transcribe as they hear find no turns; their client says where one ends.
 */
import type { EchoedSession } from './events.ts'
import type { SessionUpdate } from './session.ts'

export type TranscriptionSettings = Readonly<{
  model: string
  languages?: readonly string[] | undefined
}>

/** Whether the client cuts the turns, and the session must be told not to. */
export const isCutByClient = (model: string): boolean =>
  /^(gpt-live-transcribe|gpt-realtime-whisper)/.test(model)

/** Writes the settings as the API wants them: the phone's own mu-law in, words out. */
export const transcriptionSessionOf = (
  { model, languages }: TranscriptionSettings,
): SessionUpdate => ({
  type: 'transcription',
  audio: {
    input: {
      format: { type: FORMAT },
      noise_reduction: { type: 'near_field' },
      transcription: { model, ...languagesOf(model, languages) },
      turn_detection: isCutByClient(model) ? null : {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
      },
    },
  },
})

/** Says what is wrong with the session the server echoed, or nothing. */
export const inputProblem = ({ inputFormat }: EchoedSession): string | undefined =>
  inputFormat === FORMAT ? undefined : `input is ${inputFormat || 'unknown'}, not ${FORMAT}`

const FORMAT = 'audio/pcmu'

/** Older models take one language, and guess when there may be several. */
const languagesOf = (model: string, languages: readonly string[] | undefined) => {
  if (!languages) return {}
  if (/^(gpt-transcribe|gpt-live-transcribe)/.test(model)) return { languages }
  return languages.length === 1 ? { language: languages[0] } : {}
}
