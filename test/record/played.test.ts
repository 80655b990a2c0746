import { expect, it } from 'vitest'
import { clear, EMPTY_PLAYBACK, type Playback, sent } from '../../src/call/playback.ts'
import { heardOfLine, NOTHING_PLAYED, type Played, sentPiece } from '../../src/record/played.ts'

const PART = { responseId: 'r1', itemId: 'i1', contentIndex: 0 }

/** Sends audio at 1000 ms. */
const afterSending = (ms: number): readonly [Played, Playback] => [
  sentPiece(NOTHING_PLAYED, { codes: new Uint8Array(ms * 8), positionMs: 0 }),
  sent(EMPTY_PLAYBACK, { ...PART, sentMs: ms, modelMs: ms }, 1_000).playback,
]
const lengths = (heard: ReturnType<typeof heardOfLine>[1]) =>
  heard.map(({ codes, atMs }) => [atMs, codes.length / 8])

it('what was sent is placed half a second after it was heard, and the rest waits', () => {
  const [played, line] = afterSending(1_000)
  const [early, nothing] = heardOfLine(played, line, line, 1_500)
  expect(nothing).toEqual([])
  const [later, heard] = heardOfLine(early, line, line, 1_700)
  expect(lengths(heard)).toEqual([[1_000, 200]])
  const [end, rest] = heardOfLine(later, line, line, 9_000)
  expect(lengths(rest)).toEqual([[1_200, 800]])
  expect(end.waiting).toEqual([])
})

it('what is cleared is placed up to where it was heard, and the rest is gone', () => {
  const [played, line] = afterSending(1_000)
  const [after, heard] = heardOfLine(played, line, clear(line, 1_300).playback, 1_300)
  expect(lengths(heard)).toEqual([[1_000, 300]])
  expect(after.waiting).toEqual([])
})

it('a stream that ends takes with it what was not heard', () => {
  const [played, line] = afterSending(1_000)
  const [after, heard] = heardOfLine(played, line, undefined, 1_400)
  expect(lengths(heard)).toEqual([[1_000, 400]])
  expect(after.waiting).toEqual([])
})
