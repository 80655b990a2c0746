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
  let keptMs = 0
  let droppedMs = 0

  const trim = () => {
    while (keptMs > limitMs) {
      pieces.shift()
      const ms = lengthsMs.shift() ?? keptMs
      keptMs -= ms
      droppedMs += ms
    }
  }

  return {
    keep: (piece, ms) => {
      pieces.push(piece)
      lengthsMs.push(ms)
      keptMs += ms
      trim()
    },
    limit: (ms) => {
      limitMs = ms
      trim()
    },
    release: () => {
      keptMs = 0
      lengthsMs.length = 0
      return pieces.splice(0)
    },
    all: () => pieces,
    droppedMs: () => droppedMs,
  }
}
