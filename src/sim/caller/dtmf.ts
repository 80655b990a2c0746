/**
 * The keys in a piece of sound: what a telephone menu at the other end would take for pressed.
 *
 * A key is two tones at once, one of each group, and nothing else near as loud. https://www.itu.int/rec/T-REC-Q.23
 */

const LOW_HZ = [697, 770, 852, 941]
const HIGH_HZ = [1209, 1336, 1477, 1633]
const KEYS = ['123A', '456B', '789C', '*0#D']

const RATE_HZ = 8000
/** 20 ms: three of them fit into the shortest tone that counts (Q.24 asks for 40 ms). */
const WINDOW = 160
/** A tone that lasts this many windows is a key. */
const SHORTEST_WINDOWS = 2
/** Both tones together hold nearly all the energy; speech that hits two of them by chance does not. */
const PURITY = 0.8
/** Softer is no key: -36 dBFS. */
const QUIETEST = (32768 * 0.016) ** 2
/** How much louder one tone of a key may be than the other: 8 dB. */
const TWIST = 6.3

/** Gives the keys in 8 kHz sound, in order: `12#`. */
export const keysIn = (pcm: Int16Array): string => {
  let keys = ''
  let current = ''
  let windows = 0
  for (let at = 0; at + WINDOW <= pcm.length; at += WINDOW) {
    const key = keyIn(pcm.subarray(at, at + WINDOW))
    windows = key === current ? windows + 1 : 1
    current = key
    if (key !== '' && windows === SHORTEST_WINDOWS) keys += key
  }
  return keys
}

const keyIn = (window: Int16Array): string => {
  const energy = window.reduce((sum, sample) => sum + sample * sample, 0) / window.length
  if (energy < QUIETEST) return ''
  const low = loudest(window, LOW_HZ)
  const high = loudest(window, HIGH_HZ)
  const isPure = low.energy + high.energy >= PURITY * energy
  const isEven = low.energy < TWIST * high.energy && high.energy < TWIST * low.energy
  return isPure && isEven ? KEYS[low.index][high.index] : ''
}

const loudest = (window: Int16Array, frequencies: readonly number[]) =>
  frequencies
    .map((frequencyHz, index) => ({ index, energy: energyAt(window, frequencyHz) }))
    .reduce((best, next) => next.energy > best.energy ? next : best)

/** Mean energy of one frequency in a window. https://en.wikipedia.org/wiki/Goertzel_algorithm */
const energyAt = (window: Int16Array, frequencyHz: number): number => {
  const factor = 2 * Math.cos(2 * Math.PI * frequencyHz / RATE_HZ)
  let last = 0
  let before = 0
  for (const sample of window) {
    const now = sample + factor * last - before
    before = last
    last = now
  }
  const power = last * last + before * before - factor * last * before
  return 2 * power / window.length ** 2
}
