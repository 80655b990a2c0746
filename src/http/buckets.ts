/**
 * How often one may ask: a bucket for each who asks, full at first, emptied by requests and filled again by time. What those at
 * hand count in windows keeps all who ever asked until a window is over; here there is a bound, whoever comes.
 */

export type Buckets = Readonly<{
  /** How long one has to wait, in ms; 0 for one who may ask now. */
  waitMs: (who: string, perMinute: number) => number
  /** Counts a request. */
  take: (who: string, perMinute: number) => void
  /** Whether requests of theirs were counted, not so long ago. */
  knows: (who: string) => boolean
}>

type Bucket = Readonly<{ left: number; atMs: number }>

const MINUTE_MS = 60_000

/** Makes the buckets of a process; beyond `most` the one that was not used for longest is forgotten, and so is full again. */
export const createBuckets = (nowMs: () => number, most = 10_000): Buckets => {
  const buckets = new Map<string, Bucket>()

  const leftOf = (who: string, perMinute: number): number => {
    const bucket = buckets.get(who)
    if (!bucket) return perMinute
    const filled = (nowMs() - bucket.atMs) / MINUTE_MS * perMinute
    return Math.min(perMinute, bucket.left + filled)
  }

  return {
    waitMs: (who, perMinute) => {
      const missing = 1 - leftOf(who, perMinute)
      return missing <= 0 ? 0 : Math.ceil(missing / perMinute * MINUTE_MS)
    },
    take: (who, perMinute) => {
      const left = Math.max(0, leftOf(who, perMinute) - 1)
      buckets.delete(who)
      buckets.set(who, { left, atMs: nowMs() })
      const oldest = buckets.keys().next()
      if (buckets.size > most && !oldest.done) buckets.delete(oldest.value)
    },
    knows: (who) => buckets.has(who),
  }
}
