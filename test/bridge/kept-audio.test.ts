import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepAudio } from '../../src/bridge/kept-audio.ts'

describe('keepAudio()', () => {
  it('keeps what fits, drops the oldest past the limit and counts it', () => {
    const kept = keepAudio<string>(60)
    for (const piece of ['a', 'b', 'c', 'd', 'e']) kept.keep(piece, 20)
    expect(kept.all()).toEqual(['c', 'd', 'e'])
    expect(kept.droppedMs()).toBe(40)
  })

  it('drops at once what a new limit has no room for', () => {
    const kept = keepAudio<string>(100)
    for (const piece of ['a', 'b', 'c']) kept.keep(piece, 20)
    kept.limit(30)
    expect(kept.all()).toEqual(['c'])
    expect(kept.droppedMs()).toBe(40)
  })

  it('gives everything once, and has all its room again', () => {
    const kept = keepAudio<string>(40)
    for (const piece of ['a', 'b', 'c']) kept.keep(piece, 20)
    expect(kept.release()).toEqual(['b', 'c'])
    expect(kept.release()).toEqual([])
    kept.keep('d', 40)
    expect(kept.all()).toEqual(['d'])
    expect(kept.droppedMs()).toBe(20)
  })

  it('keeps nothing of a piece that is longer than the limit', () => {
    const kept = keepAudio<string>(40)
    kept.keep('a', 50)
    expect(kept.all()).toEqual([])
    expect(kept.droppedMs()).toBe(50)
  })

  it('keeps the newest pieces that fit together, however they and the limits come', () => {
    const length = fc.integer({ min: 1, max: 60 })
    const change = fc.oneof(
      length.map((ms) => ({ ms })),
      fc.integer({ min: 0, max: 300 }).map((limitMs) => ({ limitMs })),
    )
    fc.assert(fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const kept = keepAudio<Readonly<{ ms: number }>>(100)
      let expected: { ms: number }[] = []
      let limitMs = 100
      for (const each of changes) {
        if ('ms' in each) kept.keep(each, each.ms)
        else kept.limit(each.limitMs)
        if ('ms' in each) expected.push(each)
        else limitMs = each.limitMs
        while (expected.reduce((sum, { ms }) => sum + ms, 0) > limitMs) expected = expected.slice(1)
        expect(kept.all()).toEqual(expected)
      }
    }))
  })
})
