/** How loud each party was over time: the shape of a recording, as few numbers. */
import { readWav } from '../../audio/wav.ts'

/** The loudness of both channels, 0 to 1, a number each `STEP_MS`; and how long the recording is. */
export type Envelope = Readonly<{
  caller: readonly number[]
  agent: readonly number[]
  durationMs: number
}>

/** How long one number of an envelope stands for. */
export const STEP_MS = 20

/** Telephone speech is loud between -50 and -6 dB of full scale. */
const QUIETEST_DB = -50
const LOUDEST_DB = -6

/** Measures a stereo recording; undefined for what is none. */
export const envelopeOf = (wav: Uint8Array): Envelope | undefined => {
  const sound = readable(wav)
  if (!sound || sound.channels.length < 2 || sound.channels[0].length === 0) return undefined
  const { channels: [caller, agent], sampleRateHz } = sound
  const perStep = sampleRateHz * STEP_MS / 1000
  return {
    caller: loudness(caller, perStep),
    agent: loudness(agent, perStep),
    durationMs: caller.length / sampleRateHz * 1000,
  }
}

/** Makes at most so many numbers of an envelope, each the loudest of those it stands for. */
export const coarser = (loudness: readonly number[], most: number): readonly number[] => {
  const per = Math.max(1, Math.ceil(loudness.length / most))
  return Array.from(
    { length: Math.ceil(loudness.length / per) },
    (_, at) => loudness.slice(at * per, (at + 1) * per).reduce((a, b) => Math.max(a, b), 0),
  )
}

const readable = (wav: Uint8Array) => {
  try {
    return readWav(wav)
  } catch {
    return undefined
  }
}

const loudness = (pcm: Int16Array, perStep: number): readonly number[] =>
  Array.from({ length: Math.ceil(pcm.length / perStep) }, (_, step) => {
    const from = Math.floor(step * perStep)
    const to = Math.min(pcm.length, from + perStep)
    let sum = 0
    for (let at = from; at < to; at++) sum += (pcm[at] / 32_768) ** 2
    const db = 10 * Math.log10(sum / (to - from) + 1e-10)
    return Math.min(1, Math.max(0, (db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)))
  })
