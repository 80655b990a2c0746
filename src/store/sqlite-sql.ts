/** The record's database on one machine: a SQLite file. It is asked without waiting, so it belongs on a thread without calls. */
import { createSqliteFile } from '../runtime/sqlite-file.ts'
import { storeError } from './problem.ts'
import type { Sql } from './sql.ts'

/** Makes the database of a file known; it is opened with the first statement. */
export const createSqliteSql = (path: string): Sql => {
  const file = createSqliteFile(path)
  const attempt = <Result>(doing: string, work: () => Result): Promise<Result> =>
    Promise.try(work).catch((cause) => Promise.reject(storeError(`cannot ${doing} ${path}`, cause)))

  return {
    engine: 'sqlite',
    query: (statement) => attempt('read', () => file.read(statement)),
    write: (statements) => attempt('write to', () => file.write(statements)),
    close: () => attempt('close', file.close),
  }
}
