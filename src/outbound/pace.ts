/**
 * Lets the calls of a customer begin one after the other, no faster than it may and its account has turns. Twilio itself would queue
 * what is too fast, for up to a day: then people are called hours late, by a process that has forgotten why.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { Turns } from './turns.ts'

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
  /** Those of the account, which other customers take, too. */
  turns: Turns
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
export const createPace = ({ clock, turns, perSecond, hasRoom }: PaceOptions): Pace => {
  const queue = new Set<Waiting>()
  let notBeforeMs = -Infinity
  let cancelTimer: Cancel | undefined
  let cancelAsking: Cancel | undefined

  const next = () => {
    cancelTimer = undefined
    if (queue.size === 0 || cancelAsking) return
    const waitMs = notBeforeMs - clock.nowMs()
    if (waitMs > 0) return plan(waitMs)
    // A turn may be there at once, before there is anything to take back.
    let hasComeAtOnce = false
    const cancel = turns.ask(() => {
      hasComeAtOnce = true
      cancelAsking = undefined
      return begin()
    })
    if (!hasComeAtOnce) cancelAsking = cancel
  }

  /** Begins the first call; false when there is no room for it. */
  const begin = (): boolean => {
    const [first] = queue
    if (!first) return false
    if (!hasRoom()) {
      plan(LOOK_AGAIN_MS)
      return false
    }
    queue.delete(first)
    notBeforeMs = clock.nowMs() + 1000 / perSecond()
    plan(1000 / perSecond())
    first.start()
    return true
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
          cancelAsking?.()
          cancelAsking = undefined
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
