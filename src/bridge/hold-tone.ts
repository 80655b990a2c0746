/**
 * The tone that says the line is alive: two soft notes and a pause, a second long. On a stream we send it; a caller who waits for the
 * next process has no stream, and there Twilio plays it from a file.
 */
import { base64Encode } from '../audio/base64.ts'
import { muLawEncode } from '../audio/g711.ts'
import { createTone } from '../audio/tone.ts'
import { writeWav } from '../audio/wav.ts'

const RATE_HZ = 8000
const NOTE_MS = 180
const EDGE_MS = 30
/** About 32 dB below the loudest: a caller notices it and nobody starts back. */
const AMPLITUDE = 0.025
const SECOND_MS = 1_000

let rendered: string | undefined

/** One second of it as base64 mu-law, made when it is first needed. */
export const holdTone = (): string => rendered ??= encode(render())

/** The same second as a WAV file. */
export const holdToneWav = (): Uint8Array<ArrayBuffer> =>
  writeWav({ sampleRateHz: RATE_HZ, channels: [render()] })

const render = (): Int16Array => {
  const pcm = new Int16Array(SECOND_MS * RATE_HZ / 1000)
  addNote(pcm, 440, 0)
  addNote(pcm, 550, 220)
  return pcm
}

const encode = (pcm: Int16Array): string => {
  const codes = new Uint8Array(pcm.length)
  muLawEncode(pcm, codes)
  return base64Encode(codes)
}

/** Raised-cosine edges, or it would click. */
const addNote = (pcm: Int16Array, frequencyHz: number, atMs: number): void => {
  const note = pcm.subarray(atMs * 8, (atMs + NOTE_MS) * 8)
  createTone({ frequencyHz, sampleRateHz: RATE_HZ, amplitude: AMPLITUDE }).fill(note)
  const edge = EDGE_MS * 8
  for (let at = 0; at < edge; at++) {
    const gain = (1 - Math.cos(Math.PI * at / edge)) / 2
    note[at] = Math.round(note[at] * gain)
    note[note.length - 1 - at] = Math.round(note[note.length - 1 - at] * gain)
  }
}
