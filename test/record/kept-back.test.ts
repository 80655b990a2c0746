import { expect, it } from 'vitest'
import { createKeptBack, type Piece, type Stretch } from '../../src/record/kept-back.ts'
import type { Fate } from '../../src/record/withheld.ts'

/** Left is 1, 2, 3 and so on, right 101, 102, 103. */
const sound = (from: number, count: number) =>
  new Uint8Array(2 * count).map((_, at) => (at % 2) * 100 + from + Math.floor(at / 2))
const left = (stereo: Uint8Array) => [...stereo.filter((_, at) => at % 2 === 0)]
const right = (stereo: Uint8Array) => [...stereo.filter((_, at) => at % 2 === 1)]
const stretch = (from: number, to: number, fate: Fate, channel: 0 | 1 = 0): Stretch => ({
  channel,
  from,
  to,
  fate,
})
const told = (pieces: readonly Piece[]) =>
  pieces.map(({ channel, at, codes }) => [channel, at, [...codes]])
const S = 0xff

it('what is kept back is silent on its channel, and comes back as it was', () => {
  const kept = createKeptBack()
  const first = sound(1, 5)
  kept.keep(first, 10, [stretch(10, 12, 'kept'), stretch(12, 17, 'open')])
  expect([left(first), right(first)]).toEqual([[1, 2, S, S, S], [101, 102, 103, 104, 105]])
  kept.keep(sound(6, 5), 15, [stretch(12, 17, 'open')])
  expect(kept.release([stretch(12, 17, 'open')])).toEqual([])
  const now = [stretch(12, 17, 'kept')]
  expect(told(kept.release(now))).toEqual([[0, 12, [3, 4, 5]], [0, 15, [6, 7]]])
  expect(kept.release(now)).toEqual([])
})

it('on the left what nobody has told of waits half a minute for a turn that began there, and on the right nothing does', () => {
  const kept = createKeptBack()
  const first = sound(1, 2)
  kept.keep(first, 0, [])
  expect([left(first), right(first)]).toEqual([[S, S], [101, 102]])
  kept.keep(sound(3, 2), 8_000, [])
  kept.keep(new Uint8Array(2), 30 * 8_000 + 1, [])
  expect(kept.release([])).toEqual([])
  expect(told(kept.release([stretch(-Infinity, 8_002, 'kept')]))).toEqual([[0, 8_000, [3, 4]]])
})

it('what is muted does not come back, also where something else might be heard there', () => {
  const kept = createKeptBack()
  const piece = sound(1, 6)
  kept.keep(piece, 0, [stretch(0, 4, 'open', 1), stretch(2, 8, 'open', 1)])
  expect(right(piece)).toEqual([S, S, S, S, S, S])
  expect(told(kept.release([stretch(0, 4, 'open', 1), stretch(2, 8, 'muted', 1)]))).toEqual([])
  expect(told(kept.release([stretch(0, 4, 'kept', 1), stretch(2, 8, 'muted', 1)])))
    .toEqual([[1, 0, [101, 102]]])
})

it('what may be heard waits where another line may not yet', () => {
  const kept = createKeptBack()
  kept.keep(sound(1, 4), 0, [])
  expect(told(kept.release([stretch(0, 4, 'kept'), stretch(2, 8, 'open')])))
    .toEqual([[0, 0, [1, 2]]])
  expect(told(kept.release([stretch(2, 8, 'kept')]))).toEqual([[0, 2, [3, 4]]])
})

it('what is muted from the start is not kept at all', () => {
  const kept = createKeptBack()
  const piece = sound(1, 3)
  kept.keep(piece, 0, [stretch(-Infinity, Infinity, 'muted')])
  expect(left(piece)).toEqual([S, S, S])
  expect(kept.release([stretch(-Infinity, Infinity, 'kept')])).toEqual([])
})

it('two minutes are kept, and the oldest stays silent', () => {
  const kept = createKeptBack()
  for (let second = 0; second < 125; second++) {
    kept.keep(new Uint8Array(16_000), second * 8_000, [stretch(0, Infinity, 'open')])
  }
  const back = kept.release([stretch(0, Infinity, 'kept')])
  expect(back).toHaveLength(120)
  expect(back[0].at).toBe(5 * 8_000)
})
