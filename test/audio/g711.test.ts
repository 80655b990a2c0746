/** G.711 against the ITU's own encoder and decoder, and in the corners where others go wrong. */
import { describe, expect, it } from 'vitest'
import {
  aLawDecode,
  aLawEncode,
  MU_LAW_SILENCE,
  muLawDecode,
  muLawEncode,
} from '../../src/audio/g711.ts'
import { sha256 } from './signals.ts'

type Encode = typeof muLawEncode
type Decode = typeof muLawDecode

const allSamples = Int16Array.from({ length: 65536 }, (_, i) => i - 32768)
const allCodes = Uint8Array.from({ length: 256 }, (_, code) => code)

const encode = (law: Encode, samples: ArrayLike<number>) => {
  const codes = new Uint8Array(samples.length)
  law(Int16Array.from(samples), codes)
  return codes
}

const decode = (law: Decode, codes: ArrayLike<number>) => {
  const samples = new Int16Array(codes.length)
  law(Uint8Array.from(codes), samples)
  return samples
}

const littleEndian = (samples: Int16Array) => {
  const view = new DataView(new ArrayBuffer(2 * samples.length))
  samples.forEach((sample, i) => view.setInt16(2 * i, sample, true))
  return new Uint8Array(view.buffer)
}

// SHA-256 over the output of openitu/STL 139db49783b5096abf40d4f271d74fda9d591d20, src/g711/g711.c
describe('G.711 is bit-exact with G.191', () => {
  it('encodes all 65 536 samples as mu-law', async () => {
    expect(await sha256(encode(muLawEncode, allSamples)))
      .toBe('90c29de505fb68e766118303bd552a16005dcf810873698bee1d8f3b247ce28c')
  })

  it('encodes all 65 536 samples as A-law', async () => {
    expect(await sha256(encode(aLawEncode, allSamples)))
      .toBe('38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b')
  })

  it('decodes all 256 codes of mu-law', async () => {
    expect(await sha256(littleEndian(decode(muLawDecode, allCodes))))
      .toBe('3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827')
  })

  it('decodes all 256 codes of A-law', async () => {
    expect(await sha256(littleEndian(decode(aLawDecode, allCodes))))
      .toBe('e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174')
  })
})

describe('mu-law', () => {
  it('has a positive and a negative zero, and silence is the positive one', () => {
    expect(MU_LAW_SILENCE).toBe(0xff)
    expect([...decode(muLawDecode, [0xff, 0x7f])]).toEqual([0, 0])
    expect([...encode(muLawEncode, [0, -1, -4, -5])]).toEqual([0xff, 0x7f, 0x7f, 0x7e])
  })

  it('reaches its ends at full scale without wrapping', () => {
    expect([...encode(muLawEncode, [32767, -32768])]).toEqual([0x80, 0x00])
    expect([...decode(muLawDecode, [0x80, 0x00])]).toEqual([32124, -32124])
  })

  it('gives every code back after a round trip but the negative zero', () => {
    const expected = allCodes.map((code) => (code === 0x7f ? 0xff : code))
    expect(encode(muLawEncode, decode(muLawDecode, allCodes))).toEqual(expected)
  })
})

describe('A-law', () => {
  it('has no zero: silence is half a step up or down', () => {
    expect([...decode(aLawDecode, [0xd5, 0x55])]).toEqual([8, -8])
    expect([...encode(aLawEncode, [0, -1])]).toEqual([0xd5, 0x55])
  })

  it('reaches its ends at full scale without wrapping', () => {
    expect([...encode(aLawEncode, [32767, -32768])]).toEqual([0xaa, 0x2a])
    expect([...decode(aLawDecode, [0xaa, 0x2a])]).toEqual([32256, -32256])
  })

  it('gives every code back after a round trip', () => {
    expect(encode(aLawEncode, decode(aLawDecode, allCodes))).toEqual(allCodes)
  })
})

describe('the caller owns the memory', () => {
  it('writes as much as went in and leaves the rest of the output alone', () => {
    const codes = new Uint8Array([1, 2, 3])
    muLawEncode(new Int16Array([0, 0]), codes)
    expect([...codes]).toEqual([0xff, 0xff, 3])

    const samples = new Int16Array([1, 2, 3])
    aLawDecode(new Uint8Array([0xd5]), samples)
    expect([...samples]).toEqual([8, 2, 3])
  })
})
