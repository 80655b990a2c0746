/**
 * The store that several machines share, so that one can take up the calls of another: checkpoints in PostgreSQL. What is not written
 * yet is known here, and waits while the server is away.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { StoreError } from '../errors.ts'
import { type Change, createBacklog, latestOf } from './backlog.ts'
import {
  checkpointOf,
  checkpointValues,
  FIND_CHECKPOINT,
  FORGET_CHECKPOINT,
  SAVE_CHECKPOINT,
} from './checkpoint-sql.ts'
import { createTeller } from './pacer.ts'
import { storeError } from './problem.ts'
import { BATCH, BATCH_MS, KEPT_MS, PRUNE_EVERY_MS, RETRY_MS } from './rhythm.ts'
import { type Sql, sql, type Statement } from './sql.ts'
import type { Store, StoredCheckpoint } from './store.ts'
import { createStoreFront } from './store-front.ts'

export type SharedStoreOptions = Readonly<{
  /** Names the database, the same on each machine. */
  id: string
  database: Sql
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  /** Hears what the store cannot do, of each kind at most once a minute. */
  onError: (error: StoreError) => void
}>

/** Makes the store of one machine; the database is closed by who made it. */
export const createSharedStore = (options: SharedStoreOptions): Store => {
  const { database, clock, now } = options
  const backlog = createBacklog()
  const tellError = createTeller(clock, options.onError)
  let writing: Promise<boolean> | undefined
  let cancelBatch: Cancel | undefined
  let cancelPrune: Cancel | undefined
  let isClosing = false

  const tell = (tried: string, cause: unknown) => tellError(storeError(tried, cause))

  const schedule = (delayMs = BATCH_MS): void => {
    cancelBatch ??= clock.after(delayMs, async () => {
      cancelBatch = undefined
      const isWell = await writeBatch()
      if (backlog.size() > 0 && !isClosing) schedule(isWell ? BATCH_MS : RETRY_MS)
    })
  }

  /** Writes the next changes, all or none of them. One batch is on its way at a time; false when it failed. */
  const writeBatch = (): Promise<boolean> =>
    writing ??= writeNext().finally(() => {
      writing = undefined
    })

  const writeNext = async (): Promise<boolean> => {
    const batch = backlog.next(BATCH)
    try {
      if (batch.length > 0) await database.write(batch.flatMap(statementsOf))
      backlog.done(batch)
      return true
    } catch (error) {
      tell('cannot keep checkpoints', error)
      return false
    }
  }

  const flush = async (): Promise<void> => {
    await writing
    while (backlog.size() > 0) if (!await writeBatch()) return
  }

  const schedulePrune = (): void => {
    cancelPrune = clock.after(PRUNE_EVERY_MS, () => {
      const before = now() - KEPT_MS
      backlog.dropBefore(before)
      database.write([sql('delete from checkpoints where saved_at < ?', before)])
        .catch((error) => tell('cannot delete old checkpoints', error))
      schedulePrune()
    })
  }

  const load = async (callSid: string): Promise<StoredCheckpoint | undefined> => {
    const read = await database.query(sql(FIND_CHECKPOINT, callSid)).catch((error) => {
      tell('cannot read checkpoints', error)
    })
    // Looked at only now: what was saved or forgotten while the server answered counts.
    if (!read) return backlog.newest(callSid)
    return latestOf(backlog, callSid, read.map(checkpointOf).at(0))
  }

  const close = async (): Promise<void> => {
    isClosing = true
    await flush()
    cancelBatch?.()
    cancelPrune?.()
  }

  schedulePrune()
  return {
    id: () => options.id,
    load,
    ...createStoreFront({ backlog, schedule, flush, close }),
  }
}

const statementsOf = ({ callSid, forgets, checkpoint }: Change): readonly Statement[] => [
  ...(forgets > 0 ? [sql(FORGET_CHECKPOINT, callSid, forgets)] : []),
  ...(checkpoint ? [sql(SAVE_CHECKPOINT, ...checkpointValues(checkpoint))] : []),
]
