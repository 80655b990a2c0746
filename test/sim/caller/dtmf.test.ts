import { expect, test } from 'vitest'
import { createTone } from '../../../src/audio/tone.ts'
import { muLawDecode, muLawEncode } from '../../../src/audio/g711.ts'
import { keysIn } from '../../../src/sim/caller/dtmf.ts'
import { clips } from '../model/bundled.ts'

const FREQUENCIES: Readonly<Record<string, readonly [number, number]>> = {
  '1': [697, 1209],
  '5': [770, 1336],
  '0': [941, 1336],
  '#': [941, 1477],
  D: [941, 1633],
}

/** A key as a telephone makes it, by way of mu-law, and a pause after it. */
const key = (name: string, ms = 100, amplitude = 0.2): Int16Array => {
  const pcm = new Int16Array((ms + 100) * 8)
  for (const frequencyHz of FREQUENCIES[name]) {
    const tone = new Int16Array(ms * 8)
    createTone({ frequencyHz, sampleRateHz: 8000, amplitude }).fill(tone)
    tone.forEach((sample, at) => pcm[at] += sample)
  }
  const codes = new Uint8Array(pcm.length)
  muLawEncode(pcm, codes)
  muLawDecode(codes, pcm)
  return pcm
}

const joined = (...parts: readonly Int16Array[]) =>
  Int16Array.from(parts.flatMap((part) => [...part]))

test('keys are read in order, each once, the same one twice as well', () => {
  expect(keysIn(joined(key('1'), key('5'), key('5'), key('0'), key('#'), key('D')))).toBe('1550#D')
})

test('a key is read wherever it begins, and softly, too', () => {
  for (const offset of [1, 37, 80, 121]) {
    expect(keysIn(joined(new Int16Array(offset), key('5', 80, 0.03)))).toBe('5')
  }
})

test('a single tone, a blip and silence are no keys', () => {
  const tone = new Int16Array(800)
  createTone({ frequencyHz: 697, sampleRateHz: 8000, amplitude: 0.4 }).fill(tone)
  expect(keysIn(tone)).toBe('')
  expect(keysIn(key('5', 20))).toBe('')
  expect(keysIn(new Int16Array(8000))).toBe('')
})

test('no sentence that the built-in ends say sounds like a key', () => {
  expect(clips.map(({ sound }) => keysIn(sound.pcm)).join('')).toBe('')
})
