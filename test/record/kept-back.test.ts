import { expect, it } from 'vitest'
import { createKeptBack, type Stretch } from '../../src/record/kept-back.ts'

/** Left is 1, 2, 3 and so on, right 101, 102, 103. */
const sound = (from: number, count: number) =>
  new Uint8Array(2 * count).map((_, at) => (at % 2) * 100 + from + Math.floor(at / 2))
const left = (stereo: Uint8Array) => [...stereo.filter((_, at) => at % 2 === 0)]
const right = (stereo: Uint8Array) => [...stereo.filter((_, at) => at % 2 === 1)]
const stretch = (from: number, to: number, isOpen: boolean, channel: 0 | 1 = 0): Stretch => ({
  channel,
  from,
  to,
  isOpen,
})
const S = 0xff

it('what is kept back is silent on its channel, and comes back as it was', () => {
  const kept = createKeptBack()
  const first = sound(1, 5)
  kept.keep(first, 10, [stretch(12, 17, true)])
  expect([left(first), right(first)]).toEqual([[1, 2, S, S, S], [101, 102, 103, 104, 105]])
  kept.keep(sound(6, 5), 15, [stretch(12, 17, true)])
  expect(kept.release([stretch(12, 17, true)])).toEqual([])
  expect(kept.release([]).map(({ channel, at, codes }) => [channel, at, [...codes]])).toEqual([
    [0, 12, [3, 4, 5]],
    [0, 15, [6, 7]],
  ])
  expect(kept.release([])).toEqual([])
})

it('what is muted does not come back, also where something else might be heard there', () => {
  const kept = createKeptBack()
  const all = [stretch(0, 4, true, 1), stretch(2, 8, true, 1)]
  const piece = sound(1, 6)
  kept.keep(piece, 0, all)
  expect([left(piece), right(piece)]).toEqual([[1, 2, 3, 4, 5, 6], [S, S, S, S, S, S]])
  expect(kept.release([stretch(0, 4, true, 1), stretch(2, 8, false, 1)])).toEqual([])
  const [only, ...others] = kept.release([stretch(2, 8, false, 1)])
  expect([only.channel, only.at, [...only.codes], others]).toEqual([1, 0, [101, 102], []])
})

it('what is muted from the start is not kept at all', () => {
  const kept = createKeptBack()
  const piece = sound(1, 3)
  kept.keep(piece, 0, [stretch(-Infinity, Infinity, false)])
  expect(left(piece)).toEqual([S, S, S])
  expect(kept.release([])).toEqual([])
})

it('two minutes are kept, and the oldest stays silent', () => {
  const kept = createKeptBack()
  const all = [stretch(0, Infinity, true)]
  for (let second = 0; second < 125; second++) {
    kept.keep(new Uint8Array(16_000), second * 8_000, all)
  }
  const back = kept.release([])
  expect(back).toHaveLength(120)
  expect(back[0].at).toBe(5 * 8_000)
})
