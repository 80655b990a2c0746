/**
 * The voice for a text that has no clip: there is no text-to-speech here, so the text is hummed,
 * one soft note a syllable, as long as speaking it would take. Nobody can understand it, but its
 * timing is believable.
 */
import { createTone } from '../../audio/tone.ts'
import { samplesIn, type Sound } from './sound.ts'

const NOTE_MS = 170
const WORD_GAP_MS = 40
const SENTENCE_GAP_MS = 260
const AMPLITUDE = 0.12

/** A pentatonic scale in the range of a speaking voice. */
const NOTES_HZ = [175, 196, 220, 262, 294]

/**
 * Hums a text, at 8 kHz. The same text is always the same sound; a text without a letter is one
 * note.
 */
export const hum = (text: string): Sound => {
  const pieces: Int16Array[] = []
  for (const word of text.split(/\s+/).filter((word) => word !== '')) {
    for (let syllable = 0; syllable < syllablesIn(word); syllable++) {
      pieces.push(
        note(NOTES_HZ[(word.length + word.charCodeAt(0) + 2 * syllable) % NOTES_HZ.length]),
      )
    }
    pieces.push(silence(/[.!?,;:]$/.test(word) ? SENTENCE_GAP_MS : WORD_GAP_MS))
  }
  return { sampleRateHz: 8000, pcm: join(pieces.length > 0 ? pieces : [note(NOTES_HZ[0])]) }
}

/** Counts the syllables of a word by its groups of vowels, and one for each digit. At least 1. */
export const syllablesIn = (word: string): number =>
  Math.max(1, word.normalize('NFD').match(/[aeiouy]+|\d/gi)?.length ?? 0)

const note = (frequencyHz: number): Int16Array => {
  const pcm = silence(NOTE_MS)
  createTone({ frequencyHz, sampleRateHz: 8000, amplitude: AMPLITUDE }).fill(pcm)
  const ramp = samplesIn(30, 8000)
  for (let i = 0; i < ramp; i++) {
    pcm[i] = Math.round((pcm[i] * i) / ramp)
    pcm[pcm.length - 1 - i] = Math.round((pcm[pcm.length - 1 - i] * i) / ramp)
  }
  return pcm
}

const silence = (ms: number): Int16Array => new Int16Array(samplesIn(ms, 8000))

const join = (pieces: readonly Int16Array[]): Int16Array => {
  const pcm = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    pcm.set(piece, at)
    at += piece.length
  }
  return pcm
}
