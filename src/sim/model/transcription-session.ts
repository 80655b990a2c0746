/**
 * What is different in a session that only writes down: it shows less of itself, and it does not talk. Its model stands in its
 * settings, and some models leave it to the client to say where a turn ends.
 */
import type { Purpose } from './admission.ts'
import type { ClientEvent } from './client-events.ts'
import type { Refusal } from './refusal.ts'
import type { SessionObject } from './session-config.ts'
import type { TranscriptionUpdate } from './session-rules.ts'

/** The session as its own `session.created` and `session.updated` show it. */
export type TranscriptionSessionObject = Readonly<{
  type: 'transcription'
  object: 'realtime.transcription_session'
  id: string
  /** In seconds since 1970. */
  expires_at: number
  include: SessionObject['include']
  audio: Readonly<{ input: SessionObject['audio']['input'] }>
}>

/** What such a session shows of itself. */
export const transcriptionShown = (
  { id, expires_at, include, audio: { input } }: SessionObject,
): TranscriptionSessionObject => ({
  type: 'transcription',
  object: 'realtime.transcription_session',
  id,
  expires_at,
  include,
  audio: { input },
})

/** Whether such a session takes an event. */
export const isForTranscription = ({ type }: ClientEvent): boolean =>
  type === 'session.update' || type.startsWith('input_audio_buffer.')

/** The refusal of an event that such a session does not take. */
export const notForTranscription = (type: string): Refusal => ({
  code: 'invalid_value',
  param: 'type',
  message: `${type} is not supported in a transcription session.`,
})

/** The refusal of an update that is meant for the other kind of session. */
export const otherPurpose = (asked: Purpose, purpose: Purpose): Refusal => ({
  code: 'invalid_value',
  param: 'session.type',
  message: `Passing a ${asked} session update event to a ${purpose} session is not allowed.`,
})

/** What stands against the settings of a transcription, though each is well formed. */
export const transcriptionConflict = (update: TranscriptionUpdate): Refusal | undefined => {
  const { transcription, turn_detection } = update.audio?.input ?? {}
  const isStreaming = /^(gpt-realtime-whisper|gpt-live-transcribe)/.test(transcription?.model ?? '')
  return isStreaming && turn_detection !== null ? NO_TURN_DETECTION : undefined
}

const NO_TURN_DETECTION: Refusal = {
  code: 'invalid_value',
  param: 'session.audio.input.turn_detection',
  message: 'Turn detection is not supported for this transcription model.',
}
