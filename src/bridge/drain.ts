/**
 * How a process leaves its calls: it takes no new ones, lets those that are on go on for a while, and hands the rest over, each at a
 * quiet moment, until the last moment in which it does so in any.
 */
import type { Clock } from '../clock.ts'
import type { Exchange } from './exchange.ts'

export type DrainLimits = Readonly<{
  /** How long calls go on undisturbed. */
  softMs: number
  /** When the last call is handed over, quiet or not; counted from the beginning, too. */
  hardMs: number
}>

const LOOK_EVERY_MS = 50

/** Resolves when no call is left; says how many had to be handed over. */
export const drainCalls = async (
  exchange: Pick<Exchange, 'count' | 'handOver'>,
  clock: Clock,
  { softMs, hardMs }: DrainLimits,
): Promise<number> => {
  const startedAtMs = clock.nowMs()
  const emptyOrAfter = async (limitMs: number) => {
    while (exchange.count() > 0 && clock.nowMs() - startedAtMs < limitMs) {
      await passed(clock, LOOK_EVERY_MS)
    }
  }
  await emptyOrAfter(softMs)
  const handedOver = exchange.count()
  exchange.handOver(false)
  await emptyOrAfter(hardMs)
  exchange.handOver(true)
  return handedOver
}

const passed = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve))
