/**
 * Finds where somebody begins to speak and pauses, by loudness alone. It decides where audio is cut for a model that does not find
 * turns itself; all of it is heard anyway, so a mistake costs a break in a sentence and no word.
 */
import { rmsDb } from './level.ts'

export type SpeechFinder = Readonly<{
  /** Takes the next mu-law audio, about a frame of it, and says what has happened in it. */
  push: (codes: Uint8Array) => 'began' | 'paused' | undefined
  isSpeaking: () => boolean
}>

/** A whisper on the telephone. */
const LOUD_DB = -42
/** How long it must be loud to count as speech: a click is shorter. */
export const ONSET_MS = 60
/** A breath is shorter, and the end of a sentence longer. */
const PAUSE_MS = 600
const BYTES_PER_MS = 8

/** Makes the finder of one speaker. */
export const createSpeechFinder = (): SpeechFinder => {
  let isSpeaking = false
  let loudMs = 0
  let quietMs = 0
  return {
    push: (codes) => {
      const ms = codes.length / BYTES_PER_MS
      const isLoud = rmsDb(codes) > LOUD_DB
      loudMs = isLoud ? loudMs + ms : 0
      quietMs = isLoud ? 0 : quietMs + ms
      if (!isSpeaking && loudMs >= ONSET_MS) {
        isSpeaking = true
        return 'began'
      }
      if (isSpeaking && quietMs >= PAUSE_MS) {
        isSpeaking = false
        return 'paused'
      }
      return undefined
    },
    isSpeaking: () => isSpeaking,
  }
}
