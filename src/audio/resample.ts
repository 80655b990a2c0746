/**
 * Between the telephone's 8 kHz and the model's 24 kHz, as streams: how the audio is cut into
 * pieces never shows.
 *
 * A resampler that starts afresh on each frame clicks 50 times a second, and one that interpolates
 * linearly puts mirror images of the voice at -9 dB. Sums run in double precision and in a fixed
 * order, so that the output is the same, bit for bit, on every runtime.
 */
import { GROUP_DELAY, TAP_COUNT, TAP_PAIRS } from './filter-coefficients.ts'

/** One stream with the past it needs; it allocates nothing as it goes. */
export type Resampler = Readonly<{
  /** Writes what `input` gives to the start of `output` and returns how many samples that is. */
  process: (input: Int16Array, output: Int16Array) => number
  /** Forgets all that went in. */
  reset: () => void
}>

/** Makes a stream from 8 to 24 kHz: three samples out for each one in, 47/24000 s later. */
export const createUpsampler = (): Resampler => {
  const line = new Float64Array(UP_HISTORY + BLOCK + 1)
  return {
    process: (input, output) => {
      for (let done = 0; done < input.length; done += BLOCK) {
        const count = Math.min(BLOCK, input.length - done)
        for (let i = 0; i < count; i++) line[UP_HISTORY + i] = input[done + i]
        interpolate(line, count, output, 3 * done)
        line.copyWithin(0, count, count + UP_HISTORY)
      }
      return 3 * input.length
    },
    reset: () => {
      line.fill(0)
    },
  }
}

/**
 * Makes a stream from 24 to 8 kHz: the first sample in gives the first one out, then every third,
 * 47/24000 s later. `output` needs room for a third of the input, rounded up.
 */
export const createDownsampler = (): Resampler => {
  const line = new Float64Array(DOWN_HISTORY + BLOCK + 3)
  let skip = 0
  return {
    process: (input, output) => {
      let written = 0
      for (let done = 0; done < input.length; done += BLOCK) {
        const count = Math.min(BLOCK, input.length - done)
        for (let i = 0; i < count; i++) line[DOWN_HISTORY + i] = input[done + i]
        const due = Math.ceil((count - skip) / 3)
        decimate(line, skip, due, output, written)
        written += due
        skip += 3 * due - count
        line.copyWithin(0, count, count + DOWN_HISTORY)
      }
      return written
    },
    reset: () => {
      line.fill(0)
      skip = 0
    },
  }
}

/** Samples taken at a time; longer input goes in several rounds, and the state stays small. */
const BLOCK = 480

/** Earlier samples that still count when a new one comes. */
const UP_HISTORY = 31
const DOWN_HISTORY = TAP_COUNT - 1

/** How many 8 kHz samples lie between the newest one and the one that is copied. */
const COPY_LAG = (GROUP_DELAY - 2) / 3

const PAIR_COUNT = TAP_PAIRS.length

/**
 * Two of three outputs have taps that mirror each other. Their half sum needs only the even part of
 * the taps and their half difference only the odd part, which is half the products; the factor of 3
 * makes up for the zeros between the samples.
 */
const EVEN = Float64Array.from(TAP_PAIRS, ([first, second]) => (3 * (first + second)) / 2)
const ODD = Float64Array.from(TAP_PAIRS, ([first, second]) => (3 * (first - second)) / 2)

/**
 * Two inputs at a time, this one and the next: what is near to one was near to the other a step
 * before, so a sample is read once for both. After the last input of an odd count there is no next;
 * what was summed up for it from old memory is not written.
 */
const interpolate = (line: Float64Array, count: number, output: Int16Array, from: number): void => {
  for (let i = 0; i < count; i += 2) {
    const newest = i + UP_HISTORY
    let even = 0
    let odd = 0
    let nextEven = 0
    let nextOdd = 0
    let far = line[i]
    let nextNear = line[newest + 1]
    for (let j = 0; j < PAIR_COUNT; j++) {
      const near = line[newest - j]
      const nextFar = line[i + 1 + j]
      even += EVEN[j] * (near + far)
      odd += ODD[j] * (near - far)
      nextEven += EVEN[j] * (nextNear + nextFar)
      nextOdd += ODD[j] * (nextNear - nextFar)
      far = nextFar
      nextNear = near
    }
    const at = from + 3 * i
    writeThree(output, at, even, odd, line[newest - COPY_LAG])
    if (i + 1 < count) writeThree(output, at + 3, nextEven, nextOdd, line[newest + 1 - COPY_LAG])
  }
}

const writeThree = (
  output: Int16Array,
  at: number,
  even: number,
  odd: number,
  copy: number,
): void => {
  output[at] = saturate(even + odd)
  output[at + 1] = saturate(even - odd)
  output[at + 2] = copy
}

/** The taps before the centre, without the zeros, in one row. */
const TAPS = Float64Array.from(TAP_PAIRS.flat())

/**
 * Two outputs at a time, as above. `low` and `high` walk from both ends of the filter, where one
 * tap serves two samples, to its centre, and step over every third sample, whose tap is zero.
 */
const decimate = (
  line: Float64Array,
  skip: number,
  count: number,
  output: Int16Array,
  from: number,
): void => {
  for (let i = 0; i < count; i += 2) {
    const oldest = skip + 3 * i
    let low = oldest + 3
    let high = oldest + DOWN_HISTORY
    let sum = line[oldest + GROUP_DELAY] / 3
    let nextSum = line[low + GROUP_DELAY] / 3
    let low0 = line[oldest]
    let low1 = line[oldest + 1]
    let nextHigh0 = line[high + 3]
    let nextHigh1 = line[high + 2]
    for (let j = 0; j < 2 * PAIR_COUNT; j += 2, low += 3, high -= 3) {
      const high0 = line[high]
      const high1 = line[high - 1]
      const nextLow0 = line[low]
      const nextLow1 = line[low + 1]
      sum += TAPS[j] * (high0 + low0) + TAPS[j + 1] * (high1 + low1)
      nextSum += TAPS[j] * (nextHigh0 + nextLow0) + TAPS[j + 1] * (nextHigh1 + nextLow1)
      low0 = nextLow0
      low1 = nextLow1
      nextHigh0 = high0
      nextHigh1 = high1
    }
    output[from + i] = saturate(sum)
    if (i + 1 < count) output[from + i + 1] = saturate(nextSum)
  }
}

/** Rounds half up, and holds at full scale what overshoots, instead of wrapping it round. */
const saturate = (value: number): number => {
  if (value >= 32767) return 32767
  if (value <= -32768) return -32768
  return ((value + 32768.5) | 0) - 32768
}
