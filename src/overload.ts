/**
 * Says when the process is too busy to take another call.
 *
 * All calls share one event loop, and what a caller hears is as late as the loop is. A timer tells how late that is; the means the
 * runtimes have for it cannot be used, because Deno's `monitorEventLoopDelay` sees nothing of a loop that is blocked.
 */
import type { Cancel, Clock } from './clock.ts'
import type { Log } from './log.ts'

export type OverloadGuard = Readonly<{
  /** How late nine of ten moments were at most, lately. */
  lagMs: () => number
  /** Whether a new call would hurt those that are on. */
  isOverloaded: () => boolean
  /** Ends the measuring; the answers stay as they are. */
  stop: () => void
}>

export type OverloadGuardOptions = Readonly<{
  clock: Clock
  log: Log
  /** Is told each sample, ten a second, and what followed from it. */
  onLag: (lagMs: number, isOverloaded: boolean) => void
}>

/** The latest samples, oldest first, and what they have led to. */
export type Load = Readonly<{ lagsMs: readonly number[]; isOverloaded: boolean }>

const SAMPLE_MS = 100
/** Two seconds of a loop that is well. */
const SAMPLES = 20
/**
 * Three frames. Audio is not at risk yet, since Twilio plays from a queue; but the agent falls silent three frames late, and
 * an answer comes twice the lag later: once for hearing that the caller has stopped, once for the first sound.
 */
const OVERLOADED_MS = 60
/** One frame: what we promise of a barge-in holds again. */
const RELIEVED_MS = 20

/** A process that has measured nothing yet. */
export const NO_LOAD: Load = {
  lagsMs: Array.from({ length: SAMPLES }, () => 0),
  isOverloaded: false,
}

/** The load after one more sample. It takes three bad ones of twenty: one pause, as of a garbage collection, is no load. */
export const addLag = (load: Load, lagMs: number): Load => {
  const lagsMs = [...load.lagsMs.slice(1), lagMs]
  const limitMs = load.isOverloaded ? RELIEVED_MS : OVERLOADED_MS
  return { lagsMs, isOverloaded: typicalLagMs(lagsMs) > limitMs }
}

/** The 90th percentile of some samples. */
export const typicalLagMs = (lagsMs: readonly number[]): number =>
  lagsMs.toSorted((one, other) => one - other)[Math.ceil(lagsMs.length * 0.9) - 1]

/** Begins to measure. Whoever starts it owns its one timer and stops it. */
export const startOverloadGuard = ({ clock, log, onLag }: OverloadGuardOptions): OverloadGuard => {
  let load = NO_LOAD
  let cancel: Cancel

  const plan = () => {
    const dueAtMs = clock.nowMs() + SAMPLE_MS
    cancel = clock.after(SAMPLE_MS, () => {
      plan()
      take(Math.max(0, clock.nowMs() - dueAtMs))
    })
  }

  const take = (lagMs: number) => {
    const before = load
    load = addLag(before, lagMs)
    onLag(lagMs, load.isOverloaded)
    if (load.isOverloaded === before.isOverloaded) return
    const fields = { lagMs: typicalLagMs(load.lagsMs) }
    if (load.isOverloaded) log.warn('service.overloaded', fields)
    else log.info('service.relieved', fields)
  }

  plan()
  return {
    lagMs: () => typicalLagMs(load.lagsMs),
    isOverloaded: () => load.isOverloaded,
    stop: () => cancel(),
  }
}
