/** Scratch memory: views as asked for, made once, kept while nothing longer comes. */
import { describe, expect, it } from 'vitest'
import { createScratch } from '../../src/audio/scratch.ts'

describe('createScratch()', () => {
  it('gives the very same view again while the length stays', () => {
    const scratch = createScratch()
    const bytes = scratch.bytes(160)
    const samples = scratch.samples(80)
    expect(bytes).toHaveLength(160)
    expect(samples).toHaveLength(80)
    expect(scratch.bytes(160)).toBe(bytes)
    expect(scratch.samples(80)).toBe(samples)
  })

  it('shows one memory as bytes and as samples', () => {
    const scratch = createScratch()
    const samples = scratch.samples(2)
    samples.set([0x0102, -1])
    expect([...scratch.bytes(4)]).toEqual([2, 1, 255, 255])
  })

  it('grows for a longer view, and not for a shorter one', () => {
    const scratch = createScratch()
    const short = scratch.bytes(10)
    const long = scratch.bytes(10_001)
    expect(long).toHaveLength(10_001)
    expect(long.buffer).not.toBe(short.buffer)
    expect(scratch.bytes(11).buffer).toBe(long.buffer)
    expect(scratch.samples(5000).buffer).toBe(long.buffer)
  })

  it('gives views of no length', () => {
    const scratch = createScratch()
    expect(scratch.bytes(0)).toHaveLength(0)
    expect(scratch.samples(0)).toHaveLength(0)
  })
})
