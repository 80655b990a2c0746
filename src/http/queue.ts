/** Between a feed that pushes and a stream that takes its time. */
import type { Clock } from '../clock.ts'

/** The next value, or that there is none for a while, or that there will be none. */
export type Next<Value> = { is: 'value'; value: Value } | { is: 'quiet' } | { is: 'closed' }

export type Queue<Value> = Readonly<{
  add: (value: Value) => void
  close: () => void
  /** Waits for a value, no longer than `quietMs`. */
  next: (quietMs: number) => Promise<Next<Value>>
}>

/** Twice the story of a call. */
const MOST_WAITING = 4_000

/** Makes a queue. A reader who does not keep up is let go: what waits for them would be kept for all others to pay. */
export const createQueue = <Value>(clock: Pick<Clock, 'after'>): Queue<Value> => {
  const waiting: Value[] = []
  let wake = () => {}
  let closed = false
  return {
    add: (value) => {
      if (waiting.length >= MOST_WAITING) {
        closed = true
        waiting.length = 0
      }
      if (!closed) waiting.push(value)
      wake()
    },
    close: () => {
      closed = true
      wake()
    },
    next: async (quietMs) => {
      if (waiting.length === 0 && !closed) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(quietMs, resolve)
          wake = () => {
            cancel()
            resolve()
          }
        })
      }
      const value = waiting.shift()
      if (value !== undefined) return { is: 'value', value }
      return { is: closed ? 'closed' : 'quiet' }
    },
  }
}
