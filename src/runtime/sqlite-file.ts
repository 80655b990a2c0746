/** A SQLite file and the statements it is asked. Everything here waits for the disk, so it belongs on a thread without calls. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'

export type SqliteValue = string | number | null
export type SqliteRow = Readonly<Record<string, SqliteValue>>
export type SqliteStatement = Readonly<{ text: string; values: readonly SqliteValue[] }>

/** All of it throws SQLite's own errors; a file that cannot be used is opened anew with what is asked next. */
export type SqliteFile = Readonly<{
  read: (statement: SqliteStatement) => readonly SqliteRow[]
  /** Runs statements in order, all of them or none; gives how many rows each changed. */
  write: (statements: readonly SqliteStatement[]) => readonly number[]
  close: () => void
}>

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

/** Makes a file known by its path, or `:memory:`; it and its folder are made with the first statement. */
export const createSqliteFile = (path: string): SqliteFile => {
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

  const inTransaction = <Result>(work: () => Result): Result => {
    const writing = open()
    writing.exec('begin immediate')
    try {
      const result = work()
      writing.exec('commit')
      return result
    } catch (error) {
      // A full disk has rolled back already.
      if (writing.isTransaction) writing.exec('rollback')
      throw error
    }
  }

  /** After most failures a fresh handle is better: it sees a disk that was mounted anew. */
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      if (path !== ':memory:' && !/locked|constraint/.test(String(error))) {
        try {
          close()
        } catch {
          // Nothing is left that could be done with it.
        }
      }
      throw error
    }
  }

  return {
    read: ({ text, values }) => attempt(() => prepare(text).all(...values).map(rowOf)),
    write: (statements) =>
      attempt(() =>
        inTransaction(() =>
          statements.map(({ text, values }) => Number(prepare(text).run(...values).changes))
        )
      ),
    close,
  }
}

const rowOf = (row: Record<string, SQLOutputValue>): SqliteRow =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))

const plain = (value: SQLOutputValue): SqliteValue =>
  typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? null : value
