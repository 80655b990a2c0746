/** The transcoder as the bridge uses it: payloads in and out, items that end or are cut off. */
import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { base64Encode } from '../../src/audio/base64.ts'
import { FRAME_BYTES, SILENT_FRAME } from '../../src/audio/frame.ts'
import { muLawDecode, muLawEncode } from '../../src/audio/g711.ts'
import { createTranscoder, type Transcoder } from '../../src/audio/transcoder.ts'
import { readWav } from '../../src/audio/wav.ts'
import {
  idealTripled,
  imageDb,
  logSpectralDistanceDb,
  noise,
  segmentalSnrDb,
  sine,
} from './signals.ts'

const bytesOf = (payload: string): Uint8Array => Uint8Array.fromBase64(payload)

const pcmBytes = (samples: Int16Array): Uint8Array => {
  const view = new DataView(new ArrayBuffer(2 * samples.length))
  samples.forEach((sample, i) => view.setInt16(2 * i, sample, true))
  return new Uint8Array(view.buffer)
}

const pcmOf = (bytes: Uint8Array): Int16Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true))
}

const muLaw = (pcm: Int16Array): Uint8Array => {
  const codes = new Uint8Array(pcm.length)
  muLawEncode(pcm, codes)
  return codes
}

const fromMuLaw = (codes: Uint8Array): Int16Array => {
  const pcm = new Int16Array(codes.length)
  muLawDecode(codes, pcm)
  return pcm
}

const join64 = (payloads: readonly string[]): Uint8Array =>
  Uint8Array.from(payloads.flatMap((payload) => [...bytesOf(payload)]))

/** The payloads of these bytes, cut at these lengths again and again. */
const cut = (bytes: Uint8Array, lengths: readonly number[]): string[] => {
  const payloads: string[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const piece = bytes.slice(at, at + lengths[turn % lengths.length])
    payloads.push(base64Encode(piece))
    at += piece.length
  }
  return payloads
}

/** A whole item in the model's format as the caller hears it. */
const heard = (transcoder: Transcoder, deltas: readonly string[]): Uint8Array =>
  join64([...deltas.map(transcoder.toCaller), transcoder.endOfItem()])

const speech = async (): Promise<Int16Array> => {
  const file = new URL('../fixtures/audio/speech/clip2.wav', import.meta.url)
  return readWav(new Uint8Array(await readFile(file))).channels[0]
}

const cuts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 })

describe('createTranscoder(pcmu)', () => {
  it('hands the caller on as the very same string', () => {
    const transcoder = createTranscoder('pcmu')
    expect(transcoder.toModel('f39/fw==')).toBe('f39/fw==')
  })

  it('hands whole frames of the model on as the very same string', () => {
    const transcoder = createTranscoder('pcmu')
    const delta = base64Encode(muLaw(noise(480, 9000)))
    expect(transcoder.toCaller(delta)).toBe(delta)
    expect(transcoder.endOfItem()).toBe('')
  })

  it('cuts any other delta into whole frames and pads the last of the item', () => {
    const transcoder = createTranscoder('pcmu')
    const codes = muLaw(noise(500, 9000))
    expect(bytesOf(transcoder.toCaller(base64Encode(codes.subarray(0, 100))))).toHaveLength(0)
    expect(bytesOf(transcoder.toCaller(base64Encode(codes.subarray(100, 400)))))
      .toEqual(codes.slice(0, 320))
    expect(bytesOf(transcoder.toCaller(base64Encode(codes.subarray(400)))))
      .toEqual(codes.slice(320, 480))
    const last = new Uint8Array(160).fill(0xff)
    last.set(codes.subarray(480))
    expect(bytesOf(transcoder.endOfItem())).toEqual(last)
    expect(transcoder.endOfItem()).toBe('')
  })

  it('frames a whole-frame delta anew while something is carried', () => {
    const transcoder = createTranscoder('pcmu')
    const codes = muLaw(noise(170, 9000))
    transcoder.toCaller(base64Encode(codes.subarray(0, 10)))
    expect(bytesOf(transcoder.toCaller(base64Encode(codes.subarray(10)))))
      .toEqual(codes.slice(0, 160))
  })

  it('gives the padding that a model left off', () => {
    const transcoder = createTranscoder('pcmu')
    expect(transcoder.toCaller(SILENT_FRAME.replace('==', ''))).toBe(SILENT_FRAME)
  })

  it('counts what is not base64 and lets the caller hear none of it', () => {
    const transcoder = createTranscoder('pcmu')
    expect(transcoder.toCaller('"'.repeat(216))).toBe('')
    expect(transcoder.toCaller(`${SILENT_FRAME}\n`)).toBe('')
    expect(transcoder.rejected).toBe(2)
    expect(transcoder.toCaller(SILENT_FRAME)).toBe(SILENT_FRAME)
    expect(transcoder.rejected).toBe(2)
  })

  it('forgets what is carried when an item is dropped', () => {
    const transcoder = createTranscoder('pcmu')
    transcoder.toCaller(base64Encode(new Uint8Array(100).fill(1)))
    transcoder.dropItem()
    expect(transcoder.endOfItem()).toBe('')
    expect(transcoder.toCaller(SILENT_FRAME)).toBe(SILENT_FRAME)
  })

  it('knows how long a payload lasts', () => {
    const transcoder = createTranscoder('pcmu')
    expect(transcoder.modelMs(SILENT_FRAME)).toBe(20)
    expect(transcoder.modelMs('/w==')).toBe(0.125)
  })
})

describe('createTranscoder(pcm)', () => {
  it('gives the model 24 kHz, three samples of 16 bits for each byte', () => {
    const transcoder = createTranscoder('pcm')
    expect(transcoder.toModel(SILENT_FRAME)).toBe(base64Encode(new Uint8Array(960)))
    expect(bytesOf(transcoder.toModel('/w=='))).toHaveLength(6)
    expect(transcoder.toModel('')).toBe('')
  })

  it('writes little-endian: the loudest code comes out as 7c 7d', () => {
    const transcoder = createTranscoder('pcm')
    transcoder.toModel(base64Encode(new Uint8Array(160).fill(0x80)))
    const bytes = bytesOf(transcoder.toModel(base64Encode(new Uint8Array(160).fill(0x80))))
    expect([...bytes.subarray(4, 6)]).toEqual([0x7c, 0x7d])
  })

  it('gives the caller only whole frames', () => {
    const transcoder = createTranscoder('pcm')
    expect(transcoder.toCaller(base64Encode(new Uint8Array(954)))).toBe('')
    expect(transcoder.toCaller(base64Encode(new Uint8Array(2)))).toBe(SILENT_FRAME)
    expect(transcoder.toCaller('')).toBe('')
    const delta = base64Encode(pcmBytes(noise(480 * 7 + 100, 9000)))
    expect(bytesOf(transcoder.toCaller(delta))).toHaveLength(7 * 160)
  })

  it('gives the model the same audio however the caller is cut', () => {
    const codes = muLaw(noise(3000, 20000))
    const whole = bytesOf(createTranscoder('pcm').toModel(base64Encode(codes)))
    fc.assert(
      fc.property(cuts, (lengths) => {
        const transcoder = createTranscoder('pcm')
        expect(join64(cut(codes, lengths).map(transcoder.toModel))).toEqual(whole)
      }),
      { numRuns: 30 },
    )
  })

  it('gives the caller the same audio however the model cuts, even inside a sample', () => {
    const bytes = pcmBytes(noise(9001, 20000))
    const whole = heard(createTranscoder('pcm'), [base64Encode(bytes)])
    fc.assert(
      fc.property(cuts, (lengths) => {
        expect(heard(createTranscoder('pcm'), cut(bytes, lengths))).toEqual(whole)
      }),
      { numRuns: 30 },
    )
  })

  it('lets the end of an item out of the filter, to the last sample', () => {
    const item = new Int16Array(480)
    item[479] = 32767 // 479 + 47 is nearest to sample 175 of the telephone, in the second frame
    const bytes = heard(createTranscoder('pcm'), [base64Encode(pcmBytes(item))])
    const samples = fromMuLaw(bytes)
    expect(samples).toHaveLength(320)
    expect(samples.indexOf(Math.max(...samples))).toBe(175)
    expect([...bytes.subarray(192)]).toEqual(new Array(128).fill(0xff))
  })

  it('says nothing at the end of an item that said nothing', () => {
    const transcoder = createTranscoder('pcm')
    expect(transcoder.endOfItem()).toBe('')
    transcoder.toCaller('AA==')
    expect(transcoder.endOfItem()).toBe('')
    transcoder.toCaller('AAA=')
    expect(transcoder.endOfItem()).toBe(SILENT_FRAME)
    expect(transcoder.endOfItem()).toBe('')
  })

  it.each<[string, (transcoder: Transcoder) => unknown]>([
    ['ended', (transcoder) => transcoder.endOfItem()],
    ['dropped', (transcoder) => transcoder.dropItem()],
  ])('lets nothing of an item that was %s be heard in the next', (_, finish) => {
    const next = [base64Encode(pcmBytes(noise(1000, 20000)))]
    const fresh = heard(createTranscoder('pcm'), next)
    for (const length of [1, 2, 3, 957, 961, 1444]) {
      const transcoder = createTranscoder('pcm')
      transcoder.toCaller(base64Encode(new Uint8Array(length).fill(0x77)))
      finish(transcoder)
      expect(heard(transcoder, next), `${length} bytes`).toEqual(fresh)
    }
  })

  it('leaves the way to the model alone when an item is dropped', () => {
    const codes = muLaw(noise(320, 20000))
    const expected = bytesOf(createTranscoder('pcm').toModel(base64Encode(codes)))
    const transcoder = createTranscoder('pcm')
    const first = transcoder.toModel(base64Encode(codes.subarray(0, 160)))
    transcoder.dropItem()
    const second = transcoder.toModel(base64Encode(codes.subarray(160)))
    expect(join64([first, second])).toEqual(expected)
  })

  it('counts what is not base64, both ways, and goes on as if it had not come', () => {
    const bytes = pcmBytes(noise(961, 20000))
    const [before, after] = [base64Encode(bytes.slice(0, 961)), base64Encode(bytes.slice(961))]
    const transcoder = createTranscoder('pcm')
    const frames = [before, '!!!!', 'A', after].map(transcoder.toCaller)
    expect(frames[1] + frames[2]).toBe('')
    expect(join64([...frames, transcoder.endOfItem()]))
      .toEqual(heard(createTranscoder('pcm'), [before, after]))
    expect(transcoder.toModel('{"event":"media"}')).toBe('')
    expect(transcoder.rejected).toBe(3)
  })

  it('knows how long a payload lasts', () => {
    const transcoder = createTranscoder('pcm')
    expect(transcoder.modelMs(base64Encode(new Uint8Array(960)))).toBe(20)
    expect(transcoder.modelMs('AAA=')).toBeCloseTo(1 / 24, 10)
  })

  it('holds a model that shouts at full scale', () => {
    const square = Int16Array.from({ length: 4800 }, (_, i) => (i % 240 < 120 ? 32767 : -32768))
    const samples = fromMuLaw(heard(createTranscoder('pcm'), [base64Encode(pcmBytes(square))]))
    for (let i = 40; i < 1600; i++) {
      const [before, after] = [square[3 * i - 50], square[3 * i - 44]]
      if (before === after) expect(Math.sign(samples[i])).toBe(Math.sign(before))
    }
  })

  it('puts a tone of the model 30 dB over the noise that mu-law itself makes', () => {
    const tone = sine({ frequencyHz: 1000, sampleRateHz: 24000, peak: 16384, length: 24000 })
    const samples = fromMuLaw(heard(createTranscoder('pcm'), [base64Encode(pcmBytes(tone))]))
    const ideal = Float64Array.from(
      samples,
      (_, i) => 16384 * Math.sin(2 * Math.PI * (3 * i - 47) / 24),
    )
    expect(segmentalSnrDb(samples.subarray(160, 7840), ideal.subarray(160, 7840), 8000))
      .toBeGreaterThan(30)
  })
})

describe('speech', () => {
  it('reaches the model as if ideally interpolated', { timeout: 20_000 }, async () => {
    const codes = muLaw(await speech())
    const transcoder = createTranscoder('pcm')
    const given = pcmOf(join64(cut(codes, [FRAME_BYTES]).map(transcoder.toModel))).subarray(47)
    const ideal = idealTripled(fromMuLaw(codes))
    expect(segmentalSnrDb(given, ideal, 24000)).toBeGreaterThan(40)
    expect(logSpectralDistanceDb(given, ideal)).toBeLessThan(0.1)
    expect(imageDb(given)).toBeLessThan(-75)
  })

  it('comes back from the loop to the model and out again as it was', async () => {
    const codes = muLaw(await speech())
    const transcoder = createTranscoder('pcm')
    const wide = join64(cut(codes, [FRAME_BYTES]).map(transcoder.toModel))
    // With two samples of silence first, both ways delay by 96 at 24 kHz: 32 at 8 kHz.
    const deltas = cut(Uint8Array.from([0, 0, 0, 0, ...wide]), [4801, 960, 333])
    const back = heard(transcoder, deltas).subarray(32)
    const same = codes.filter((code, i) => code === back[i]).length
    expect(same / codes.length).toBeGreaterThan(0.8)
    expect(segmentalSnrDb(fromMuLaw(back), fromMuLaw(codes), 8000)).toBeGreaterThan(40)
  })
})
