/** A queue of the store in memory, that several processes share, and of which one may die or the store be away. */
import type { Holder, KeptOrder, OutboundQueue } from '../../src/store/outbound-queue.ts'

export type QueueByHand = Readonly<{
  /** The queue as one process has it. */
  of: (owner: string) => OutboundQueue
  /** Nothing that this process asks has an effect any more. */
  kill: (owner: string) => void
  /** Lets the store refuse everything. */
  away: (is: boolean) => void
  /** What it holds: `out-1 waiting`. */
  states: () => readonly string[]
}>

type Row = KeptOrder & Holder & Readonly<{ state: 'waiting' | 'placing' }>

/** Makes an empty queue. */
export const createQueueByHand = (): QueueByHand => {
  const rows = new Map<string, Row>()
  const killed = new Set<string>()
  let isAway = false

  const of = (owner: string): OutboundQueue => {
    const ask = <Value>(work: () => Value): Promise<Value> => {
      if (isAway) return Promise.reject(new Error('the store is away'))
      return Promise.resolve(work())
    }
    /** A dead process neither renews nor deletes; that it may not dial is what `begin` says. */
    const change = (work: () => void) => ask(() => killed.has(owner) ? undefined : work())
    return {
      keep: (order, holder) =>
        ask(() => {
          rows.set(order.id, { ...order, ...holder, state: 'waiting' })
          return true
        }),
      begin: (id, by) =>
        ask(() => {
          const row = rows.get(id)
          if (row?.state !== 'waiting' || row.owner !== by) return false
          rows.set(id, { ...row, state: 'placing' })
          return true
        }),
      end: (id) => change(() => void rows.delete(id)),
      takeOver: (holder, now) =>
        ask(() => {
          if (killed.has(owner)) return []
          const free = [...rows.values()].filter((row) =>
            row.owner !== holder.owner && row.until <= now
          )
          for (const row of rows.values()) {
            if (free.includes(row) || row.owner === holder.owner) {
              rows.set(row.id, { ...row, ...holder })
            }
          }
          return free
        }),
      adopt: (id, holder) =>
        ask(() => {
          const row = rows.get(id)
          if (row?.state !== 'placing') return undefined
          rows.set(id, { ...row, ...holder })
          return row
        }),
      release: (by) =>
        change(() => {
          for (const row of rows.values()) {
            if (row.owner === by && row.state === 'waiting') rows.set(row.id, { ...row, until: 0 })
          }
        }),
    }
  }

  return {
    of,
    kill: (owner) => void killed.add(owner),
    away: (is) => void (isAway = is),
    states: () => [...rows.values()].map(({ id, state }) => `${id} ${state}`),
  }
}
