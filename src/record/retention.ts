/** Deletes what was kept long enough: once an hour, on one machine, a customer at a time. */
import type { Clock } from '../clock.ts'
import type { Customer } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { KeptKind, RecordStore } from '../store/record-store.ts'

export type RetentionOptions = Readonly<{
  store: Pick<RecordStore, 'deleteBefore' | 'takeLease'>
  customers: () => readonly Pick<Customer, 'id' | 'retention'>[]
  /** The machine that asks for the task. */
  machine: string
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  log: Log
}>

/** Something to delete. */
export type Overdue = Readonly<{ customer: string; kind: KeptKind; before: number }>

const HOUR_MS = 3_600_000
/** The first time comes when a process that has just started has done what is more urgent. */
const FIRST_MS = 60_000

/** What is to be deleted at a moment; what goes with a whole call is not asked for apart. */
export const overdue = (
  customers: readonly Pick<Customer, 'id' | 'retention'>[],
  now: number,
): readonly Overdue[] =>
  customers.flatMap(({ id, retention: { callsMs = Infinity, transcriptMs = Infinity } }) => [
    ...(callsMs < Infinity
      ? [{ customer: id, kind: 'calls', before: now - callsMs } as const]
      : []),
    ...(transcriptMs < callsMs
      ? [{ customer: id, kind: 'transcript', before: now - transcriptMs } as const]
      : []),
  ])

/** Starts the job; gives what ends it. */
export const startRetention = (options: RetentionOptions): () => void => {
  const { store, clock, now, log } = options

  const deleteAll = async (): Promise<void> => {
    const due = overdue(options.customers(), now())
    if (due.length === 0) return
    const lease = { name: 'retention', owner: options.machine, now: now(), until: now() + HOUR_MS }
    if (!await store.takeLease(lease)) return
    for (const { customer, kind, before } of due) {
      const deleted = await store.deleteBefore(customer, kind, before)
      if (deleted > 0) {
        log.info('record.deleted', {
          customer,
          kind,
          deleted,
          before: new Date(before).toISOString(),
        })
      }
    }
  }

  const run = () => {
    deleteAll().catch((error) => log.error('record.not-deleted', { problem: String(error) }))
    cancel = clock.after(HOUR_MS, run)
  }
  let cancel = clock.after(FIRST_MS, run)
  return () => cancel()
}
