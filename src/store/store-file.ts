/**
 * The file of a store, which may be away: a disk is full, read-only or broken while calls are up. Each attempt opens it if it is
 * not open, so the store heals when the disk does; a file that is damaged is moved aside and a new one is begun.
 */
import type { Clock } from '../clock.ts'
import type { StoreError, StoreErrorCode } from '../errors.ts'
import type { SqlDatabase, SqliteDriver } from '../runtime/sqlite.ts'
import { migrate } from './migrations.ts'
import { createPacer, createTeller } from './pacer.ts'
import { storeError } from './problem.ts'

/** What came of an attempt; a failure has been told. */
export type Attempt<Result> =
  | Readonly<{ result: Result }>
  | Readonly<{ failed: StoreErrorCode | 'closed' }>

export type StoreFile<Tables> = Readonly<{
  /** Does something with the open file. `doing` names it for the operator, as in `write to`. Never throws. */
  attempt: <Result>(
    doing: string,
    action: (tables: Tables, database: SqlDatabase) => Result,
  ) => Attempt<Result>
  /** Moves what was written from the log into the file, on another thread; a failure is told. */
  settle: () => void
  /** Tells of a failure that did not end an attempt. */
  tell: (error: StoreError) => void
  /** Closes the file for good: what is attempted afterwards fails and is not told. */
  close: () => void
}>

export type StoreFileOptions<Tables> = Readonly<{
  path: string
  driver: SqliteDriver
  clock: Pick<Clock, 'nowMs'>
  /** Milliseconds since 1970. */
  now: () => number
  /** Prepares what is needed of a file that was opened. */
  tables: (database: SqlDatabase) => Tables
  onError: (error: StoreError) => void
  /** Runs when a damaged file was moved aside: what it held is gone. */
  onNewFile: () => void
}>

/**
 * Waiting for a lock stops every call of the process, so it is short and the attempt is made again. A commit does not wait for
 * the disk: a killed process loses nothing of it, a machine that loses power what was not settled. Only where nothing is ever
 * settled does SQLite do it itself, after 32 MiB. What was said on a call is overwritten when it is deleted.
 */
const SETTINGS = `
  pragma busy_timeout = 10;
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma wal_autocheckpoint = 8192;
  pragma secure_delete = on;
`

/** How often a damaged file is replaced. */
const REPLACE_AGAIN_MS = 60_000

/** Makes the file known; it is opened by the first attempt. */
export const createStoreFile = <Tables>(options: StoreFileOptions<Tables>): StoreFile<Tables> => {
  const { path, driver, clock, onError, onNewFile } = options
  let open: { database: SqlDatabase; tables: Tables } | undefined
  let isClosed = false
  const tell = createTeller(clock, onError)
  const mayReplace = createPacer<'file'>(clock, REPLACE_AGAIN_MS)

  const letGo = () => {
    const database = open?.database
    open = undefined
    if (database) closeQuietly(database)
  }

  const replace = (tried: string, cause: unknown) => {
    const aside = `${path}.corrupt-${new Date(options.now()).toISOString().replaceAll(':', '-')}`
    try {
      driver.move(path, aside)
      onNewFile()
      tell(storeError(tried, cause, `moved aside to ${aside}, a new one is begun`))
    } catch (error) {
      tell(storeError(tried, cause, `cannot move it aside: ${String(error)}`))
    }
  }

  const fail = (tried: string, cause: unknown): { failed: StoreErrorCode } => {
    const error = storeError(tried, cause)
    // A fresh handle sees a disk that was mounted anew.
    if (error.code !== 'store-busy') letGo()
    if (error.code === 'store-corrupt' && mayReplace('file')) replace(tried, cause)
    else tell(error)
    return { failed: error.code }
  }

  return {
    attempt: (doing, action) => {
      if (isClosed) return { failed: 'closed' }
      try {
        open ??= openFile(options)
      } catch (error) {
        return fail(`cannot open ${path}`, error)
      }
      try {
        return { result: action(open.tables, open.database) }
      } catch (error) {
        return fail(`cannot ${doing} ${path}`, error)
      }
    },
    settle: () => {
      open?.database.settle().catch((cause) => tell(storeError(`cannot settle ${path}`, cause)))
    },
    tell,
    close: () => {
      isClosed = true
      letGo()
    },
  }
}

const openFile = <Tables>({ path, driver, tables }: StoreFileOptions<Tables>) => {
  const database = driver.open(path)
  try {
    database.exec(SETTINGS)
    migrate(database)
    return { database, tables: tables(database) }
  } catch (error) {
    closeQuietly(database)
    throw error
  }
}

/** A handle that failed may fail once more when it is closed; that says nothing new. */
const closeQuietly = (database: SqlDatabase): void => {
  try {
    database.close()
  } catch {
    // Nothing is left that could be done with it.
  }
}
