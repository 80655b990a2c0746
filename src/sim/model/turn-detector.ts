/**
 * Turn detection by loudness: speech begins with 60 ms above the threshold and ends with a silence
 * of the length that the session asks for. Semantic detection is the same with a longer silence,
 * since there is nobody here who understands.
 */
import { pcmRmsDb } from '../../audio/level.ts'
import { STEP_MS } from './levels.ts'
import type { TurnDetection } from './session-config.ts'
import { type SampleRate, samplesIn } from './sound.ts'

/**
 * `atMs` on the clock of written audio: where speech began, or how far was listened until it was
 * taken as over.
 */
export type Heard = Readonly<{ kind: 'speech-started' | 'speech-stopped'; atMs: number }>

export type TurnDetector = Readonly<{
  /** Listens to what comes next and says what it hears, however the audio is cut into pieces. */
  push: (pcm: Int16Array) => readonly Heard[]
  /** True between start and stop of speech. */
  isSpeaking: () => boolean
}>

export type DetectorOptions = Readonly<{
  settings: NonNullable<TurnDetection>
  sampleRateHz: SampleRate
  /** Where on the clock of written audio it begins to listen. */
  fromMs: number
}>

/** Starts to listen for the turns of one speaker. */
export const createTurnDetector = (
  { settings, sampleRateHz, fromMs }: DetectorOptions,
): TurnDetector => {
  const step = new Int16Array(samplesIn(STEP_MS, sampleRateHz))
  const thresholdDb = thresholdOf(settings)
  const silenceMs = silenceOf(settings)
  let filled = 0
  let atMs = fromMs
  let speaking = false
  let loudMs = 0
  let quietMs = 0

  const listen = (): Heard | undefined => {
    atMs += STEP_MS
    const isLoud = pcmRmsDb(step) > thresholdDb
    loudMs = isLoud ? loudMs + STEP_MS : 0
    quietMs = isLoud ? 0 : quietMs + STEP_MS
    if (!speaking && loudMs >= ONSET_MS) {
      speaking = true
      return { kind: 'speech-started', atMs: atMs - loudMs }
    }
    if (speaking && quietMs >= silenceMs) {
      speaking = false
      return { kind: 'speech-stopped', atMs }
    }
  }

  return {
    push: (pcm) => {
      const heard: Heard[] = []
      for (let from = 0; from < pcm.length;) {
        const part = pcm.subarray(from, from + step.length - filled)
        step.set(part, filled)
        filled += part.length
        from += part.length
        if (filled < step.length) break
        filled = 0
        const change = listen()
        if (change) heard.push(change)
      }
      return heard
    },
    isSpeaking: () => speaking,
  }
}

const ONSET_MS = 60

/** The threshold 0 to 1 as a level: 0.5 is -40 dBFS, a whisper on the telephone; 1 is -25 dBFS. */
const thresholdOf = (settings: NonNullable<TurnDetection>): number =>
  -55 + 30 * (settings.type === 'server_vad' ? settings.threshold : 0.5)

const silenceOf = (settings: NonNullable<TurnDetection>): number =>
  settings.type === 'server_vad'
    ? Math.max(STEP_MS, settings.silence_duration_ms)
    : { low: 1500, medium: 900, auto: 900, high: 600 }[settings.eagerness]

/** How much audio before the first sound belongs to a turn. */
export const prefixOf = (settings: NonNullable<TurnDetection>): number =>
  settings.type === 'server_vad' ? settings.prefix_padding_ms : 300
