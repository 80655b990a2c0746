/** A clock that moves only when a test says so, and runs what is due on the way in order of time. */
import type { Clock } from '../../src/clock.ts'

export type FakeClock =
  & Clock
  & Readonly<{
    advance: (ms: number) => void
    /** How many waits there are. */
    waiting: () => number
  }>

export const createFakeClock = (): FakeClock => {
  let now = 0
  let nextId = 0
  const due: { id: number; atMs: number; action: () => void }[] = []

  const takeBefore = (limitMs: number) => {
    let first = -1
    due.forEach((wait, at) => {
      if (wait.atMs <= limitMs && (first < 0 || wait.atMs < due[first].atMs)) first = at
    })
    return first < 0 ? undefined : due.splice(first, 1)[0]
  }

  return {
    nowMs: () => now,
    waiting: () => due.length,
    after: (delayMs, action) => {
      const id = nextId++
      due.push({ id, atMs: now + Math.max(0, delayMs), action })
      return () => {
        const at = due.findIndex((wait) => wait.id === id)
        if (at >= 0) due.splice(at, 1)
      }
    },
    advance: (ms) => {
      const until = now + ms
      for (let wait = takeBefore(until); wait; wait = takeBefore(until)) {
        now = Math.max(now, wait.atMs)
        wait.action()
      }
      now = until
    },
  }
}
