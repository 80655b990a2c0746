/**
 * How loud a piece of audio is; of mu-law straight from the codes, by a table of their energies.
 *
 * 0 dBFS is a square wave at full scale, so a sine reaches -3 dB.
 */
import { muLawDecode } from './g711.ts'

/** The level of mere zeros: under the smallest step of 16 bits (-90 dB), and fit for JSON. */
export const SILENCE_DB = -100

/** The level of mu-law audio in dBFS. */
export const rmsDb = (codes: Uint8Array): number => {
  let energy = 0
  for (let i = 0; i < codes.length; i++) energy += ENERGY_OF[codes[i]]
  return decibels(energy, codes.length)
}

/** The level of 16-bit samples in dBFS. */
export const pcmRmsDb = (pcm: Int16Array): number => {
  let energy = 0
  for (let i = 0; i < pcm.length; i++) energy += pcm[i] * pcm[i]
  return decibels(energy, pcm.length)
}

const FULL_SCALE = 32768

const decibels = (energy: number, count: number): number =>
  energy === 0 ? SILENCE_DB : 10 * Math.log10(energy / count / FULL_SCALE ** 2)

const squaresOfAllCodes = (): Float64Array => {
  const samples = new Int16Array(256)
  muLawDecode(Uint8Array.from(samples.keys()), samples)
  return Float64Array.from(samples, (sample) => sample * sample)
}

const ENERGY_OF = squaresOfAllCodes()
