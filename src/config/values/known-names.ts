/**
 * Names of OpenAI's that a file may use, and which of them stop working when. As of 2026-11-22.
 *
 * https://developers.openai.com/api/docs/deprecations
 */
import type { Finding } from '../problem.ts'
import { didYouMean } from '../yaml/spelling.ts'

/** The voices of the Realtime API. */
export const VOICES = [
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'marin',
  'sage',
  'shimmer',
  'verse',
] as const

/** Speech-to-speech models without an announced end. */
export const MODELS = [
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-realtime-2',
  'gpt-realtime-1.5',
] as const

/** Transcription models without an announced end. */
export const TRANSCRIPTION_MODELS = [
  'gpt-transcribe',
  'gpt-live-transcribe',
  'gpt-realtime-whisper',
] as const

/** Says what is wrong with a voice: the speech API has voices that the Realtime API has not. */
export const checkVoice = (name: string): Finding | undefined => {
  if (VOICES.some((voice) => voice === name)) return undefined
  const finding = { code: 'unknown-voice', message: `"${name}" is not a Realtime voice` } as const
  const all = `the Realtime voices are ${VOICES.join(', ')}`
  if (name.startsWith('voice_')) return { ...finding, hint: `write voice: { id: ${name} }` }
  if (SPEECH_API_VOICES.has(name)) {
    return { ...finding, hint: `it is one of the speech API; ${all}` }
  }
  return { ...finding, hint: all, ...didYouMean(name, VOICES) }
}

/** Says what is wrong with a custom voice's id. */
export const checkVoiceId = (id: string): Finding | undefined =>
  id.startsWith('voice_') ? undefined : {
    code: 'unknown-voice',
    message: `"${id}" is not the id of a custom voice`,
    hint: 'such an id starts with voice_; a voice of OpenAI is written voice: marin',
  }

/** Says what is wrong, or will be, with the model of an agent. */
export const checkModel = (name: string): Finding | undefined => {
  const small = name.includes('mini')
  const current = small ? 'gpt-realtime-2.1-mini' : 'gpt-realtime-2.1'
  if (/^gpt-4o(-mini)?-realtime-preview/.test(name)) {
    return {
      code: 'model-retired',
      message: `the beta model "${name}" was shut down on 2026-05-07`,
      hint: `use ${current}`,
    }
  }
  if (LEAVING_2027_01_20.has(name)) return shutdown(name, '2027-01-20', current)
  if (/^gpt-(live|audio|4o)|transcribe|whisper|translate|tts/.test(name)) {
    return {
      code: 'wrong-model',
      message: `"${name}" is not a speech-to-speech model of the Realtime API`,
      hint: `use ${current}`,
    }
  }
  return MODELS.some((model) => model === name) ? undefined : unknownModel(name, MODELS)
}

/** Says what is wrong, or will be, with the model that transcribes. */
export const checkTranscriptionModel = (name: string): Finding | undefined => {
  if (LEAVING_2027_02_26.has(name)) return shutdown(name, '2027-02-26', 'gpt-transcribe')
  const known = TRANSCRIPTION_MODELS.some((model) => model === name)
  return known ? undefined : unknownModel(name, TRANSCRIPTION_MODELS)
}

const SPEECH_API_VOICES = new Set(['fable', 'onyx', 'nova'])

const LEAVING_2027_01_20 = new Set([
  'gpt-realtime',
  'gpt-realtime-2025-08-28',
  'gpt-realtime-mini',
  'gpt-realtime-mini-2025-12-15',
])

const LEAVING_2027_02_26 = new Set([
  'whisper-1',
  'gpt-4o-transcribe',
  'gpt-4o-transcribe-diarize',
  'gpt-4o-mini-transcribe',
  'gpt-4o-mini-transcribe-2025-12-15',
])

const shutdown = (name: string, date: string, instead: string): Finding => ({
  severity: 'warning',
  code: 'model-shutdown',
  message: `OpenAI shuts "${name}" down on ${date}`,
  hint: `use ${instead}`,
})

// A compatible server, or next month's model, has names that are not known here: they are passed on as they are.
const unknownModel = (name: string, known: readonly string[]): Finding => ({
  severity: 'warning',
  code: 'unknown-model',
  message: `"${name}" is not a model known here; it is passed on as it is`,
  ...didYouMean(name, known),
})
