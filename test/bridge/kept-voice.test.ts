import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  append,
  BLOCK_BYTES,
  copy,
  createKeptVoice,
  keepFrom,
} from '../../src/bridge/kept-voice.ts'

/** The byte that belongs at a position, so that one in the wrong place shows. */
const byteAt = (position: number) => position % 251
const bytes = (from: number, length: number) =>
  Uint8Array.from({ length }, (_, at) => byteAt(from + at))

describe('the kept voice', () => {
  it('is read as it was written, across the blocks it lies in', () => {
    const voice = createKeptVoice()
    append(voice, bytes(0, BLOCK_BYTES - 10))
    append(voice, bytes(BLOCK_BYTES - 10, 30))
    expect(voice.end).toBe(BLOCK_BYTES + 20)
    const into = new Uint8Array(100)
    expect(copy(voice, BLOCK_BYTES - 15, BLOCK_BYTES + 5, into))
      .toEqual(bytes(BLOCK_BYTES - 15, 20))
  })

  it('takes more than a block at once', () => {
    const voice = createKeptVoice()
    append(voice, bytes(0, 3 * BLOCK_BYTES + 1))
    const all = copy(voice, 0, voice.end, new Uint8Array(voice.end))
    expect(all).toEqual(bytes(0, 3 * BLOCK_BYTES + 1))
  })

  it('is three blocks for an hour of which the last 800 ms are kept', () => {
    const voice = createKeptVoice()
    const frame = new Uint8Array(160)
    const blocks = new Set<Uint8Array>()
    for (let frames = 0; frames < 50 * 3600; frames++) {
      append(voice, frame)
      keepFrom(voice, voice.end - 6_400)
      for (const block of voice.blocks) blocks.add(block)
    }
    expect(blocks.size).toBe(3)
  })

  it('gives memory back when less is kept than before', () => {
    const voice = createKeptVoice()
    append(voice, new Uint8Array(15 * BLOCK_BYTES))
    expect(voice.blocks).toHaveLength(15)
    keepFrom(voice, voice.end - 6_400)
    expect(voice.blocks.length).toBeLessThanOrEqual(3)
  })

  it('keeps nothing that is not there yet, and brings nothing back', () => {
    const voice = createKeptVoice()
    append(voice, bytes(0, 500))
    keepFrom(voice, 900)
    expect(voice.from).toBe(500)
    keepFrom(voice, 100)
    expect(voice.from).toBe(500)
  })

  it('holds the right bytes however they come and go', () => {
    const change = fc.record({ length: fc.nat(20_000), kept: fc.nat(30_000) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const voice = createKeptVoice()
        for (const { length, kept } of changes) {
          append(voice, bytes(voice.end, length))
          keepFrom(voice, voice.end - kept)
          const read = copy(voice, voice.from, voice.end, new Uint8Array(30_000 + 20_000 * 20))
          expect(read).toEqual(bytes(voice.from, voice.end - voice.from))
        }
      }),
      { numRuns: 50 },
    )
  })
})
