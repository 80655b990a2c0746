/**
 * How a process leaves its calls: it takes no new ones, lets those that are on go on for a while, and hands the rest over, each at a
 * quiet moment, until the last moment in which it does so in any. Who is handed over waits for the process that comes next; so
 * where none is there yet, it is done as late as can be.
 */
import { type Clock, passed } from '../clock.ts'
import type { Exchange } from './exchange.ts'

export type DrainLimits = Readonly<{
  /** How long calls go on undisturbed. */
  softMs: number
  /** When the last call is handed over, quiet or not; counted from the beginning, too. */
  hardMs: number
}>

export type DrainOptions =
  & DrainLimits
  & Readonly<{
    exchange: Pick<Exchange, 'count' | 'handOver' | 'summaries' | 'giveUpSummaries'>
    clock: Clock
    /** Asks whether another process would take calls up at once. */
    hasSuccessor: () => Promise<boolean>
    /** Hears how many calls are about to be handed over, and whether somebody is there to take them. */
    onHandOver: (calls: number, hasSuccessor: boolean) => void
  }>

const LOOK_EVERY_MS = 50
const ASK_EVERY_MS = 1_000
/** How long before the last moment quiet ones are looked for although nobody is there to take calls up. */
const LAST_QUIET_MS = 10_000

/** Resolves when no call is left, and none is being summed up; says how many had to be handed over. */
export const drainCalls = async (options: DrainOptions): Promise<number> => {
  const { exchange, clock, softMs, hardMs } = options
  const startedAtMs = clock.nowMs()
  const passedMs = () => clock.nowMs() - startedAtMs
  // A summary is written in seconds, and by nobody else.
  const isBusy = () => exchange.count() + exchange.summaries() > 0
  const emptyOrAfter = async (limitMs: number) => {
    while (isBusy() && passedMs() < limitMs) await passed(clock, LOOK_EVERY_MS)
  }
  await emptyOrAfter(softMs)
  const lastQuietMs = hardMs - LAST_QUIET_MS
  let hasSuccessor = false
  while (exchange.count() > 0 && passedMs() < lastQuietMs) {
    hasSuccessor = await options.hasSuccessor()
    if (hasSuccessor) break
    await emptyOrAfter(Math.min(lastQuietMs, passedMs() + ASK_EVERY_MS))
  }
  const handedOver = exchange.count()
  if (handedOver > 0) options.onHandOver(handedOver, hasSuccessor)
  exchange.handOver(false)
  await emptyOrAfter(hardMs)
  exchange.handOver(true)
  exchange.giveUpSummaries()
  return handedOver
}
