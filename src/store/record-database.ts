/** A database that is told the record as it is, and makes rows and statements of it by itself: that takes longer than to tell it. */
import type { RecordWrite } from '../record/record.ts'
import { keep } from './record-writes.ts'
import type { Sql } from './sql.ts'

export type RecordDatabase =
  & Sql
  & Readonly<{
    /** Keeps writes, all of them or none. Rejects with a `StoreError`. */
    keep: (writes: readonly RecordWrite[]) => Promise<void>
  }>

/** Makes one of any database. */
export const createRecordDatabase = (database: Sql): RecordDatabase => ({
  ...database,
  keep: async (writes) => {
    await database.write(keep(database.engine, writes))
  },
})
