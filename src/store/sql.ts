/**
 * A database as the record uses it, whichever it is: the statements are the same text for SQLite and PostgreSQL, so there is no
 * query builder between. Parameters are written `?`.
 */

/** A value to bind. */
export type Value = string | number | null

/** One SQL command; a `?` stands for a value and for nothing else. */
export type Statement = Readonly<{ text: string; values: readonly Value[] }>

/** A row by the names of its columns. Integers come as numbers, also those of 64 bits. */
export type Row = Readonly<Record<string, Value>>

export type Sql = Readonly<{
  engine: 'sqlite' | 'postgres'
  /** Gives the rows of a statement. Rejects with a `StoreError`. */
  query: (statement: Statement) => Promise<readonly Row[]>
  /** Runs statements in order, all of them or none; gives how many rows each changed. Rejects with a `StoreError`. */
  write: (statements: readonly Statement[]) => Promise<readonly number[]>
  /** Lets go of the database; what is asked afterwards rejects. */
  close: () => Promise<void>
}>

/** Makes a statement: `sql('delete from calls where call_sid = ?', callSid)`. */
export const sql = (text: string, ...values: readonly Value[]): Statement => ({ text, values })

/** As many placeholders as there are values: `?, ?, ?`. */
export const placeholders = (values: readonly unknown[]): string => values.map(() => '?').join(', ')

/** A condition about a value, where there is one. */
export const is = (text: string, value: Value | undefined): Statement | undefined =>
  value === undefined ? undefined : sql(text, value)

/** All conditions as one clause, with a space before it; nothing where there are none. */
export const whereAll = (conditions: readonly Statement[]): string =>
  conditions.length === 0 ? '' : ` where ${conditions.map(({ text }) => text).join(' and ')}`
