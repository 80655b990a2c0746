/** WAV files as they should be, as they are, and as they must not be. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWav, WavError, writeWav } from '../../src/audio/wav.ts'

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0))
const u16 = (value: number): number[] => [value & 0xff, value >> 8]
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)]

const chunk = (tag: string, body: readonly number[]): number[] => [
  ...ascii(tag),
  ...u32(body.length),
  ...body,
  ...(body.length % 2 ? [0] : []),
]

const riff = (...chunks: readonly number[][]): Uint8Array => {
  const body = [...ascii('WAVE'), ...chunks.flat()]
  return Uint8Array.from([...ascii('RIFF'), ...u32(body.length), ...body])
}

const format = (
  { tag = 1, channels = 1, rateHz = 8000, bits = 16, extra = [] as readonly number[] },
): number[] => {
  const frameBytes = (channels * bits) / 8
  const body = [u16(tag), u16(channels), u32(rateHz), u32(rateHz * frameBytes)]
  return chunk('fmt ', [...body.flat(), ...u16(frameBytes), ...u16(bits), ...extra])
}

const errorCode = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof WavError) return error.code
    throw error
  }
  return 'none'
}

const samplesOf = (bytes: Uint8Array): number[][] =>
  readWav(bytes).channels.map((channel) => [...channel])

describe('readWav()', () => {
  it('reads 16-bit PCM', () => {
    const wav = riff(format({ rateHz: 24000 }), chunk('data', [0x01, 0x02, 0xff, 0xff, 0x00, 0x80]))
    expect(readWav(wav)).toEqual({
      sampleRateHz: 24000,
      channels: [Int16Array.of(0x0201, -1, -32768)],
    })
  })

  it('reads 8-bit PCM, which has no sign', () => {
    const wav = riff(format({ bits: 8 }), chunk('data', [0, 127, 128, 255]))
    expect(samplesOf(wav)).toEqual([[-32768, -256, 0, 32512]])
  })

  it('reads mu-law and A-law', () => {
    expect(samplesOf(riff(format({ tag: 7, bits: 8 }), chunk('data', [0xff, 0x80, 0x00]))))
      .toEqual([[0, 32124, -32124]])
    expect(samplesOf(riff(format({ tag: 6, bits: 8 }), chunk('data', [0xd5, 0xaa, 0x2a]))))
      .toEqual([[8, 32256, -32256]])
  })

  it('reads the extensible format, whose real one is in its GUID', () => {
    const extra = [...u16(22), ...u16(16), ...u32(4), ...u16(1), 0, 0, 0, 0, 16, 0, 128, 0, 0]
    const wav = riff(format({ tag: 0xfffe, extra }), chunk('data', [5, 0]))
    expect(samplesOf(wav)).toEqual([[5]])
  })

  it('takes channels apart', () => {
    const wav = riff(
      format({ channels: 3, bits: 8 }),
      chunk('data', [128, 129, 130, 131, 132, 133]),
    )
    expect(samplesOf(wav)).toEqual([[0, 768], [256, 1024], [512, 1280]])
  })

  it('leaves out a last instant that not all channels have, and half a sample', () => {
    const wav = riff(format({ channels: 2 }), chunk('data', [1, 0, 2, 0, 3, 0, 4]))
    expect(samplesOf(wav)).toEqual([[1], [2]])
  })

  it('skips chunks it does not know, with their padding byte', () => {
    const wav = riff(
      chunk('LIST', [1, 2, 3]),
      format({ extra: [0, 0] }),
      chunk('fact', [1, 0, 0, 0]),
      chunk('data', [7, 0]),
      chunk('id3 ', [9]),
    )
    expect(samplesOf(wav)).toEqual([[7]])
  })

  it('takes the first when a chunk comes twice', () => {
    const wav = riff(format({}), chunk('data', [7, 0]), format({ bits: 8 }), chunk('data', [9, 0]))
    expect(samplesOf(wav)).toEqual([[7]])
  })

  it('reads to the end of the file when the data claims to be longer, as from a pipe', () => {
    const head = riff(format({}))
    const wav = Uint8Array.from([...head, ...ascii('data'), ...u32(0xffffffff), 1, 0, 2, 0])
    expect(samplesOf(wav)).toEqual([[1, 2]])
  })

  it('reads a view into the middle of other bytes', () => {
    const wav = riff(format({}), chunk('data', [7, 0]))
    const around = new Uint8Array(wav.length + 20).fill(99)
    around.set(wav, 11)
    expect(samplesOf(around.subarray(11, 11 + wav.length))).toEqual([[7]])
  })

  it('reads a file without a single sample', () => {
    expect(samplesOf(riff(format({ channels: 2 }), chunk('data', [])))).toEqual([[], []])
  })

  it('says by a code what is wrong', () => {
    const data = chunk('data', [1, 0])
    const codes = {
      empty: errorCode(() => readWav(new Uint8Array(0))),
      text: errorCode(() => readWav(Uint8Array.from(ascii('<html>not found</html>')))),
      aiff: errorCode(() => readWav(Uint8Array.from(ascii('RIFF    AIFF')))),
      noFormat: errorCode(() => readWav(riff(data))),
      shortFormat: errorCode(() => readWav(riff(chunk('fmt ', [1, 0, 1, 0]), data))),
      noChannels: errorCode(() => readWav(riff(format({ channels: 0 }), data))),
      noRate: errorCode(() => readWav(riff(format({ rateHz: 0 }), data))),
      noData: errorCode(() => readWav(riff(format({})))),
      float: errorCode(() => readWav(riff(format({ tag: 3, bits: 32 }), data))),
      bits24: errorCode(() => readWav(riff(format({ bits: 24 }), data))),
      wideMuLaw: errorCode(() => readWav(riff(format({ tag: 7, bits: 16 }), data))),
      shortExtensible: errorCode(() => readWav(riff(format({ tag: 0xfffe }), data))),
      adpcm: errorCode(() => readWav(riff(format({ tag: 0x11, bits: 4 }), data))),
    }
    expect(codes).toEqual({
      empty: 'not-a-wav',
      text: 'not-a-wav',
      aiff: 'not-a-wav',
      noFormat: 'bad-format',
      shortFormat: 'bad-format',
      noChannels: 'bad-format',
      noRate: 'bad-format',
      noData: 'no-data',
      float: 'unsupported-format',
      bits24: 'unsupported-format',
      wideMuLaw: 'unsupported-format',
      shortExtensible: 'unsupported-format',
      adpcm: 'unsupported-format',
    })
  })

  it('names the format it cannot read', () => {
    expect(() => readWav(riff(format({ tag: 3, bits: 32 }), chunk('data', []))))
      .toThrow('Cannot read WAV: format 3 with 32 bits')
  })

  it('throws nothing but a WavError for any bytes', () => {
    const whole = riff(format({ channels: 2 }), chunk('data', [1, 0, 2, 0]))
    const bitten = fc.tuple(
      fc.integer({ min: 0, max: whole.length }),
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }),
    ).map(([length, changes]) => {
      const bytes = whole.slice()
      for (const [at, value] of changes) bytes[at] = value
      return bytes.subarray(0, length)
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), bitten), (bytes) => {
        expect(['none', 'not-a-wav', 'bad-format', 'unsupported-format', 'no-data'])
          .toContain(errorCode(() => readWav(bytes)))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('writeWav()', () => {
  it('writes the header that every player reads', () => {
    const wav = writeWav({ sampleRateHz: 8000, channels: [Int16Array.of(1, -2)] })
    const head = 'RIFF(\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0'
    expect([...wav]).toEqual(ascii(`${head}data\x04\0\0\0\x01\0\xfe\xff`))
  })

  it('weaves channels into each other', () => {
    const wav = writeWav({
      sampleRateHz: 8000,
      channels: [Int16Array.of(1, 2), Int16Array.of(3, 4)],
    })
    expect([...wav.subarray(22, 24)]).toEqual([2, 0])
    expect([...wav.subarray(44)]).toEqual([1, 0, 3, 0, 2, 0, 4, 0])
  })

  it('refuses channels of different lengths, and none at all', () => {
    const channels = [new Int16Array(1), new Int16Array(2)]
    expect(() => writeWav({ sampleRateHz: 8000, channels })).toThrow('channels of lengths [1, 2]')
    expect(() => writeWav({ sampleRateHz: 8000, channels: [] })).toThrow(RangeError)
  })

  it('writes what readWav() reads back', () => {
    const files = fc.record({
      sampleRateHz: fc.integer({ min: 1, max: 192000 }),
      shape: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(50)),
      seed: fc.int16Array({ minLength: 200, maxLength: 200 }),
    })
    fc.assert(fc.property(files, ({ sampleRateHz, shape: [count, length], seed }) => {
      const channels = Array.from(
        { length: count },
        (_, c) => seed.slice(c * length, (c + 1) * length),
      )
      expect(readWav(writeWav({ sampleRateHz, channels }))).toEqual({ sampleRateHz, channels })
    }))
  })
})
