/**
 * What the built-in model understands of a caller: it has no speech recognition, but knows the
 * clips it ships with by heart and tells them by the rise and fall of their loudness, which
 * survives mu-law, resampling and another volume.
 */
import type { Clip } from './clips.ts'
import { curveOf, speechIn } from './levels.ts'
import { type Sound, soundMs } from './sound.ts'

/**
 * How alike the loudness of two sounds must be: 1 is equal. A clip over a bad line keeps 0.93, two
 * clips reach 0.53.
 */
const ALIKE = 0.88

/** How far a sound may be shifted against a clip, in steps of 20 ms. */
const MAX_SHIFT = 8

/**
 * Gives the text of the clip that is heard, else how long the speech was: `(2.4 s of speech)`.
 * Empty for silence.
 */
export const transcribe = (heard: Sound, clips: readonly Clip[]): string => {
  const spokenMs = soundMs(speechIn(heard))
  if (spokenMs === 0) return ''
  const curve = curveOf(heard)
  const best = clips
    .map((clip) => ({ clip, likeness: likeness(curve, clip.curve) }))
    .reduce<Candidate>((best, next) => next.likeness > best.likeness ? next : best, { likeness: 0 })
  if (best.clip && best.likeness >= ALIKE) return best.clip.text
  return `(${(spokenMs / 1000).toFixed(1)} s of speech)`
}

type Candidate = Readonly<{ clip?: Clip; likeness: number }>

/**
 * Compares two loudness curves at the shift where they fit best: the correlation, 0 when their
 * lengths differ much.
 */
const likeness = (heard: readonly number[], known: readonly number[]): number => {
  if (Math.abs(heard.length - known.length) > MAX_SHIFT) return 0
  let best = 0
  for (let shift = -MAX_SHIFT; shift <= MAX_SHIFT; shift++) {
    const from = Math.max(0, shift)
    const to = Math.min(heard.length, known.length + shift)
    if (to - from < 10) continue
    best = Math.max(best, correlation(heard.slice(from, to), known.slice(from - shift, to - shift)))
  }
  return best
}

/** Pearson's correlation coefficient of two series of one length; 0 when either does not vary. */
const correlation = (a: readonly number[], b: readonly number[]): number => {
  const meanA = mean(a)
  const meanB = mean(b)
  let product = 0
  let squaresA = 0
  let squaresB = 0
  for (let i = 0; i < a.length; i++) {
    product += (a[i] - meanA) * (b[i] - meanB)
    squaresA += (a[i] - meanA) ** 2
    squaresB += (b[i] - meanB) ** 2
  }
  return squaresA * squaresB === 0 ? 0 : product / Math.sqrt(squaresA * squaresB)
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
