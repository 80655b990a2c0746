/**
 * Time as a value to hand in: one monotonic clock that never jumps with the wall, so that a test can own it.
 */

/** Ends a wait that has not happened yet; does nothing afterwards. */
export type Cancel = () => void

export type Clock = Readonly<{
  /** Milliseconds since an arbitrary start, with fractions, never going back. */
  nowMs: () => number
  /** Runs `action` once, `delayMs` from now. Whoever asks for it owns the returned cancel. */
  after: (delayMs: number, action: () => void) => Cancel
}>

/** The clock of this process. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, Math.max(0, delayMs))
    return () => clearTimeout(timer)
  },
}

/** Resolves when so many milliseconds have passed. */
export const passed = (clock: Pick<Clock, 'after'>, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve))

/** Waits for what never rejects, and no longer than this. */
export const settledWithin = (clock: Clock, ms: number, done: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.after(ms, resolve)
    void done.then(() => {
      cancel()
      resolve()
    })
  })
