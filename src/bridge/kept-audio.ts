/** Audio that may still be needed is kept here, in order and bounded: past the bound the oldest is dropped and counted. */

export type KeptAudio<Piece> = Readonly<{
  keep: (piece: Piece, ms: number) => void
  /** Keeps no more than this from now on. */
  limit: (limitMs: number) => void
  /** Takes everything out, oldest first. */
  release: () => readonly Piece[]
  /** What is kept, oldest first. */
  all: () => readonly Piece[]
  droppedMs: () => number
}>

/** Keeps up to `limitMs` of audio. */
export const keepAudio = <Piece>(limitMs: number): KeptAudio<Piece> => {
  const pieces: Piece[] = []
  const lengthsMs: number[] = []
  // What lies before this is dropped, and goes when it is half of all: to move everything up for each frame would cost more.
  let first = 0
  let keptMs = 0
  let droppedMs = 0

  const trim = () => {
    for (; keptMs > limitMs; first++) {
      keptMs -= lengthsMs[first]
      droppedMs += lengthsMs[first]
    }
    if (2 * first > pieces.length) removeDropped()
  }

  const removeDropped = () => {
    pieces.copyWithin(0, first)
    lengthsMs.copyWithin(0, first)
    pieces.length -= first
    lengthsMs.length -= first
    first = 0
  }

  return {
    keep: (piece, ms) => {
      pieces.push(piece)
      lengthsMs.push(ms)
      keptMs += ms
      if (keptMs > limitMs) trim()
    },
    limit: (ms) => {
      limitMs = ms
      trim()
    },
    release: () => {
      removeDropped()
      keptMs = 0
      lengthsMs.length = 0
      return pieces.splice(0)
    },
    all: () => pieces.slice(first),
    droppedMs: () => droppedMs,
  }
}
