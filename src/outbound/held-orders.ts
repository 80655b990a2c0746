/**
 * The orders that this process holds in the store: kept before they are taken for done, let go when they are over, and taken over
 * from a process that died. The store may be away; then calls are placed all the same, and only a crash can lose them.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { KeptOrder, OutboundQueue, TakenOrder } from '../store/outbound-queue.ts'

/** Whether a call may be dialled; `unknown` while the store is away. */
export type Begun = 'mine' | 'gone' | 'unknown'

export type HeldOrders = Readonly<{
  /** Keeps an order; false when it could not be. Never rejects. */
  keep: (order: KeptOrder) => Promise<boolean>
  begin: (id: string) => Promise<Begun>
  /** Forgets an order; tried again until the store has done it. */
  end: (id: string) => void
  /** Takes an order that Twilio speaks of from the process that dialled it. */
  adopt: (id: string) => Promise<TakenOrder | undefined>
  /** Starts to take over what nobody holds any more. */
  start: (taken: (orders: readonly TakenOrder[]) => void) => void
  /** Takes nothing over any more, and lets go of what waits. */
  stop: () => Promise<void>
}>

export type HeldOrdersOptions = Readonly<{
  queue: OutboundQueue
  /** Names this process, and no other one before or after it. */
  owner: string
  clock: Clock
  /** Milliseconds since 1970. */
  wallMs: () => number
  log: Log
}>

const ROUND_MS = 3_000
/** What a dead process held is taken over after this; a live one has missed three rounds then. */
const HOLD_MS = 10_000
const TAKEN_AT_ONCE = 100

/** Makes the orders of a process. */
export const createHeldOrders = (options: HeldOrdersOptions): HeldOrders => {
  const { queue, owner, clock, wallMs, log } = options
  const holder = () => ({ owner, until: wallMs() + HOLD_MS })
  const unended = new Set<string>()
  let cancelRound: Cancel = () => {}
  let isStopped = false
  let isAway = false

  /** Does something with the store; what it cannot do is told once, and gives `otherwise`. */
  const attempt = async <Value>(work: Promise<Value>, otherwise: Value): Promise<Value> => {
    try {
      const value = await work
      isAway = false
      return value
    } catch (error) {
      if (!isAway) log.warn('outbound.store-away', { problem: String(error) })
      isAway = true
      return otherwise
    }
  }

  const end = async (id: string): Promise<void> => {
    unended.add(id)
    if (await attempt(queue.end(id).then(() => true), false)) unended.delete(id)
  }

  const round = async (taken: (orders: readonly TakenOrder[]) => void): Promise<void> => {
    for (const id of [...unended]) await end(id)
    const orders = await attempt(queue.takeOver(holder(), wallMs(), TAKEN_AT_ONCE), [])
    if (isStopped) return
    taken(orders)
    cancelRound = clock.after(ROUND_MS, () => void round(taken))
  }

  return {
    keep: (order) => attempt(queue.keep(order, holder()), false),
    begin: (id) =>
      attempt<Begun>(
        queue.begin(id, owner).then((isMine) => isMine ? 'mine' : 'gone'),
        'unknown',
      ),
    end: (id) => void end(id),
    adopt: (id) => attempt(queue.adopt(id, holder()), undefined),
    start: (taken) => void round(taken),
    stop: async () => {
      isStopped = true
      cancelRound()
      await attempt(queue.release(owner), undefined)
    },
  }
}
