/**
 * SQLite, the same on the three runtimes by `node:sqlite`. It is synchronous: while a statement runs, no call is heard, so
 * statements are short and so is the time that one may wait for another process.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite'
import { createSettler, type Settler } from './sqlite-settler.ts'

/** A value to bind: a boolean is stored as 0 or 1, undefined as NULL. */
export type SqlValue = string | number | boolean | Uint8Array | null | undefined

/** A row by the names of its columns. Integers beyond 2^53 throw a `RangeError` when they are read. */
export type SqlRow = Readonly<Record<string, string | number | Uint8Array | null>>

export type SqlStatement = Readonly<{
  /** Runs it and gives how many rows it changed. */
  run: (...values: readonly SqlValue[]) => number
  /** Gives the first row. */
  get: (...values: readonly SqlValue[]) => SqlRow | undefined
  all: (...values: readonly SqlValue[]) => readonly SqlRow[]
}>

export type SqlDatabase = Readonly<{
  /** Runs statements that take no values. */
  exec: (sql: string) => void
  prepare: (sql: string) => SqlStatement
  /** Runs `action` as the only writer: all of it is written, or none when it throws. They do not nest. */
  transaction: <Result>(action: () => Result) => Result
  /** Moves what was committed from the log into the file, on another thread. Rejects when that failed. */
  settle: () => Promise<void>
  /** Closes the file; whoever opened it does this once. */
  close: () => void
}>

/** How a store reaches its file. */
export type SqliteDriver = Readonly<{
  /** Opens a file, readable by its owner alone, and makes it and its folder if they are not there. Throws when it cannot. */
  open: (path: string) => SqlDatabase
  /** Renames a file that is not open, with what SQLite keeps beside it. Throws when it cannot. */
  move: (from: string, to: string) => void
}>

/** SQLite on this runtime. */
export const sqlite: SqliteDriver = {
  open: (path) => {
    mkdirSync(dirname(path), { recursive: true })
    // SQLite would make the file readable by all; what it puts beside it takes the mode from the file. Only a new file is
    // touched: to close a file that this process has open elsewhere takes the locks away that SQLite holds there.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    return databaseOf(new DatabaseSync(path), createSettler(path))
  },
  move: (from, to) => {
    for (const part of ['', '-wal', '-shm']) {
      if (existsSync(from + part)) renameSync(from + part, to + part)
    }
  },
}

const databaseOf = (database: DatabaseSync, settler: Settler): SqlDatabase => ({
  exec: (sql) => database.exec(sql),
  prepare: (sql) => {
    const statement = database.prepare(sql)
    return {
      run: (...values) => Number(statement.run(...values.map(toSql)).changes),
      get: (...values) => {
        const row = statement.get(...values.map(toSql))
        return row && rowOf(row)
      },
      all: (...values) => statement.all(...values.map(toSql)).map(rowOf),
    }
  },
  transaction: (action) => {
    // A transaction that begins by reading may fail in its middle because another process has written.
    database.exec('begin immediate')
    try {
      const result = action()
      database.exec('commit')
      return result
    } catch (error) {
      // A full disk has rolled back already.
      if (database.isTransaction) database.exec('rollback')
      throw error
    }
  },
  settle: settler.settle,
  close: () => {
    settler.stop()
    database.close()
  },
})

// Node takes these two as they are, Bun and Deno throw.
const toSql = (value: SqlValue): SQLInputValue =>
  typeof value === 'boolean' ? Number(value) : value ?? null

const rowOf = (row: Record<string, SQLOutputValue>): SqlRow =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fromSql(value)]))

// Only a statement told to would give a bigint, but its type does not know.
const fromSql = (value: SQLOutputValue): SqlRow[string] =>
  typeof value === 'bigint' ? Number(value) : value
