/** Opens the record where the environment says: PostgreSQL, or a file in the data folder. */
import type { Clock } from '../clock.ts'
import type { StoreError } from '../errors.ts'
import * as files from '../runtime/files.ts'
import { createDatabaseThread } from './database-thread.ts'
import { createJournal } from './journal.ts'
import { noOutboundQueue } from './outbound-queue.ts'
import { noOutbox } from './outbox.ts'
import type { RecordDatabase } from './record-database.ts'
import { createRecordStore, type RecordStore } from './record-store.ts'
import { createRecordWriter } from './record-writer.ts'

export type OpenOptions = Readonly<{
  databaseUrl: string | undefined
  dataFolder: string
  clock: Clock
  /** How long PostgreSQL may take for one statement, where calls do not wait for it. */
  statementMs?: number | undefined
  onError: (error: StoreError) => void
}>

/** Makes the database known; nothing is read or written yet, and its thread waits for `mayStart`. */
export const openDatabase = (
  { databaseUrl, dataFolder, statementMs }: Omit<OpenOptions, 'onError' | 'clock'>,
  mayStart?: Promise<void>,
): RecordDatabase =>
  createDatabaseThread(
    databaseUrl === undefined
      ? { engine: 'sqlite', path: `${dataFolder}/record.db` }
      : { engine: 'postgres', url: databaseUrl, statementMs },
    mayStart,
  )

/** Makes the record of a process over its database. `name` is what its journal is called by. */
export const openRecord = (
  database: RecordDatabase,
  name: string,
  { dataFolder, clock, onError }: Omit<OpenOptions, 'databaseUrl' | 'statementMs'>,
): RecordStore => {
  const journal = createJournal({ folder: dataFolder, files, name, now: Date.now })
  return createRecordStore(
    database,
    (database) => createRecordWriter({ database, journal, clock, onError }),
    Date.now,
  )
}

/** A record that keeps nothing. */
export const noRecord: RecordStore = {
  write: () => {},
  list: () => Promise.resolve([]),
  call: () => Promise.resolve(undefined),
  find: () => Promise.resolve([]),
  costs: () => Promise.resolve([]),
  tag: () => Promise.resolve({ is: 'no-such-call' }),
  tagsOf: () => Promise.resolve([]),
  forget: () => Promise.resolve([]),
  deleteBefore: () => Promise.resolve(0),
  takeLease: () => Promise.resolve(false),
  outbox: noOutbox,
  outboundQueue: noOutboundQueue,
  standing: () => Promise.resolve({ version: 0, missing: [] }),
  migrate: () => Promise.resolve([]),
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
}
