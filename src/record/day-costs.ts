/**
 * What each customer has spent today, for those whose day is limited. It is known at once, because a caller waits for the answer: what
 * calls of this process cost is added as they cost it, and once a minute the record is asked for what others have spent.
 */
import type { Clock } from '../clock.ts'
import type { Customer } from '../config/config.ts'
import { startOfDay } from '../config/hours/time-zone.ts'
import type { Log } from '../log.ts'
import type { RecordStore } from '../store/record-store.ts'

/** What is asked of a customer's file. */
export type DaySpender = Pick<Customer, 'id' | 'limits' | 'hours'>

export type DayCosts = Readonly<{
  /** Adds what a call that began at `startedAt` has cost; it counts on that day, in billionths of a dollar. */
  add: (customer: DaySpender, startedAt: number, nano: number) => void
  /** Whether a customer has spent what a day may cost. */
  isSpent: (customer: DaySpender) => boolean
  /** Resolves when the record was asked for the first time. Never rejects. */
  known: Promise<void>
  stop: () => void
}>

export type DayCostsOptions = Readonly<{
  record: Pick<RecordStore, 'costs'>
  customers: () => readonly DaySpender[]
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  log: Log
}>

type Day = Readonly<{ from: number; nano: number; isTold: boolean }>

const ASK_EVERY_MS = 60_000
const ASK_AGAIN_MS = 5_000
const NANO = 1e9

/** Starts to count. */
export const startDayCosts = (options: DayCostsOptions): DayCosts => {
  const { record, customers, clock, now, log } = options
  const days = new Map<string, Day>()

  const today = ({ id, hours }: DaySpender): Day => {
    const from = startOfDay(hours?.timezone ?? 'UTC', now())
    const known = days.get(id)
    return known?.from === from ? known : { from, nano: 0, isTold: false }
  }

  const become = (customer: DaySpender, day: Day) => {
    const { costPerDay } = customer.limits
    const isOver = costPerDay !== undefined && day.nano >= costPerDay * NANO
    if (isOver && !day.isTold) {
      log.warn('limit.day-spent', {
        customer: customer.id,
        limitUsd: costPerDay.toFixed(2),
        spentUsd: (day.nano / NANO).toFixed(4),
      })
    }
    days.set(customer.id, { ...day, isTold: day.isTold || isOver })
  }

  // The record is a moment behind with the calls of this process, so it can only say more than is known here.
  const ask = async (customer: DaySpender): Promise<void> => {
    const { from } = today(customer)
    const costs = await record.costs({ by: 'customer', customer: customer.id, since: from })
    const nano = costs.reduce((sum, { costNano }) => sum + costNano, 0)
    const day = today(customer)
    if (day.from === from) become(customer, { ...day, nano: Math.max(day.nano, nano) })
  }

  const askAll = async (): Promise<void> => {
    const limited = customers().filter(({ limits }) => limits.costPerDay !== undefined)
    try {
      await Promise.all(limited.map(ask))
      failures = 0
    } catch (error) {
      failures += 1
      // The tables of a first start may not be there yet.
      if (failures > 1) log.warn('limit.day-unknown', { problem: String(error) })
    }
    if (isStopped) return
    cancel = clock.after(failures === 0 ? ASK_EVERY_MS : ASK_AGAIN_MS, () => void askAll())
  }

  let failures = 0
  let isStopped = false
  let cancel = () => {}
  const known = askAll()
  return {
    add: (customer, startedAt, nano) => {
      const day = today(customer)
      if (startedAt >= day.from) become(customer, { ...day, nano: day.nano + nano })
    },
    isSpent: (customer) => {
      const { costPerDay } = customer.limits
      return costPerDay !== undefined && today(customer).nano >= costPerDay * NANO
    },
    known,
    stop: () => {
      isStopped = true
      cancel()
    },
  }
}
