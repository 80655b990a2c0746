/**
 * Whether the phone rings, is picked up or has been hung up, and whether the call was told to do
 * something else: the state that every step of a call asks for.
 */
import type { Clock } from '../../clock.ts'
import type { CallStatus } from './call-fields.ts'

/** What a REST request makes of a call: another document, or its end. */
export type CallChange =
  | Readonly<{ url: string; method: 'GET' | 'POST' }>
  | Readonly<{ twiml: string }>
  | Readonly<{ end: true }>

/** The hook of one phone: on, off, and on again for good. */
export type Hook = Readonly<{
  status: () => CallStatus
  /** Aborted once the caller has hung up. */
  hungUp: AbortSignal
  hangUp: () => void
  /** Aborted once the caller has hung up or the call is told to do something else. */
  interrupted: () => AbortSignal
  /** Tells the call to do something else. */
  change: (change: CallChange) => void
  /** Takes what the call was told to do, if it was told something. */
  takeChange: () => CallChange | undefined
  /**
   * Picks up after a delay. True when it did, false when that was done before or the caller was
   * gone first.
   */
  answer: (delayMs: number) => Promise<boolean>
  /** How long the phone has been off the hook. */
  talkedMs: () => number
  /** Waits, but not longer than until the call is interrupted. */
  pause: (ms: number) => Promise<void>
}>

/** Makes a phone that rings. */
export const createHook = (clock: Clock): Hook => {
  const hangUp = new AbortController()
  const hungUp = hangUp.signal
  let answeredMs: number | undefined
  let pending: CallChange | undefined
  let change = new AbortController()
  let interrupted = AbortSignal.any([hungUp, change.signal])

  const pauseUntil = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve()
      const done = () => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = clock.after(ms, done)
      signal.addEventListener('abort', done, { once: true })
    })

  return {
    status: () => {
      const answered = answeredMs !== undefined
      if (hungUp.aborted) return answered ? 'completed' : 'canceled'
      return answered ? 'in-progress' : 'ringing'
    },
    hungUp,
    hangUp: () => hangUp.abort(),
    interrupted: () => interrupted,
    change: (to) => {
      pending = to
      change.abort()
    },
    takeChange: () => {
      const taken = pending
      pending = undefined
      if (taken) {
        change = new AbortController()
        interrupted = AbortSignal.any([hungUp, change.signal])
      }
      return taken
    },
    answer: async (delayMs) => {
      if (answeredMs !== undefined) return false
      await pauseUntil(delayMs, hungUp)
      if (!hungUp.aborted) answeredMs = clock.nowMs()
      return !hungUp.aborted
    },
    talkedMs: () => answeredMs === undefined ? 0 : clock.nowMs() - answeredMs,
    pause: (ms) => pauseUntil(ms, interrupted),
  }
}
