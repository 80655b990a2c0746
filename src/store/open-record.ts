/** Opens the record where the environment says: PostgreSQL, or a file in the data folder. */
import type { Clock } from '../clock.ts'
import type { StoreError } from '../errors.ts'
import * as files from '../runtime/files.ts'
import { createSqliteThread } from '../runtime/sqlite-thread.ts'
import { createJournal } from './journal.ts'
import { noOutboundQueue } from './outbound-queue.ts'
import { noOutbox } from './outbox.ts'
import { createRecordStore, type RecordStore } from './record-store.ts'
import { createRecordWriter } from './record-writer.ts'
import type { Sql } from './sql.ts'
import { createSqliteSql } from './sqlite-sql.ts'

export type OpenOptions = Readonly<{
  databaseUrl: string | undefined
  dataFolder: string
  clock: Clock
  /** How long PostgreSQL may take for one statement, where calls do not wait for it. */
  statementMs?: number | undefined
  onError: (error: StoreError) => void
}>

/**
 * Makes the database known; nothing is read or written yet. The driver of PostgreSQL is loaded by those who have one; the thread of
 * SQLite waits for `mayStart`.
 */
export const openDatabase = async (
  { databaseUrl, dataFolder, clock, statementMs }: Omit<OpenOptions, 'onError'>,
  mayStart?: Promise<void>,
): Promise<Sql> => {
  if (databaseUrl !== undefined) {
    const { createPostgresSql } = await import('./postgres-sql.ts')
    return createPostgresSql({ url: databaseUrl, clock, statementMs })
  }
  const path = `${dataFolder}/record.db`
  return createSqliteSql(path, createSqliteThread(path, mayStart))
}

/** Makes the record of a process over its database. `name` is what its journal is called by. */
export const openRecord = (
  database: Sql,
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
