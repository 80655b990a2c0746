/** Signals to feed in and measures to take, as on a telephone engineer's bench. */

/** A rounded sine of `length` samples. */
export const sine = (
  { frequencyHz, sampleRateHz, peak, length }: Record<
    'frequencyHz' | 'sampleRateHz' | 'peak' | 'length',
    number
  >,
): Int16Array =>
  Int16Array.from(
    { length },
    (_, i) => Math.round(peak * Math.sin((2 * Math.PI * frequencyHz * i) / sampleRateHz)),
  )

/** Noise between -`peak` and `peak` by integers alone, so that it is the same everywhere. */
export const noise = (length: number, peak: number): Int16Array => {
  let state = 1
  return Int16Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >> 16) % (peak + 1)
  })
}

/** Energy of the best fitting sine of a known frequency over that of all the rest, in dB. */
export const sinadDb = (signal: Int16Array, frequencyHz: number, sampleRateHz: number): number => {
  const step = (2 * Math.PI * frequencyHz) / sampleRateHz
  let [ss, sc, cc, xs, xc] = [0, 0, 0, 0, 0]
  signal.forEach((x, i) => {
    const [s, c] = [Math.sin(step * i), Math.cos(step * i)]
    ss += s * s
    sc += s * c
    cc += c * c
    xs += x * s
    xc += x * c
  })
  const determinant = ss * cc - sc * sc
  const [a, b] = [(xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant]
  let [wanted, rest] = [0, 0]
  signal.forEach((x, i) => {
    const fit = a * Math.sin(step * i) + b * Math.cos(step * i)
    wanted += fit * fit
    rest += (x - fit) ** 2
  })
  return 10 * Math.log10(wanted / rest)
}

/** Signal to noise in 20 ms segments, in dB, averaged over those louder than -50 dBFS. */
export const segmentalSnrDb = (
  signal: Int16Array,
  reference: ArrayLike<number>,
  sampleRateHz: number,
): number => {
  const length = sampleRateHz / 50
  const snrs: number[] = []
  for (let from = 0; from + length <= signal.length; from += length) {
    let [wanted, error] = [0, 0]
    for (let i = from; i < from + length; i++) {
      wanted += reference[i] ** 2
      error += (signal[i] - reference[i]) ** 2
    }
    if (wanted / length > 100 ** 2) snrs.push(10 * Math.log10(wanted / Math.max(error, 1)))
  }
  return mean(snrs)
}

/**
 * Tripled in rate by a sinc 161 samples wide under a Blackman window, 64-bit, no delay: nothing in
 * common with the product's filter but the theory.
 */
export const idealTripled = (signal: Int16Array): Float64Array => {
  const kernel = Float64Array.from({ length: 3 * 161 }, (_, k) => blackmanSinc((k - 241) / 3))
  return Float64Array.from({ length: 3 * signal.length }, (_, n) => {
    const last = Math.min(signal.length - 1, Math.floor((n + 241) / 3))
    let sum = 0
    for (let m = Math.max(0, Math.ceil((n - 241) / 3)); m <= last; m++) {
      sum += signal[m] * kernel[n - 3 * m + 241]
    }
    return sum
  })
}

const blackmanSinc = (x: number): number => {
  const turn = (Math.PI * x) / 81
  const window = 0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn)
  return x === 0 ? 1 : (window * Math.sin(Math.PI * x)) / (Math.PI * x)
}

/** Power in each bin of 50 Hz, in 20 ms pieces under a Hann window, of a signal at 24 kHz. */
export const spectra24k = (signal: ArrayLike<number>): Float64Array[] => {
  const size = 480
  const wave = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size))
  const pieces: Float64Array[] = []
  for (let from = 0; from + size <= signal.length; from += size) {
    const piece = wave.map((value, i) => signal[from + i] * (0.5 - value / 2))
    pieces.push(Float64Array.from({ length: size / 2 }, (_, bin) => {
      let [re, im] = [0, 0]
      for (let i = 0; i < size; i++) {
        re += piece[i] * wave[(bin * i) % size]
        im += piece[i] * wave[(bin * i + size / 4) % size]
      }
      return re * re + im * im
    }))
  }
  return pieces
}

/** Energy from 4.6 kHz up over that below, in dB: the mirror images that interpolation leaves. */
export const imageDb = (signal: ArrayLike<number>): number => {
  let [voice, images] = [0, 0]
  for (const power of spectra24k(signal)) {
    power.forEach((value, bin) => bin < 92 ? voice += value : images += value)
  }
  return 10 * Math.log10(images / voice)
}

/** How far two spectra lie apart from 100 Hz to 3.4 kHz: root mean square in dB, of loud pieces. */
export const logSpectralDistanceDb = (
  signal: ArrayLike<number>,
  reference: ArrayLike<number>,
): number => {
  const wanted = spectra24k(reference)
  const distances = spectra24k(signal).flatMap((power, piece) => {
    if (wanted[piece].reduce((sum, value) => sum + value) < 1e10) return []
    const squares = Array.from(
      power.subarray(2, 69),
      (value, i) => (10 * Math.log10((value + 1) / (wanted[piece][i + 2] + 1))) ** 2,
    )
    return [Math.sqrt(mean(squares))]
  })
  return mean(distances)
}

const mean = (values: readonly number[]): number => {
  if (values.length === 0) {
    throw new Error('Cannot take the mean of nothing: the signal is too short')
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The SHA-256 of some bytes, in hex. */
export const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex()
