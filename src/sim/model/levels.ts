/**
 * The loudness of a sound over time, in steps of 20 ms: what turn detection, recognition and the
 * parrot go by.
 */
import { pcmRmsDb } from '../../audio/level.ts'
import { cutSound, type Sound, soundMs } from './sound.ts'

/** The length of one step. */
export const STEP_MS = 20

/** Measures each whole step of a sound in dBFS. */
const levelsOf = (sound: Sound): number[] => {
  const steps = Math.floor(soundMs(sound) / STEP_MS)
  return Array.from({ length: steps }, (_, step) => {
    return pcmRmsDb(cutSound(sound, step * STEP_MS, (step + 1) * STEP_MS).pcm)
  })
}

const SPEECH_DB = -45

/**
 * Cuts away the silence around speech, but for so much before and after it; empty when nobody
 * speaks.
 */
export const speechIn = (sound: Sound, beforeMs = 0, afterMs = 0): Sound => {
  const levels = levelsOf(sound)
  const first = levels.findIndex(isSpeech)
  if (first < 0) return cutSound(sound, 0, 0)
  const end = levels.findLastIndex(isSpeech) + 1
  return cutSound(sound, first * STEP_MS - beforeMs, end * STEP_MS + afterMs)
}

const isSpeech = (db: number): boolean => db > SPEECH_DB

/**
 * Draws the loudness curve of the speech in a sound, with its rise from silence and its fall back,
 * which tell much. What is silence on a telephone line is lifted to one level, so that the noise of
 * the line does not count.
 */
export const curveOf = (sound: Sound): readonly number[] =>
  levelsOf(speechIn(sound, 40, 40)).map((db) => Math.max(db, NOISE_DB))

const NOISE_DB = -50
