/** The record's database on one machine: a SQLite file, reached by a thread of its own. */
import type { SqliteThread, ThreadRows, ThreadWork } from '../runtime/sqlite-thread.ts'
import { storeError } from './problem.ts'
import type { Sql } from './sql.ts'

/** Makes the database of a file. `thread` is closed with it. */
export const createSqliteSql = (path: string, thread: SqliteThread): Sql => {
  const run = (doing: string, work: ThreadWork): Promise<ThreadRows> =>
    thread.run(work).catch((cause) => Promise.reject(storeError(`cannot ${doing} ${path}`, cause)))

  return {
    engine: 'sqlite',
    query: (statement) => run('read', { kind: 'read', statements: [statement] }),
    write: async (statements) => {
      const rows = await run('write to', { kind: 'write', statements })
      return rows.map(({ changes }) => Number(changes))
    },
    close: thread.close,
  }
}
