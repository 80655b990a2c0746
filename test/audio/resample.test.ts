/** The resamplers against the textbook, on the measuring bench, and cut in every way. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDownsampler, createUpsampler } from '../../src/audio/resample.ts'
import { noise, sha256, sinadDb, sine } from './signals.ts'
import { expandedTaps } from './taps.ts'

const up = (input: Int16Array): Int16Array => {
  const output = new Int16Array(3 * input.length)
  createUpsampler().process(input, output)
  return output
}

const down = (input: Int16Array): Int16Array => {
  const output = new Int16Array(Math.ceil(input.length / 3))
  createDownsampler().process(input, output)
  return output
}

/** What a resampler gives for the input in pieces of these lengths, over and over to the end. */
const inPieces = (
  resampler: ReturnType<typeof createUpsampler>,
  input: Int16Array,
  lengths: readonly number[],
): Int16Array => {
  const output: number[] = []
  const room = new Int16Array(3 * Math.max(...lengths))
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const piece = input.subarray(at, at + lengths[turn % lengths.length])
    output.push(...room.subarray(0, resampler.process(piece, room)))
    at += piece.length
  }
  return Int16Array.from(output)
}

const taps = expandedTaps()

/** The sample `n` of the input at 24 kHz after the filter, not rounded. */
const filtered = (at: (n: number) => number, n: number): number =>
  taps.reduce((sum, tap, k) => sum + tap * at(n - k), 0)

const pieces = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 8 })

const HALF_SCALE_3_DB_DOWN = 23197

describe('createUpsampler()', () => {
  it('computes what the 95 taps over zero-stuffed samples give, rounded', () => {
    const input = noise(700, 20000)
    const stuffed = (n: number) => (n >= 0 && n % 3 === 0 ? 3 * input[n / 3] : 0)
    up(input).forEach((sample, n) => {
      expect(Math.abs(sample - filtered(stuffed, n))).toBeLessThan(0.500001)
    })
  })

  it('copies every third sample as it is, 15 samples of the telephone later', () => {
    const input = noise(1000, 32767)
    const output = up(input)
    const copies = Int16Array.from({ length: 985 }, (_, i) => output[3 * (i + 15) + 2])
    expect(copies).toEqual(input.subarray(0, 985))
  })

  it('delays by exactly 47 samples at 24 kHz', () => {
    const impulse = new Int16Array(40)
    impulse[0] = 32767
    const output = up(impulse)
    expect(output.indexOf(32767)).toBe(47)
    for (let k = 1; k <= 47; k++) expect(output[47 + k]).toBe(output[47 - k])
    expect(output.subarray(95).every((sample) => sample === 0)).toBe(true)
  })

  it('keeps a sine in the telephone band 78 dB over everything else', { timeout: 20_000 }, () => {
    for (let frequencyHz = 100; frequencyHz <= 3400; frequencyHz += 100) {
      const tone = { frequencyHz, sampleRateHz: 8000, peak: HALF_SCALE_3_DB_DOWN, length: 2400 }
      const settled = up(sine(tone)).subarray(200)
      expect(sinadDb(settled, frequencyHz, 24000), `${frequencyHz} Hz`).toBeGreaterThan(78)
    }
  })

  it('gives the same samples however the input is cut', () => {
    const input = noise(4000, 32767)
    const whole = up(input)
    fc.assert(fc.property(pieces, (lengths) => {
      expect(inPieces(createUpsampler(), input, lengths)).toEqual(whole)
    }))
  })

  it('holds at full scale instead of wrapping to the other side', () => {
    const square = Int16Array.from({ length: 480 }, (_, i) => (i % 40 < 20 ? 32767 : -32768))
    const output = up(square)
    expect([Math.max(...output), Math.min(...output)]).toEqual([32767, -32768])
    for (let i = 3 * 100; i < output.length; i++) {
      const [before, after] = [square[Math.floor(i / 3) - 16], square[Math.floor(i / 3) - 15]]
      if (before === after) expect(Math.sign(output[i])).toBe(Math.sign(before))
    }
  })

  it('writes three samples for each one and not one more', () => {
    const output = new Int16Array(9).fill(7)
    expect(createUpsampler().process(new Int16Array(1), output)).toBe(3)
    expect([...output]).toEqual([0, 0, 0, 7, 7, 7, 7, 7, 7])
    expect(createUpsampler().process(new Int16Array(0), output)).toBe(0)
  })

  it('starts anew after reset()', () => {
    const upsampler = createUpsampler()
    upsampler.process(noise(333, 32767), new Int16Array(999))
    upsampler.reset()
    const input = noise(100, 9000)
    expect(inPieces(upsampler, input, [100])).toEqual(up(input))
  })

  it('gives the same bits on every runtime', async () => {
    const output = up(noise(8000, 32767))
    expect(await sha256(new Uint8Array(output.slice().buffer))).toBe(
      '807add66b4200450b02c8e7103da6452e3f2f91a0280ef1452e79eb509f3ba48',
    )
  })
})

describe('createDownsampler()', () => {
  it('computes what the 95 taps give at every third sample, rounded', () => {
    const input = noise(2000, 20000)
    down(input).forEach((sample, i) => {
      expect(Math.abs(sample - filtered((n) => input[n] ?? 0, 3 * i))).toBeLessThan(0.500001)
    })
  })

  it('delays by exactly 47 samples at 24 kHz', () => {
    const outputOf = (at: number) => {
      const impulse = new Int16Array(300)
      impulse[at] = 30000
      return down(impulse)
    }
    // 1 + 47 is three times 16; the other two phases mirror each other about the same delay.
    expect([outputOf(1).indexOf(10000), Math.max(...outputOf(1))]).toEqual([16, 10000])
    const [early, late] = [outputOf(0), outputOf(2)]
    for (let i = 0; i <= 32; i++) expect(early[i]).toBe(late[32 - i])
    expect(early.subarray(33).every((sample) => sample === 0)).toBe(true)
  })

  it('keeps a sine in the telephone band 90 dB over everything else', { timeout: 20_000 }, () => {
    for (let frequencyHz = 100; frequencyHz <= 3400; frequencyHz += 100) {
      const tone = { frequencyHz, sampleRateHz: 24000, peak: HALF_SCALE_3_DB_DOWN, length: 7200 }
      const settled = down(sine(tone)).subarray(70)
      expect(sinadDb(settled, frequencyHz, 8000), `${frequencyHz} Hz`).toBeGreaterThan(90)
    }
  })

  it('takes tones that would fold into the telephone band 80 dB down', { timeout: 20_000 }, () => {
    for (let frequencyHz = 4600; frequencyHz <= 11900; frequencyHz += 100) {
      const tone = { frequencyHz, sampleRateHz: 24000, peak: HALF_SCALE_3_DB_DOWN, length: 7200 }
      const alias = down(sine(tone)).subarray(70)
      const rms = Math.hypot(...alias) / Math.sqrt(alias.length)
      const db = 20 * Math.log10(rms / (HALF_SCALE_3_DB_DOWN / Math.SQRT2))
      expect(db, `${frequencyHz} Hz`).toBeLessThan(-80)
    }
  })

  it('gives the same samples however the input is cut, also inside a group of three', () => {
    const input = noise(12001, 32767)
    const whole = down(input)
    fc.assert(fc.property(pieces, (lengths) => {
      expect(inPieces(createDownsampler(), input, lengths)).toEqual(whole)
    }))
  })

  it('holds at full scale instead of wrapping to the other side', () => {
    const square = Int16Array.from({ length: 1440 }, (_, i) => (i % 120 < 60 ? 32767 : -32768))
    const output = down(square)
    expect([Math.max(...output), Math.min(...output)]).toEqual([32767, -32768])
    for (let i = 40; i < output.length; i++) {
      const [before, after] = [square[3 * i - 47 - 3], square[3 * i - 47 + 3]]
      if (before === after) expect(Math.sign(output[i])).toBe(Math.sign(before))
    }
  })

  it('writes a third of the input, counted over all that went in', () => {
    const downsampler = createDownsampler()
    const output = new Int16Array(4).fill(7)
    const counts = [1, 1, 1, 1, 5, 0, 3].map((length) =>
      downsampler.process(new Int16Array(length), output)
    )
    expect(counts).toEqual([1, 0, 0, 1, 1, 0, 1])
    expect([...output]).toEqual([0, 7, 7, 7])
  })

  it('starts anew after reset(), at the first of three', () => {
    const downsampler = createDownsampler()
    downsampler.process(noise(334, 32767), new Int16Array(112))
    downsampler.reset()
    const input = noise(100, 9000)
    expect(inPieces(downsampler, input, [100])).toEqual(down(input))
  })

  it('gives the same bits on every runtime', async () => {
    const output = down(noise(24000, 32767))
    expect(await sha256(new Uint8Array(output.slice().buffer))).toBe(
      '4960dbf6e2e8a31def80efb0175eac4a81f6de26f532b06f1cf4e919a12ad77f',
    )
  })
})

describe('up and down again', () => {
  it('is the same signal 31 samples later when the way down starts one sample late', () => {
    const input = sine({ frequencyHz: 1000, sampleRateHz: 8000, peak: 20000, length: 1600 })
    const back = down(up(input).subarray(1))
    for (let i = 100; i < back.length; i++) {
      expect(Math.abs(back[i] - input[i - 31])).toBeLessThanOrEqual(10)
    }
  })
})
