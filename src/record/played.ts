/**
 * When the caller heard what was sent. Audio waits here until the line of play-out says that it was played, and at which moment;
 * what was cleared before is thrown away.
 *
 * Echoes tell the moment of play-out and come a little after it, so a piece is given its place only when there was time for them.
 */
import { heardBy, type Playback } from '../call/playback.ts'
import type { Run } from '../call/run.ts'

/** Mu-law that was sent, where on the line of play-out it begins, and which line of the transcript is said in it. */
export type SentPiece = Readonly<
  { codes: Uint8Array; positionMs: number; line?: string | undefined }
>

/** Mu-law that was heard from `atMs` on, on the clock on which echoes and the caller's audio come. */
export type HeardPiece = Readonly<{ codes: Uint8Array; atMs: number; line?: string | undefined }>

export type Played = Readonly<{
  /** What was sent and has no place yet, in the order of the line. */
  waiting: readonly SentPiece[]
  /** Where the last piece that has a place ends. */
  endMs: number
}>

/** Nothing was sent. */
export const NOTHING_PLAYED: Played = { waiting: [], endMs: -Infinity }

/** How long after its play-out a piece is given its place. */
export const PLACED_AFTER_MS = 500
/** Pieces this close to one another follow each other without a gap, or every correction of the clock would click. */
const CLOSE_MS = 10
const BYTES_PER_MS = 8

/** Notes a piece that was sent. */
export const sentPiece = (played: Played, piece: SentPiece): Played => ({
  ...played,
  waiting: [...played.waiting, piece],
})

/**
 * Gives what has been heard by `atMs`, now that the line of play-out has become another one; `undefined` is no line at all, before
 * the stream and after it.
 */
export const heardOfLine = (
  played: Played,
  before: Playback | undefined,
  after: Playback | undefined,
  atMs: number,
): readonly [Played, readonly HeardPiece[]] => {
  if (!before) return [played, []]
  if (!after) {
    // By the time an echo that comes now was sent, and not by the time that a message sent now arrives.
    const heardMs = heardBy(before, atMs - before.roundTripMs)
    return dropRest(place(played, before.run, heardMs))
  }
  if (after.sentMs < before.sentMs) return dropRest(place(played, after.run, after.sentMs))
  if (after.run.startMs !== before.run.startMs) return place(played, before.run, before.sentMs)
  // The first echoes prove that something was heard, and only a few together tell when.
  const { run, sentMs } = after
  return place(played, run, Math.min(sentMs, atMs - PLACED_AFTER_MS - run.originMs))
}

const dropRest = (
  [played, heard]: readonly [Played, readonly HeardPiece[]],
): readonly [Played, readonly HeardPiece[]] => [{ ...played, waiting: [] }, heard]

const place = (
  { waiting, endMs }: Played,
  run: Run,
  untilMs: number,
): readonly [Played, readonly HeardPiece[]] => {
  // Fifty times a second nothing more has been heard.
  if (waiting.length === 0 || waiting[0].positionMs >= untilMs) return [{ waiting, endMs }, []]
  const heard: HeardPiece[] = []
  let lastMs = endMs
  for (const [index, { codes, positionMs, line }] of waiting.entries()) {
    const count = Math.round(Math.max(0, untilMs - positionMs) * BYTES_PER_MS)
    const played = codes.subarray(0, count)
    if (played.length > 0) {
      const saidMs = run.originMs + positionMs
      const atMs = saidMs < lastMs + CLOSE_MS ? lastMs : saidMs
      heard.push({ codes: played, atMs, line })
      lastMs = atMs + played.length / BYTES_PER_MS
    }
    if (played.length === codes.length) continue
    const left = {
      codes: codes.subarray(played.length),
      positionMs: positionMs + played.length / BYTES_PER_MS,
      line,
    }
    return [{ waiting: [left, ...waiting.slice(index + 1)], endMs: lastMs }, heard]
  }
  return [{ waiting: [], endMs: lastMs }, heard]
}
