/** Framing: whole frames out, the rest kept, silence only at the end. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFramer, FRAME_BYTES, FRAME_MS, SILENT_FRAME } from '../../src/audio/frame.ts'

/** Bytes that count up from `first`, so that a lost or doubled one shows. */
const counting = (length: number, first = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i) % 251)

describe('a frame', () => {
  it('is 20 ms or 160 bytes', () => {
    expect([FRAME_MS, FRAME_BYTES]).toEqual([20, 160])
  })

  it('of silence is 160 times 0xff', () => {
    expect(SILENT_FRAME).toHaveLength(216)
    expect(Uint8Array.fromBase64(SILENT_FRAME)).toEqual(new Uint8Array(160).fill(0xff))
  })
})

describe('createFramer()', () => {
  it('gives whole frames at once and keeps the rest for the next push', () => {
    const framer = createFramer()
    expect(framer.push(counting(200))).toEqual(counting(160))
    expect(framer.carried).toBe(40)
    expect(framer.push(counting(120, 200))).toEqual(counting(160, 160))
    expect(framer.carried).toBe(0)
  })

  it('gives nothing until a frame is whole', () => {
    const framer = createFramer()
    expect(framer.push(counting(159))).toHaveLength(0)
    expect(framer.push(counting(0))).toHaveLength(0)
    expect(framer.push(counting(1, 159))).toEqual(counting(160))
  })

  it('fills the last frame up with silence at the end', () => {
    const framer = createFramer()
    framer.push(counting(165))
    const expected = new Uint8Array(160).fill(0xff)
    expected.set(counting(5, 160))
    expect(framer.end()).toEqual(expected)
  })

  it('gives nothing at the end when all was given before', () => {
    const framer = createFramer()
    expect(framer.end()).toHaveLength(0)
    framer.push(counting(320))
    expect(framer.end()).toHaveLength(0)
    expect(framer.end()).toHaveLength(0)
  })

  it('takes last bytes along at the end, also when they make one frame more', () => {
    const framer = createFramer()
    framer.push(counting(150))
    const rest = framer.end(counting(30, 150))
    expect(rest).toHaveLength(320)
    expect(rest.subarray(0, 180)).toEqual(counting(180))
    expect(rest.subarray(180)).toEqual(new Uint8Array(140).fill(0xff))
  })

  it('has room to fill up an end longer than all it had before', () => {
    const rest = createFramer().end(counting(5000))
    expect(rest).toHaveLength(5120)
    expect(rest.subarray(0, 5000)).toEqual(counting(5000))
    expect(rest.subarray(5000)).toEqual(new Uint8Array(120).fill(0xff))
  })

  it('brings nothing of one item into the next, after end() and after drop()', () => {
    const framer = createFramer()
    framer.push(counting(30))
    framer.end()
    expect(framer.push(counting(160, 7))).toEqual(counting(160, 7))
    framer.push(counting(30))
    framer.drop()
    expect(framer.carried).toBe(0)
    expect(framer.push(counting(160, 9))).toEqual(counting(160, 9))
    expect(framer.end()).toHaveLength(0)
  })

  it('loses and doubles nothing, however the bytes come', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 8 })
    fc.assert(
      fc.property(lengths, (lengths) => {
        const framer = createFramer()
        const total = lengths.reduce((sum, length) => sum + length, 0)
        const expected = new Uint8Array(Math.ceil(total / 160) * 160).fill(0xff)
        expected.set(counting(total))
        const given = new Uint8Array(expected.length)
        let [taken, at] = [0, 0]
        for (const length of lengths) {
          const frames = framer.push(counting(length, taken))
          expect(frames.length % 160).toBe(0)
          given.set(frames, at)
          taken += length
          at += frames.length
          expect(framer.carried).toBe(taken - at)
          expect(framer.carried).toBeLessThan(160)
        }
        const rest = framer.end()
        given.set(rest, at)
        expect(at + rest.length).toBe(expected.length)
        expect(given).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })
})
