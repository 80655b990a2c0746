/**
 * The transcript of a caller turn, which comes from another model at its own pace: often before the
 * answer, sometimes long after it.
 */
import type { Entry } from './conversation.ts'
import type { Desk } from './desk.ts'
import { CALLER_MS_PER_TOKEN } from './meter.ts'

/** Sends the transcript of an item when its time has come, if the session wants transcripts. */
export const sendTranscript = (
  desk: Desk,
  itemId: string,
  transcript: string,
  audioMs: number,
): void => {
  const model = desk.session().audio.input.transcription?.model
  if (model === undefined) return
  const place = { item_id: itemId, content_index: 0 }
  desk.later(desk.scenario.transcriptionDelayMs, () => {
    for (const delta of deltasOf(transcript, model)) {
      desk.send({ type: 'conversation.item.input_audio_transcription.delta', ...place, delta })
    }
    desk.conversation.change(itemId, (entry) => withTranscript(entry, transcript))
    const usage = usageOf(model, transcript, audioMs)
    desk.send({
      type: 'conversation.item.input_audio_transcription.completed',
      ...place,
      transcript,
      usage,
    })
  })
}

const withTranscript = (entry: Entry, transcript: string): Entry => {
  const { item } = entry
  if (item.type !== 'message' || item.role !== 'user') return entry
  return { ...entry, item: { ...item, content: [{ type: 'input_audio', transcript }] } }
}

/** whisper-1 gives the whole text at once, the newer models a few words at a time. */
const deltasOf = (transcript: string, model: string): readonly string[] =>
  model === 'whisper-1' ? [transcript] : transcript.match(/(?:\S+\s*){1,3}/g) ?? []

const usageOf = (model: string, transcript: string, audioMs: number) => {
  if (model === 'whisper-1') {
    return { type: 'duration' as const, seconds: Math.ceil(audioMs / 1000) }
  }
  const audio_tokens = Math.ceil(audioMs / CALLER_MS_PER_TOKEN)
  const output_tokens = Math.ceil(transcript.length / 4)
  return {
    type: 'tokens' as const,
    input_tokens: audio_tokens,
    output_tokens,
    total_tokens: audio_tokens + output_tokens,
    input_token_details: { text_tokens: 0, audio_tokens },
  }
}
