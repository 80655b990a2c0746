/**
 * The caller's mouth: speech waits here until the frame it belongs to leaves, and silence fills the
 * rest.
 */
import { FRAME_BYTES } from '../../audio/frame.ts'
import { muLawEncode } from '../../audio/g711.ts'
import { createTrack, SAMPLES_PER_MS, type Track } from './track.ts'

/**
 * What a line carries while the caller says nothing: digital silence, or the hiss of a quiet room
 * (about -75 dBFS).
 */
export type Background = 'silence' | 'comfort-noise'

/** When a piece of speech is on the line, in ms since the stream started. */
export type Spoken = Readonly<{ startMs: number; endMs: number }>

/** What one caller says, and said. */
export type Voice = Readonly<{
  /**
   * Queues 8 kHz speech: from the first frame that begins at or after `now`, or right behind what
   * is being said.
   */
  say: (pcm: Int16Array, now: number) => Spoken
  /** Fills `codes` with one frame. False when the caller says nothing in it. */
  frame: (at: number, codes: Uint8Array) => boolean
  /** All that was said. */
  said: Pick<Track, 'read'>
}>

/** Makes a caller who has not said anything yet. */
export const createVoice = (background: Background = 'silence'): Voice => {
  const track = createTrack()
  const hiss = createHiss()

  return {
    say: (pcm, now) => {
      const codes = new Uint8Array(pcm.length)
      muLawEncode(pcm, codes)
      const start = Math.max(track.end(), Math.ceil(now / FRAME_BYTES) * FRAME_BYTES)
      track.append(codes, start)
      return { startMs: start / SAMPLES_PER_MS, endMs: (start + pcm.length) / SAMPLES_PER_MS }
    },
    frame: (at, codes) => {
      track.read(at, codes)
      const speaks = track.samplesBefore(at + FRAME_BYTES) > track.samplesBefore(at)
      if (!speaks && background === 'comfort-noise') hiss(codes)
      return speaks
    },
    said: track,
  }
}

/** The four mu-law codes around zero: 0, -0, +8 and -8. */
const HISS_CODES = Uint8Array.of(0xff, 0x7f, 0xfe, 0x7e)

/**
 * Fills with noise of the smallest steps; the same noise in every run (a linear congruential
 * generator).
 */
const createHiss = () => {
  let seed = 1
  return (codes: Uint8Array) => {
    for (let i = 0; i < codes.length; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      codes[i] = HISS_CODES[seed >>> 30]
    }
  }
}
