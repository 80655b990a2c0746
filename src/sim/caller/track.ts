/**
 * Audio on a stream's time line: pieces of mu-law and the silence between them.
 *
 * A place on the line is counted in samples since the stream started, 8 to the millisecond. A
 * sample is one byte of mu-law, so places, lengths and bytes are the same whole numbers and nothing
 * is ever rounded twice.
 */
import { MU_LAW_SILENCE } from '../../audio/g711.ts'

/** Samples, and so bytes of mu-law, in a millisecond of a phone call. */
export const SAMPLES_PER_MS = 8

/** A time line with audio on it that only grows at its end. */
export type Track = Readonly<{
  /** The place after the last piece; 0 when there is none. */
  end: () => number
  /** Lays a piece down at a place that is not before `end()`. The track keeps the array. */
  append: (codes: Uint8Array, at: number) => void
  /** Throws away everything from a place on and returns how many samples that were. */
  cut: (at: number) => number
  /** How many samples of audio, silence not counted, lie before a place. */
  samplesBefore: (at: number) => number
  /** Copies what lies from a place on, 0xff where nothing does, until `codes` is full. */
  read: (from: number, codes: Uint8Array) => void
}>

/** Makes an empty track. */
export const createTrack = (): Track => {
  const pieces: Piece[] = []
  const end = () => endOf(pieces.at(-1))

  return {
    end,
    append: (codes, at) => {
      if (at < end()) {
        throw new RangeError(`append() got place ${at}, but the track ends at ${end()}`)
      }
      const last = pieces.at(-1)
      const before = last ? last.before + last.codes.length : 0
      if (codes.length > 0) pieces.push({ at, before, codes })
    },
    cut: (at) => {
      let dropped = 0
      for (let last = pieces.at(-1); last && endOf(last) > at; last = pieces.at(-1)) {
        pieces.pop()
        const kept = Math.max(0, at - last.at)
        dropped += last.codes.length - kept
        if (kept > 0) pieces.push({ ...last, codes: last.codes.subarray(0, kept) })
      }
      return dropped
    },
    samplesBefore: (at) => {
      const piece = pieces.findLast((piece) => piece.at < at)
      return piece ? piece.before + Math.min(piece.codes.length, at - piece.at) : 0
    },
    read: (from, codes) => {
      codes.fill(MU_LAW_SILENCE)
      for (let i = pieces.length - 1; i >= 0 && endOf(pieces[i]) > from; i--) {
        copyOverlap(pieces[i], from, codes)
      }
    },
  }
}

/** `before` is the audio in all pieces that come before this one. */
type Piece = Readonly<{ at: number; before: number; codes: Uint8Array }>

const endOf = (piece: Piece | undefined): number => piece ? piece.at + piece.codes.length : 0

const copyOverlap = (piece: Piece, from: number, codes: Uint8Array): void => {
  const first = Math.max(from, piece.at)
  const last = Math.min(from + codes.length, endOf(piece))
  if (first >= last) return
  codes.set(piece.codes.subarray(first - piece.at, last - piece.at), first - from)
}
