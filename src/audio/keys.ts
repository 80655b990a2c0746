/**
 * The tones of keys (DTMF) as a phone sends them: two sines at once, of which no other key has both.
 *
 * ITU-T Q.23; Q.24 asks for tones and pauses of at least 40 ms, and not all receivers on the way are that quick.
 */
import { createTone } from './tone.ts'

const RATE_HZ = 8000
const TONE_MS = 100
const PAUSE_MS = 60
/** `w` waits as long as Twilio does. */
const WAIT_MS = 500
/** Each of the two, so that both together stay 6 dB below the loudest. */
const AMPLITUDE = 0.25

const ROWS_HZ = [697, 770, 852, 941]
const COLUMNS_HZ = [1209, 1336, 1477, 1633]
const KEYS = '123A456B789C*0#D'

/** Gives 8 kHz PCM of keys pressed one after the other: 0-9, A-D, *, #, and `w` or `W` for a pause. Others are left out. */
export const keyTones = (keys: string): Int16Array => {
  const parts = [...keys].map(partOf)
  const pcm = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  parts.reduce((at, part) => {
    pcm.set(part, at)
    return at + part.length
  }, 0)
  return pcm
}

const samples = (ms: number): number => ms * RATE_HZ / 1000

const partOf = (key: string): Int16Array => {
  if (key === 'w') return new Int16Array(samples(WAIT_MS))
  if (key === 'W') return new Int16Array(samples(2 * WAIT_MS))
  const at = KEYS.indexOf(key)
  if (at < 0) return new Int16Array(0)
  const pcm = new Int16Array(samples(TONE_MS + PAUSE_MS))
  const tone = pcm.subarray(0, samples(TONE_MS))
  const row = sine(ROWS_HZ[Math.floor(at / 4)], tone.length)
  const column = sine(COLUMNS_HZ[at % 4], tone.length)
  for (let i = 0; i < tone.length; i++) tone[i] = row[i] + column[i]
  return pcm
}

const sine = (frequencyHz: number, length: number): Int16Array => {
  const pcm = new Int16Array(length)
  createTone({ frequencyHz, sampleRateHz: RATE_HZ, amplitude: AMPLITUDE }).fill(pcm)
  return pcm
}
