/** Audio that cannot go on yet is kept here, in order and bounded: past the bound the oldest is dropped and counted. */

export type KeptAudio<Piece> = Readonly<{
  keep: (piece: Piece, ms: number) => void
  /** Takes everything out, oldest first. */
  release: () => readonly Piece[]
  droppedMs: () => number
}>

/** Keeps up to `limitMs` of audio. */
export const keepAudio = <Piece>(limitMs: number): KeptAudio<Piece> => {
  const kept: { piece: Piece; ms: number }[] = []
  let keptMs = 0
  let droppedMs = 0
  return {
    keep: (piece, ms) => {
      kept.push({ piece, ms })
      keptMs += ms
      while (keptMs > limitMs) {
        const oldest = kept.shift()
        keptMs -= oldest?.ms ?? keptMs
        droppedMs += oldest?.ms ?? 0
      }
    },
    release: () => {
      keptMs = 0
      return kept.splice(0).map(({ piece }) => piece)
    },
    droppedMs: () => droppedMs,
  }
}
