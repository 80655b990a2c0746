/** The pace of each customer whose calls we place; all of them share the turns of one account. */
import type { Exchange } from '../bridge/exchange.ts'
import type { Clock } from '../clock.ts'
import type { Config, Line } from '../config/config.ts'
import { createPace, type Pace } from './pace.ts'
import { createTurns } from './turns.ts'

export type PacesOptions = Readonly<{
  clock: Clock
  config: () => Config
  noRoom: Exchange['noRoom']
}>

/** Gives the pace of whom a line belongs to. What it may is read anew for each call, because files change. */
export const createPaces = ({ clock, config, noRoom }: PacesOptions): (line: Line) => Pace => {
  const paces = new Map<string, Pace>()
  const turns = createTurns({ clock, perSecond: () => callsPerSecondOf(config()) })
  return ({ number, customer }) => {
    const known = paces.get(customer.id)
    if (known) return known
    const current = () => config().customers.find(({ id }) => id === customer.id)
    const pace = createPace({
      clock,
      turns,
      perSecond: () => current()?.outbound?.callsPerSecond ?? 1,
      hasRoom: () => noRoom({ number, customer: current() ?? customer }) === undefined,
    })
    paces.set(customer.id, pace)
    return pace
  }
}

/** How fast the account may place calls; where the operator has not said so, as fast as the fastest of its customers. */
const callsPerSecondOf = ({ service, customers }: Config): number => {
  const ofCustomers = customers.flatMap(({ outbound }) => outbound?.callsPerSecond ?? [])
  return service.outbound.callsPerSecond ?? (ofCustomers.length > 0 ? Math.max(...ofCustomers) : 1)
}
