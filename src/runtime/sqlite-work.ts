/** What the thread of a `SqliteThread` does: opens the file when there is work, does the work in order, answers each piece of it. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import type { ThreadAnswer, ThreadRequest, ThreadRows, ThreadWork } from './sqlite-thread.ts'

/** Here it harms no call to wait for another process. What was said is overwritten when it is deleted. */
const SETTINGS = `
  pragma busy_timeout = 5000;
  pragma journal_mode = wal;
  pragma synchronous = normal;
  pragma secure_delete = on;
  pragma cache_size = -32768;
`

/** Statements kept prepared; those with lists of any length would be without end. */
const PREPARED = 100

/** Makes the one who works on a file; answers at once, so it belongs on a thread of its own. */
export const createSqliteWork = (path: string): (request: ThreadRequest) => ThreadAnswer => {
  let database: DatabaseSync | undefined
  const prepared = new Map<string, StatementSync>()

  const open = (): DatabaseSync => {
    if (database) return database
    if (path !== ':memory:') {
      mkdirSync(dirname(path), { recursive: true })
      // SQLite would make the file readable by all.
      if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    }
    const opened = new DatabaseSync(path)
    opened.exec(SETTINGS)
    return database = opened
  }

  const close = () => {
    prepared.clear()
    const closing = database
    database = undefined
    closing?.close()
  }

  const prepare = (text: string): StatementSync => {
    const known = prepared.get(text)
    if (known) return known
    if (prepared.size >= PREPARED) prepared.clear()
    const statement = open().prepare(text)
    prepared.set(text, statement)
    return statement
  }

  const read = ({ statements }: ThreadWork): ThreadRows =>
    statements.flatMap(({ text, values }) => prepare(text).all(...values).map(rowOf))

  const write = ({ statements }: ThreadWork): ThreadRows => {
    const writing = open()
    writing.exec('begin immediate')
    try {
      const rows = statements.map(({ text, values }) => ({
        changes: Number(prepare(text).run(...values).changes),
      }))
      writing.exec('commit')
      return rows
    } catch (error) {
      // A full disk has rolled back already.
      if (writing.isTransaction) writing.exec('rollback')
      throw error
    }
  }

  const answer = ({ id, work }: ThreadRequest): ThreadAnswer => {
    try {
      if (work === 'close') {
        close()
        return { id, rows: [] }
      }
      return { id, rows: work.kind === 'read' ? read(work) : write(work) }
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      // A fresh handle sees a disk that was mounted anew.
      if (!/locked|constraint/.test(failure) && path !== ':memory:') {
        try {
          close()
        } catch {
          // Nothing is left that could be done with it.
        }
      }
      return { id, failure }
    }
  }

  return answer
}

const rowOf = (row: Record<string, SQLOutputValue>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))

const plain = (value: SQLOutputValue) =>
  typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? null : value
