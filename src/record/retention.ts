/**
 * Deletes what was kept long enough: once an hour, on one machine, a customer at a time; recordings and messages on the
 * machine that has them, or in the storage.
 */
import type { Clock } from '../clock.ts'
import type { Customer } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { KeptKind, RecordStore } from '../store/record-store.ts'
import type { MessageBook } from '../tools/message-book.ts'
import type { CallFiles } from './call-files.ts'
import type { StoredRecordings } from './stored-recordings.ts'

export type RetentionOptions = Readonly<{
  store: Pick<RecordStore, 'deleteBefore' | 'takeLease'>
  /** The recordings on this machine. */
  recordings: Pick<CallFiles, 'removeBefore'>
  /** The event logs on this machine. */
  eventLogs: Pick<CallFiles, 'removeBefore'>
  /** What callers left on this machine for the people of a customer. */
  messages: Pick<MessageBook, 'removeBefore'>
  /** Recordings in the storage, if there is one. */
  stored: () => Pick<StoredRecordings, 'removeBefore'> | undefined
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

/** The recordings that are to be deleted at a moment; one does not outlive its call. */
export const overdueSound = (
  customers: readonly Pick<Customer, 'id' | 'retention'>[],
  now: number,
): readonly Readonly<{ customer: string; before: number }>[] =>
  customers.flatMap(({ id, retention: { callsMs = Infinity, audioMs = Infinity } }) => {
    const keptMs = Math.min(callsMs, audioMs)
    return keptMs < Infinity ? [{ customer: id, before: now - keptMs }] : []
  })

/** The messages that are to be deleted at a moment: with the words of their calls. */
export const overdueMessages = (
  customers: readonly Pick<Customer, 'id' | 'retention'>[],
  now: number,
): readonly Readonly<{ customer: string; before: number }>[] =>
  customers.flatMap(({ id, retention: { callsMs = Infinity, transcriptMs = Infinity } }) => {
    const keptMs = Math.min(callsMs, transcriptMs)
    return keptMs < Infinity ? [{ customer: id, before: now - keptMs }] : []
  })

/** The event logs that are to be deleted at a moment; one does not outlive the words of its call. */
export const overdueEvents = (
  customers: readonly Pick<Customer, 'id' | 'retention'>[],
  now: number,
): readonly Readonly<{ customer: string; before: number }>[] =>
  customers.flatMap(({ id, retention }) => {
    const { callsMs = Infinity, transcriptMs = Infinity, eventsMs = transcriptMs } = retention
    const keptMs = Math.min(callsMs, eventsMs)
    return keptMs < Infinity ? [{ customer: id, before: now - keptMs }] : []
  })

/** Starts the job; gives what ends it. */
export const startRetention = (options: RetentionOptions): () => void => {
  const { store, recordings, eventLogs, messages, clock, now, log } = options

  const told = (
    customer: string,
    kind: KeptKind | 'audio' | 'events' | 'messages',
    before: number,
    deleted: number,
  ) => {
    if (deleted === 0) return
    log.info('record.deleted', { customer, kind, deleted, before: new Date(before).toISOString() })
  }

  const deleteSound = async (): Promise<void> => {
    for (const { customer, before } of overdueSound(options.customers(), now())) {
      told(customer, 'audio', before, await recordings.removeBefore(customer, before))
    }
  }

  const deleteMessages = async (): Promise<void> => {
    for (const { customer, before } of overdueMessages(options.customers(), now())) {
      told(customer, 'messages', before, await messages.removeBefore(customer, before))
    }
  }

  const deleteEvents = async (): Promise<void> => {
    for (const { customer, before } of overdueEvents(options.customers(), now())) {
      told(customer, 'events', before, await eventLogs.removeBefore(customer, before))
    }
  }

  const deleteAll = async (): Promise<void> => {
    const due = overdue(options.customers(), now())
    const stored = options.stored()
    const sound = stored ? overdueSound(options.customers(), now()) : []
    if (due.length + sound.length === 0) return
    const lease = { name: 'retention', owner: options.machine, now: now(), until: now() + HOUR_MS }
    if (!await store.takeLease(lease)) return
    for (const { customer, kind, before } of due) {
      told(customer, kind, before, await store.deleteBefore(customer, kind, before))
    }
    for (const { customer, before } of sound) {
      told(customer, 'audio', before, await stored?.removeBefore(customer, before) ?? 0)
    }
  }

  const run = () => {
    for (const job of [deleteSound, deleteEvents, deleteMessages, deleteAll]) {
      job().catch((error) => log.error('record.not-deleted', { problem: String(error) }))
    }
    cancel = clock.after(HOUR_MS, run)
  }
  let cancel = clock.after(FIRST_MS, run)
  return () => cancel()
}
