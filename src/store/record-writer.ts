/**
 * Writes the record behind the calls: what is told is gathered and written a batch at a time, on the database's own thread or machine.
 * While the database is away it goes to the journal, and from there into the database when that is back, in order.
 */
import type { Cancel, Clock } from '../clock.ts'
import { StoreError } from '../errors.ts'
import type { RecordWrite } from '../record/record.ts'
import type { Journal } from './journal.ts'
import { createTeller } from './pacer.ts'
import { storeError } from './problem.ts'
import type { RecordDatabase } from './record-database.ts'
import { batchOf, inTransactions } from './record-writes.ts'

export type RecordWriter = Readonly<{
  /** Keeps writes. Returns at once and never throws. */
  write: (writes: readonly RecordWrite[]) => void
  /** Resolves when what was told is in the database or, if that is away, in the journal. */
  flush: () => Promise<void>
  /** Flushes; what is told afterwards is not kept. */
  close: () => Promise<void>
}>

export type RecordWriterOptions = Readonly<{
  database: Pick<RecordDatabase, 'keep'>
  journal: Journal
  clock: Clock
  /** Hears what could not be kept, of each kind at most once a minute. */
  onError: (error: StoreError) => void
}>

/** How long writes are gathered. */
const BATCH_MS = 100
const BATCH = 64
/** How long a database that was away is left alone. */
const RETRY_MS = 2_000
/** What waits in memory at most, while a database neither answers nor fails. */
const MOST_WAITING = 50_000

/** Makes the writer of a process. What an earlier one left in the journal is written first. */
export const createRecordWriter = (options: RecordWriterOptions): RecordWriter => {
  const { database, journal, clock } = options
  const tell = createTeller(clock, options.onError)
  let queue: RecordWrite[] = []
  // Until the journal was looked at, something older may be in it.
  let isBehind = true
  let triedAtMs = -Infinity
  let working: Promise<void> | undefined
  let cancel: Cancel | undefined
  let isClosed = false

  const schedule = (delayMs = BATCH_MS) => {
    cancel ??= clock.after(delayMs, () => {
      cancel = undefined
      void work()
    })
  }

  /** One at a time; whoever asks meanwhile waits for the one that is on. */
  const work = (): Promise<void> =>
    working ??= workOnce().finally(() => {
      working = undefined
      if (isClosed) return
      if (queue.length > 0) schedule()
      else if (isBehind) schedule(RETRY_MS)
    })

  const workOnce = async (): Promise<void> => {
    if (isBehind && clock.nowMs() - triedAtMs >= RETRY_MS) await catchUp()
    while (queue.length > 0 && !isBehind) {
      const batch = batchOf(queue, BATCH)
      if (!await put(batch)) break
      queue = queue.slice(batch.length)
    }
    if (queue.length > 0) await spill()
  }

  /** Writes what waits in the journal, file by file. */
  const catchUp = async (): Promise<void> => {
    triedAtMs = clock.nowMs()
    try {
      for (let waiting = await journal.oldest(); waiting; waiting = await journal.oldest()) {
        for (let left = waiting.writes; left.length > 0;) {
          const batch = batchOf(left, BATCH)
          if (!await put(batch)) return
          left = left.slice(batch.length)
        }
        await waiting.done()
      }
      isBehind = false
    } catch (error) {
      tell(storeError('cannot read the journal of the record', error))
    }
  }

  /** Writes a batch, all or nothing; false when the database is away. */
  const put = async (batch: readonly RecordWrite[]): Promise<boolean> => {
    try {
      await database.keep(batch)
      return true
    } catch (cause) {
      const error = asStoreError(cause)
      if (error.code === 'store-refused') return await putEach(batch)
      tell(error)
      isBehind = true
      triedAtMs = clock.nowMs()
      return false
    }
  }

  /** One that the database refuses must not hold up the others. */
  const putEach = async (batch: readonly RecordWrite[]): Promise<boolean> => {
    for (const together of inTransactions(batch)) {
      try {
        await database.keep(together)
      } catch (cause) {
        const error = asStoreError(cause)
        tell(error)
        if (error.code !== 'store-refused') return false
      }
    }
    return true
  }

  const spill = async (): Promise<void> => {
    const writes = queue
    queue = []
    try {
      const lost = await journal.add(writes)
      if (lost > 0) tell(lostError(lost))
    } catch (error) {
      tell(storeError('cannot write the journal of the record', error))
    }
  }

  schedule(0)
  return {
    write: (writes) => {
      if (isClosed || writes.length === 0) return
      queue.push(...writes)
      if (queue.length > MOST_WAITING) {
        tell(lostError(queue.length - MOST_WAITING))
        queue = queue.slice(-MOST_WAITING)
      }
      schedule()
    },
    flush: async () => {
      await working
      await work()
    },
    close: async () => {
      isClosed = true
      cancel?.()
      await working
      await work()
    },
  }
}

const lostError = (writes: number): StoreError =>
  new StoreError(
    'store-full',
    `${writes} writes of the record are lost: its database is away for too long`,
  )

const asStoreError = (cause: unknown): StoreError =>
  cause instanceof StoreError ? cause : storeError('cannot write the record', cause)
