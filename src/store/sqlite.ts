/**
 * The store of one machine: a SQLite file in the data folder. SQLite runs on the thread that carries the audio, so checkpoints
 * are gathered and written a few at a time, with the event loop free in between.
 */
import { type Cancel, type Clock, passed } from '../clock.ts'
import type { StoreError, StoreErrorCode } from '../errors.ts'
import type { SqliteDriver } from '../runtime/sqlite.ts'
import { type Change, createBacklog, latestOf } from './backlog.ts'
import { type CheckpointTable, createCheckpointTable } from './checkpoint-table.ts'
import { storeError } from './problem.ts'
import { BATCH, BATCH_MS, KEPT_MS, PRUNE_EVERY_MS, RETRY_MS } from './rhythm.ts'
import type { Store, StoredCheckpoint } from './store.ts'
import { createStoreFront } from './store-front.ts'
import { type Attempt, createStoreFile } from './store-file.ts'

export type SqliteStoreOptions = Readonly<{
  /** The database file; it and its folder are made if they are not there. */
  path: string
  driver: SqliteDriver
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  /** Hears what the store cannot do, of each kind at most once a minute. */
  onError: (error: StoreError) => void
  /** Resolves when the thread that settles the file may be started; at once without. */
  mayStart?: Promise<void>
}>

/** How often someone who waits has a lock or a damaged file tried again, `BATCH_MS` apart. */
const TRIES = 20

/** How long what was written may lie in SQLite's log: what a power cut can cost. */
const SETTLE_MS = 2_000
/** A while after the other thread, so that calls are heard between the two. */
const FIRST_SETTLE_MS = 100
const NAME = 'select id from store_name'
const PRUNED_ROWS = 64

/** Opens the store. A file that cannot be opened is told, and tried again until it can. */
export const createSqliteStore = (options: SqliteStoreOptions): Store => {
  const { clock, now } = options
  const backlog = createBacklog()
  let id: string | undefined
  let isPruneDue = true
  let cancelBatch: Cancel | undefined
  let cancelSettle: Cancel | undefined
  let cancelPrune: Cancel | undefined

  const file = createStoreFile({
    ...options,
    tables: createCheckpointTable,
    onNewFile: () => {
      id = undefined
      backlog.startOver()
      schedule()
    },
  })

  /** Writes the next changes, all or none of them; gives how many are left. */
  const writeBatch = (): Attempt<number> => {
    const batch = backlog.next(BATCH)
    if (batch.length === 0 && !isPruneDue) return { result: 0 }
    return file.attempt('write to', (table, database) => {
      const pruned = database.transaction(() => {
        for (const change of batch) write(table, change)
        return isPruneDue ? table.prune(now() - KEPT_MS, PRUNED_ROWS) : 0
      })
      isPruneDue = pruned === PRUNED_ROWS
      backlog.done(batch)
      scheduleSettle()
      return backlog.size()
    })
  }

  /** A row that SQLite will not take must not hold up the others. */
  const write = (table: CheckpointTable, change: Change): void => {
    try {
      table.write(change)
    } catch (cause) {
      const error = storeError(`cannot keep call ${change.callSid}`, cause)
      if (error.code !== 'store-refused') throw cause
      file.tell(error)
    }
  }

  const schedule = (delayMs = BATCH_MS): void => {
    cancelBatch ??= clock.after(delayMs, () => {
      cancelBatch = undefined
      const failed = failureOf(writeBatch())
      const isWell = failed === undefined || failed === 'store-busy'
      if (backlog.size() > 0 || isPruneDue) schedule(isWell ? BATCH_MS : RETRY_MS)
    })
  }

  const scheduleSettle = (delayMs = SETTLE_MS): void => {
    cancelSettle ??= clock.after(delayMs, () => {
      cancelSettle = undefined
      file.settle()
    })
  }

  const schedulePrune = (): void => {
    cancelPrune = clock.after(PRUNE_EVERY_MS, () => {
      backlog.dropBefore(now() - KEPT_MS)
      isPruneDue = true
      schedule()
      schedulePrune()
    })
  }

  /** Makes an attempt again while what it failed of passes by itself. */
  const patiently = async <Result>(attempt: () => Attempt<Result>): Promise<Attempt<Result>> => {
    for (let tries = 1;; tries++) {
      const attempted = attempt()
      if (tries === TRIES || !isPassing(failureOf(attempted))) return attempted
      await passed(clock, BATCH_MS)
    }
  }

  const readName = (): string | undefined => {
    const read = file.attempt('read', (_, database) => database.prepare(NAME).get()?.id)
    return 'result' in read && typeof read.result === 'string' ? read.result : undefined
  }

  const flush = async (): Promise<void> => {
    while (backlog.size() > 0) {
      if (failureOf(await patiently(writeBatch))) return
      // A turn of the event loop for the audio.
      if (backlog.size() > 0) await passed(clock, 0)
    }
  }

  const load = async (callSid: string): Promise<StoredCheckpoint | undefined> => {
    const read = await patiently(() => file.attempt('read', (table) => table.read(callSid)))
    if ('failed' in read) return backlog.newest(callSid)
    return latestOf(backlog, callSid, read.result)
  }

  const close = async (): Promise<void> => {
    cancelPrune?.()
    await flush()
    cancelBatch?.()
    cancelSettle?.()
    file.close()
  }

  file.attempt('open', () => {})
  // To start its thread takes up to 70 ms (Deno), and so early nobody is on the phone.
  if (options.mayStart) void options.mayStart.then(() => scheduleSettle(FIRST_SETTLE_MS))
  else file.settle()
  schedulePrune()
  return {
    id: () => id ??= readName(),
    load,
    ...createStoreFront({ backlog, schedule, flush, close }),
  }
}

type Failure = StoreErrorCode | 'closed'

const failureOf = (attempt: Attempt<unknown>): Failure | undefined =>
  'failed' in attempt ? attempt.failed : undefined

const isPassing = (failure: Failure | undefined): boolean =>
  failure === 'store-busy' || failure === 'store-corrupt'
