/**
 * Whether the phone rings, is picked up or has been hung up: the state that every step of a call
 * asks for.
 */
import type { Clock } from '../../clock.ts'
import type { CallStatus } from './call-fields.ts'

/** The hook of one phone: on, off, and on again for good. */
export type Hook = Readonly<{
  status: () => CallStatus
  /** Aborted once the caller has hung up. */
  hungUp: AbortSignal
  hangUp: () => void
  /**
   * Picks up after a delay. True when it did, false when that was done before or the caller was
   * gone first.
   */
  answer: (delayMs: number) => Promise<boolean>
  /** How long the phone has been off the hook. */
  talkedMs: () => number
  /** Waits, but not longer than until the caller hangs up. */
  pause: (ms: number) => Promise<void>
}>

/** Makes a phone that rings. */
export const createHook = (clock: Clock): Hook => {
  const hangUp = new AbortController()
  const hungUp = hangUp.signal
  let answeredMs: number | undefined

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      if (hungUp.aborted) return resolve()
      const cancel = clock.after(ms, resolve)
      hungUp.addEventListener('abort', () => {
        cancel()
        resolve()
      }, { once: true })
    })

  return {
    status: () => {
      const answered = answeredMs !== undefined
      if (hungUp.aborted) return answered ? 'completed' : 'canceled'
      return answered ? 'in-progress' : 'ringing'
    },
    hungUp,
    hangUp: () => hangUp.abort(),
    answer: async (delayMs) => {
      if (answeredMs !== undefined) return false
      await pause(delayMs)
      if (!hungUp.aborted) answeredMs = clock.nowMs()
      return !hungUp.aborted
    },
    talkedMs: () => answeredMs === undefined ? 0 : clock.nowMs() - answeredMs,
    pause,
  }
}
