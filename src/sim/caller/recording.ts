/**
 * The call as two channels, caller left and agent right, on the time line of its first stream. The
 * agent's channel is what was heard: audio that a `clear` threw away is not in it.
 */
import { muLawDecode } from '../../audio/g711.ts'
import { SAMPLES_PER_MS } from './track.ts'

/** Two channels of one length, fit for `writeWav`. */
export type Recording = Readonly<{
  sampleRateHz: 8000
  channels: readonly [caller: Int16Array, agent: Int16Array]
}>

/** What was said and heard on one stream, in mu-law from its start on. */
export type StreamAudio = Readonly<{ startMs: number; said: Uint8Array; heard: Uint8Array }>

/** Lays the streams of a call on one time line; between them it is silent. */
export const recordingOf = (streams: readonly StreamAudio[]): Recording => {
  const parts = streams.map((stream) => ({ ...stream, at: placeOf(stream, streams[0]) }))
  const samples = Math.max(
    0,
    ...parts.map(({ at, said, heard }) => at + Math.max(said.length, heard.length)),
  )
  const caller = new Int16Array(samples)
  const agent = new Int16Array(samples)
  for (const { at, said, heard } of parts) {
    muLawDecode(said, caller.subarray(at))
    muLawDecode(heard, agent.subarray(at))
  }
  return { sampleRateHz: 8000, channels: [caller, agent] }
}

const placeOf = (stream: StreamAudio, first: StreamAudio): number =>
  Math.round((stream.startMs - first.startMs) * SAMPLES_PER_MS)

/** A sample louder than this is audible: -50 dBFS, well above the hiss of a line. */
const AUDIBLE = 104

/**
 * When the first audible sample comes, in ms from the start of the codes; undefined when none does.
 */
export const firstAudibleMs = (codes: Uint8Array): number | undefined => {
  const pcm = new Int16Array(codes.length)
  muLawDecode(codes, pcm)
  const at = pcm.findIndex((sample) => Math.abs(sample) > AUDIBLE)
  return at < 0 ? undefined : at / SAMPLES_PER_MS
}
