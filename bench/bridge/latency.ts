/** How long things were on their way, where they arrive in the order in which they were sent. */

export type Latency = Readonly<{ p50: number; p99: number; max: number }>

/** Meets what was sent with what arrives, by how much audio lies before it. */
export type Transit = Readonly<{
  /** Notes that audio of this length was sent; `isCounted` says whether its time on the way is wanted. */
  sent: (ms: number, atMs: number, isCounted: boolean) => void
  /** Notes that audio of this length has arrived. */
  arrived: (ms: number, atMs: number) => void
  /** Takes what has arrived for all there was: an item may end with a frame that is partly silence. */
  settle: () => void
  sentMs: () => number
  arrivedMs: () => number
}>

/** Makes the transit of one direction of one call; times are added to `took`. */
export const createTransit = (took: number[]): Transit => {
  const endsMs: number[] = []
  const sentAtMs: number[] = []
  let next = 0
  let sentMs = 0
  let arrivedMs = 0
  let surplusMs = 0
  return {
    sent: (ms, atMs, isCounted) => {
      sentMs += ms
      endsMs.push(sentMs)
      sentAtMs.push(isCounted ? atMs : NaN)
    },
    arrived: (ms, atMs) => {
      arrivedMs += ms
      for (; next < endsMs.length && endsMs[next] <= arrivedMs - surplusMs; next++) {
        if (sentAtMs[next] > 0) took.push(atMs - sentAtMs[next])
      }
    },
    settle: () => surplusMs = Math.max(surplusMs, arrivedMs - sentMs),
    sentMs: () => sentMs,
    arrivedMs: () => arrivedMs - surplusMs,
  }
}

/** Gives the middle, the hundredth and the worst, if there is anything; sorts what it is given. */
export const latencyOf = (took: number[]): Latency | undefined => {
  if (took.length === 0) return undefined
  took.sort((one, other) => one - other)
  const at = (part: number) => took[Math.min(took.length - 1, Math.floor(part * took.length))]
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
