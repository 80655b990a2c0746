/**
 * Takes over the calls of a process that died: those that waited, which the store gives away after a while, and those that Twilio
 * speaks of before that.
 */
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { TakenOrder } from '../store/outbound-queue.ts'
import type { Entries, Entry } from './entry.ts'
import type { HeldOrders } from './held-orders.ts'
import { readOrder } from './kept-order.ts'
import { prepareCall } from './prepare-call.ts'

export type TakeOver = Readonly<{
  /** Begins to take over what nobody holds any more. */
  start: () => void
  /** Finds a call that Twilio speaks of: at once where this process placed it, or from the store. */
  existing: (id: string) => Entry | undefined | Promise<Entry | undefined>
}>

export type TakeOverOptions = Readonly<{
  entries: Entries
  held: Pick<HeldOrders, 'adopt' | 'end' | 'start'>
  config: () => Config
  isStopped: () => boolean
  /** Goes on with a call where the other process left it. */
  goOn: (entry: Entry, state: TakenOrder['state']) => void
  log: Log
}>

/** Makes what takes over for one process. */
export const createTakeOver = (options: TakeOverOptions): TakeOver => {
  const { entries, held, log } = options
  const adopting = new Map<string, Promise<Entry | undefined>>()

  const restore = async (taken: TakenOrder): Promise<Entry | undefined> => {
    const { id, customer, state } = taken
    const order = readOrder(taken)
    const entry = order && await prepareCall(order, taken, options.config())
    if (!entry || 'code' in entry) {
      log.warn('outbound.not-taken-over', { id, customer, reason: entry?.code ?? 'unreadable' })
      held.end(id)
      return undefined
    }
    // Twilio may have told of it meanwhile.
    const known = entries.get(id)
    if (known) return known
    entry.keeping = Promise.resolve(true)
    entries.keep(entry)
    log.info('outbound.taken-over', { id, customer, state })
    options.goOn(entry, state)
    return entry
  }

  return {
    start: () =>
      held.start((orders) => {
        for (const order of orders) if (!entries.get(order.id)) void restore(order)
      }),
    existing: (id) => {
      const known = entries.existing(id)
      if (known || options.isStopped()) return known
      const adopted = adopting.get(id) ??
        held.adopt(id).then((taken) => taken && restore(taken))
          .then((entry) => entry && entries.existing(id))
          .finally(() => adopting.delete(id))
      adopting.set(id, adopted)
      return adopted
    },
  }
}
