import { describe, expect, it } from 'vitest'
import { keyTones } from '../../src/audio/keys.ts'

/** The energy at a frequency, by Goertzel's recurrence. */
const powerAt = (pcm: Int16Array, frequencyHz: number) => {
  const factor = 2 * Math.cos(2 * Math.PI * frequencyHz / 8000)
  let now = 0
  let before = 0
  for (const sample of pcm) [now, before] = [sample + factor * now - before, now]
  return now * now + before * before - factor * now * before
}
const ALL_HZ = [697, 770, 852, 941, 1209, 1336, 1477, 1633]

describe('keyTones()', () => {
  it.each([['1', 697, 1209], ['5', 770, 1336], ['0', 941, 1336], ['#', 941, 1477], [
    'D',
    941,
    1633,
  ]])(
    'sounds %s as %i and %i Hz and no other',
    (key, row, column) => {
      const tone = keyTones(key).subarray(0, 800)
      const loudest = ALL_HZ.toSorted((a, b) => powerAt(tone, b) - powerAt(tone, a))
      expect(loudest.slice(0, 2).toSorted((a, b) => a - b)).toEqual([row, column])
      expect(powerAt(tone, loudest[1])).toBeGreaterThan(100 * powerAt(tone, loudest[2]))
    },
  )

  it('leaves a pause after each, and waits where it is told to', () => {
    expect(keyTones('12').length).toBe(2 * 160 * 8)
    expect(keyTones('12').subarray(800, 1280).every((sample) => sample === 0)).toBe(true)
    expect(keyTones('1w2').length).toBe((160 + 500 + 160) * 8)
    expect(keyTones('x').length).toBe(0)
  })
})
