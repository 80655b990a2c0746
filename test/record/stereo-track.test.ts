import { expect, it } from 'vitest'
import { createStereoTrack } from '../../src/record/stereo-track.ts'

const SILENT = 0xff
const all = (pieces: readonly Uint8Array[]) => pieces.flatMap((piece) => [...piece])

it('what is put in comes out left and right by turns, and silence between', () => {
  const track = createStereoTrack()
  track.put(0, 0, new Uint8Array([1, 2]))
  track.put(1, 1, new Uint8Array([7, 8]))
  expect(all(track.take(2))).toEqual([1, SILENT, 2, 7])
  expect(all(track.take(4))).toEqual([SILENT, 8, SILENT, SILENT])
  expect(track.take(4)).toEqual([])
})

it('what comes too late, or is far ahead, is left out', () => {
  const track = createStereoTrack()
  track.take(10)
  track.put(0, 8, new Uint8Array([1, 2, 3]))
  track.put(1, 10_000_000, new Uint8Array([9]))
  track.put(1, Number.NaN, new Uint8Array([9]))
  expect(all(track.take(12))).toEqual([3, SILENT, SILENT, SILENT])
})

it('a long silence is taken in pieces', () => {
  const pieces = createStereoTrack().take(80_000)
  expect(pieces.map(({ length }) => length)).toEqual([64_000, 64_000, 32_000])
  expect(pieces.every((piece) => piece.every((code) => code === SILENT))).toBe(true)
})
