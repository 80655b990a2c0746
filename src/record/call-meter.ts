/** Counts what a call costs while it goes on, for the limits of its customer: the call's own, and that of the day. */
import type { CallMeter } from '../bridge/begin-call.ts'
import type { BegunCall } from '../bridge/offered-call.ts'
import type { Log } from '../log.ts'
import type { DayCosts } from './day-costs.ts'
import { type Prices, tariffOf } from './money.ts'
import { noteCost, NOTHING_USED, runningNano, transcriptionModelOf } from './running-cost.ts'

export type MeterOptions = Readonly<{
  prices: () => Prices
  dayCosts: Pick<DayCosts, 'add'>
  /** Milliseconds since 1970. */
  now: () => number
  log: Log
}>

/** Gives each call its meter; a customer without such limits needs none. */
export const createMeters = ({ prices, dayCosts, now, log }: MeterOptions) =>
(
  { facts: { callSid, line: { customer } }, model }: BegunCall,
): CallMeter | undefined => {
  const { costPerCall, costPerDay } = customer.limits
  if (costPerCall === undefined && costPerDay === undefined) return undefined
  const startedAt = now()
  const transcriptionModel = transcriptionModelOf(customer)
  const tariff = tariffOf({ prices: prices(), startedAt, model, transcriptionModel })
  if (!tariff) log.warn('limit.no-price', { callSid, customer: customer.id, model })
  let used = NOTHING_USED
  let counted = 0

  const count = (atMs: number): number => {
    const nano = tariff ? runningNano(tariff, used, atMs) : 0
    if (nano > counted) {
      dayCosts.add(customer, startedAt, nano - counted)
      counted = nano
    }
    return counted
  }

  return {
    note: (entry) => {
      // Words come many times a second, and cost nothing by themselves.
      if (entry.type === 'line') return
      used = noteCost(used, entry)
      count(entry.atMs)
    },
    spentNano: count,
  }
}
