/** Base64 both ways, and all that is almost base64. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Decode, base64Encode, decodedLength } from '../../src/audio/base64.ts'

const decode = (text: string, room = 64): number[] | -1 => {
  const into = new Uint8Array(room)
  const written = base64Decode(text, into)
  return written < 0 ? -1 : [...into.subarray(0, written)]
}

describe('base64Encode()', () => {
  it('pads to whole groups of four', () => {
    expect(base64Encode(new Uint8Array([]))).toBe('')
    expect(base64Encode(new Uint8Array([255]))).toBe('/w==')
    expect(base64Encode(new Uint8Array([255, 254]))).toBe('//4=')
    expect(base64Encode(new Uint8Array([255, 254, 251]))).toBe('//77')
  })

  it('writes only what a view shows', () => {
    expect(base64Encode(new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4))).toBe('AgME')
  })
})

describe('base64Decode()', () => {
  it('reads padded text', () => {
    expect(decode('')).toEqual([])
    expect(decode('/w==')).toEqual([255])
    expect(decode('//4=')).toEqual([255, 254])
    expect(decode('//77')).toEqual([255, 254, 251])
  })

  it('reads text whose padding was left off', () => {
    expect(decode('/w')).toEqual([255])
    expect(decode('//4')).toEqual([255, 254])
  })

  it('says -1 to text that is not base64, without throwing', () => {
    const garbage = [
      'A',
      '=',
      '====',
      '/w=',
      '/w===',
      '//77=',
      '//77====',
      '/w==/w==',
      '-_-_',
      '{}',
    ]
    for (const text of garbage) expect(decode(text), text).toBe(-1)
  })

  it('says -1 to white space, which no wire sends', () => {
    for (const text of [' //77', '//77\n', '//\n77', '\t']) expect(decode(text), text).toBe(-1)
  })

  it('says -1 to a lone surrogate and to letters that only look Latin', () => {
    expect(decode('\ud800AAA')).toBe(-1)
    expect(decode('АААА')).toBe(-1)
  })

  it('says -1 to garbage after the point where the target is full', () => {
    expect(decode('//77====', 3)).toBe(-1)
    expect(decode('//77!!!!', 3)).toBe(-1)
  })

  it('says -1 when the target is too small, instead of a part', () => {
    expect(decode('//77//77', 3)).toBe(-1)
    expect(decode('/w==', 0)).toBe(-1)
  })

  it('gives back any bytes, padded or not, in a target of just their size', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      const text = base64Encode(bytes)
      expect(decode(text, bytes.length)).toEqual([...bytes])
      expect(decode(text.replaceAll('=', ''), bytes.length)).toEqual([...bytes])
    }))
  })

  it('gives exactly the announced number of bytes, or -1, for any text, and never throws', () => {
    const letters = fc.constantFrom('A', 'Q', 'z', '9', '+', '/', '=', ' ', '\n', '-', 'é')
    const anyText = fc.oneof(fc.string(), fc.string({ unit: letters }))
    fc.assert(fc.property(anyText, (text) => {
      const exact = base64Decode(text, new Uint8Array(decodedLength(text)))
      expect([-1, decodedLength(text)]).toContain(exact)
      expect(base64Decode(text, new Uint8Array(1000))).toBe(exact)
    }))
  })
})

describe('decodedLength()', () => {
  it('counts bytes with and without padding', () => {
    const lengths = ['', '/w==', '/w', '//4=', '//4', '//77', '//77/w=='].map(decodedLength)
    expect(lengths).toEqual([0, 1, 1, 2, 2, 3, 4])
  })
})
