/**
 * Finds the holes in the caller's audio: some carriers send no frames while the caller is silent, and a model that is sent
 * nothing never hears the end of a sentence. `media.timestamp` tells how much is missing.
 */

const FRAME_MS = 20
const LONGEST_GAP_MS = 10_000

/** The caller's time line so far. The caller of `create` owns it; both methods are cheap enough for every frame. */
export type GapFinder = Readonly<{
  /**
   * Says how many ms of silence are missing before a frame of `frameMs` at `timestampMs`: whole frames, 0 for none, at most
   * ten seconds.
   */
  before: (timestampMs: number, frameMs: number) => number
  /** Notes that `ms` of silence were put in while no frame came, so that they are not put in again. */
  filled: (ms: number) => void
}>

/** Makes the finder of one stream. Timestamps jitter by a few ms, so less than a frame is no gap. */
export const createGapFinder = (): GapFinder => {
  let expectedMs: number | undefined
  return {
    before: (timestampMs, frameMs) => {
      const lateMs = timestampMs - (expectedMs ?? timestampMs)
      const missingMs = lateMs < FRAME_MS ? 0 : lateMs - lateMs % FRAME_MS
      expectedMs = (expectedMs ?? timestampMs) + missingMs + frameMs
      return Math.min(missingMs, LONGEST_GAP_MS)
    },
    filled: (ms) => {
      if (expectedMs !== undefined) expectedMs += ms
    },
  }
}
