/**
 * Lets calls begin one after the other, no faster than the account may. Twilio itself would queue what is too fast, for up to a day:
 * then people are called hours late, by a process that has forgotten why.
 */
import type { Cancel, Clock } from '../clock.ts'

/** A call that waits for its turn. */
export type Waiting = Readonly<{
  /** Begins it; the next one has to wait for its turn, not for this to end. */
  start: () => void
  /** It has waited longer than it may. */
  expired: () => void
  /** How long it may wait. */
  withinMs: number
}>

export type Pace = Readonly<{
  /** Queues a call. Gives what takes it out again, or undefined when the queue is full. */
  add: (call: Waiting) => Cancel | undefined
  waiting: () => number
}>

export type PaceOptions = Readonly<{
  clock: Clock
  /** Asked again for each call, as the configuration may change. */
  perSecond: () => number
  /** Whether there is room for one more call now. */
  hasRoom: () => boolean
}>

/** Calls that may wait; at one a second the last of them waits for more than eight minutes. */
export const MOST_WAITING = 500
/** When there is no room, it is looked for again after this. */
const LOOK_AGAIN_MS = 1_000

/** Makes an empty queue. First come, first called. */
export const createPace = ({ clock, perSecond, hasRoom }: PaceOptions): Pace => {
  const queue = new Set<Waiting>()
  let notBeforeMs = -Infinity
  let cancelTimer: Cancel | undefined

  const next = () => {
    cancelTimer = undefined
    const [first] = queue
    if (!first) return
    const waitMs = notBeforeMs - clock.nowMs()
    if (waitMs > 0) return plan(waitMs)
    if (!hasRoom()) return plan(LOOK_AGAIN_MS)
    queue.delete(first)
    notBeforeMs = clock.nowMs() + 1000 / perSecond()
    plan(1000 / perSecond())
    first.start()
  }

  const plan = (ms: number) => {
    cancelTimer ??= clock.after(ms, next)
  }

  return {
    add: (call) => {
      if (queue.size >= MOST_WAITING) return undefined
      const waiting: Waiting = {
        ...call,
        start: () => {
          cancelExpiry()
          call.start()
        },
      }
      const takeOut = () => {
        cancelExpiry()
        if (queue.delete(waiting) && queue.size === 0) {
          cancelTimer?.()
          cancelTimer = undefined
        }
      }
      const cancelExpiry = clock.after(call.withinMs, () => {
        takeOut()
        call.expired()
      })
      queue.add(waiting)
      plan(0)
      return takeOut
    },
    waiting: () => queue.size,
  }
}
