/** Counts what a call costs while it goes on, for the limits of its customer: the call's own, and that of the day. */
import type { CallMeter } from '../bridge/begin-call.ts'
import type { BegunCall } from '../bridge/exchange.ts'
import type { Log } from '../log.ts'
import type { DayCosts } from './day-costs.ts'
import type { Prices } from './money.ts'
import {
  type Billing,
  noteCost,
  NOTHING_USED,
  runningNano,
  transcriptionModelOf,
} from './running-cost.ts'

export type MeterOptions = Readonly<{
  prices: () => Prices
  dayCosts: Pick<DayCosts, 'add'>
  /** Milliseconds since 1970. */
  now: () => number
  log: Log
}>

/** Gives each call its meter. */
export const createMeters = ({ prices, dayCosts, now, log }: MeterOptions) =>
(
  { facts: { callSid, line: { customer } }, model }: BegunCall,
): CallMeter => {
  const billing: Billing = {
    prices: prices(),
    startedAt: now(),
    model,
    transcriptionModel: transcriptionModelOf(customer),
  }
  let used = NOTHING_USED
  let counted = 0

  const { costPerCall, costPerDay } = customer.limits
  const isLimited = costPerCall !== undefined || costPerDay !== undefined
  if (isLimited && runningNano(billing, used, 0) === undefined) {
    log.warn('limit.no-price', { callSid, customer: customer.id, model })
  }

  const count = (atMs: number): number => {
    const nano = runningNano(billing, used, atMs) ?? 0
    if (nano > counted) {
      dayCosts.add(customer, billing.startedAt, nano - counted)
      counted = nano
    }
    return counted
  }

  return {
    note: (entry) => {
      used = noteCost(used, entry)
      count(entry.atMs)
    },
    spentNano: count,
  }
}
