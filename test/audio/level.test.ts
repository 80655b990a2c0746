/** Levels of signals whose level is known without measuring. */
import { describe, expect, it } from 'vitest'
import { muLawEncode } from '../../src/audio/g711.ts'
import { pcmRmsDb, rmsDb, SILENCE_DB } from '../../src/audio/level.ts'
import { noise, sine } from './signals.ts'

const muLaw = (pcm: Int16Array): Uint8Array => {
  const codes = new Uint8Array(pcm.length)
  muLawEncode(pcm, codes)
  return codes
}

const tone = (peak: number) => sine({ frequencyHz: 1000, sampleRateHz: 8000, peak, length: 1600 })

describe('pcmRmsDb()', () => {
  it('measures a square wave at full scale as 0 dB and a sine as -3 dB', () => {
    expect(pcmRmsDb(new Int16Array(160).fill(-32768))).toBe(0)
    expect(pcmRmsDb(tone(32767))).toBeCloseTo(-3.01, 2)
  })

  it('goes down 20 dB for a tenth of the amplitude', () => {
    expect(pcmRmsDb(tone(3277))).toBeCloseTo(-23.01, 2)
  })

  it('gives the floor for zeros and for nothing, and more for the smallest sound', () => {
    expect(SILENCE_DB).toBe(-100)
    expect(pcmRmsDb(new Int16Array(160))).toBe(-100)
    expect(pcmRmsDb(new Int16Array(0))).toBe(-100)
    expect(pcmRmsDb(new Int16Array(160).fill(1))).toBeCloseTo(-90.31, 2)
  })
})

describe('rmsDb()', () => {
  it('gives the floor for both zeros of mu-law and for nothing', () => {
    expect(rmsDb(new Uint8Array(160).fill(0xff))).toBe(-100)
    expect(rmsDb(new Uint8Array(160).fill(0x7f))).toBe(-100)
    expect(rmsDb(new Uint8Array(0))).toBe(-100)
  })

  it('measures the loudest codes, 32124 of 32768', () => {
    expect(rmsDb(Uint8Array.of(0x80, 0x00))).toBeCloseTo(-0.172, 3)
  })

  it('agrees with the level of the samples that were encoded', () => {
    for (const peak of [30000, 3000, 300]) {
      expect(rmsDb(muLaw(tone(peak)))).toBeCloseTo(pcmRmsDb(tone(peak)), 0)
    }
    expect(rmsDb(muLaw(noise(8000, 8000)))).toBeCloseTo(pcmRmsDb(noise(8000, 8000)), 1)
  })
})
