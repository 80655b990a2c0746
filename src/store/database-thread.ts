/**
 * The record's database as the thread of the calls has it: behind a thread of its own, which holds the driver, the connections and the
 * making of statements. A driver that fails takes that thread with it and no call.
 */
import { StoreError, type StoreErrorCode } from '../errors.ts'
import { createThread } from '../runtime/thread.ts'
import type { RecordDatabase } from './record-database.ts'
import type { Row, Statement } from './sql.ts'

/** Where a database is: what its thread is told at its start. */
export type DatabasePlace =
  | Readonly<{ engine: 'sqlite'; path: string }>
  | Readonly<{ engine: 'postgres'; url: string; statementMs?: number | undefined }>

export type DatabaseAsked =
  | Readonly<{ kind: 'query'; statement: Statement }>
  | Readonly<{ kind: 'write'; statements: readonly Statement[] }>
  /** Writes of the record as JSON: one text is handed over faster than what is in it. */
  | Readonly<{ kind: 'keep'; writes: string }>
  | Readonly<{ kind: 'close' }>

/** The rows that were read and how many rows each statement changed, or what went wrong. */
export type DatabaseAnswer =
  | Readonly<{ rows: readonly Row[]; changes: readonly number[] }>
  | Readonly<{ code: StoreErrorCode; message: string }>

/** Makes the database known; its thread starts with what is asked first, though not before `mayStart`. */
export const createDatabaseThread = (
  place: DatabasePlace,
  mayStart?: Promise<void>,
): RecordDatabase => {
  const thread = createThread<DatabaseAsked, DatabaseAnswer>({
    file: 'store/database-thread-worker',
    about: place,
    mayStart,
  })

  const ask = async (asked: DatabaseAsked) => {
    const answer = await thread.ask(asked).catch((cause) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new StoreError('store-failed', `the thread of the database has ended: ${why}`)
    })
    if ('code' in answer) throw new StoreError(answer.code, answer.message)
    return answer
  }

  return {
    engine: place.engine,
    query: async (statement) => (await ask({ kind: 'query', statement })).rows,
    write: async (statements) => (await ask({ kind: 'write', statements })).changes,
    keep: async (writes) => {
      await ask({ kind: 'keep', writes: JSON.stringify(writes) })
    },
    close: () => thread.close({ kind: 'close' }),
  }
}
