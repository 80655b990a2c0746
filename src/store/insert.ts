/**
 * Rows on their way into their tables, as statements: one for each row or, for PostgreSQL, one for all rows of a table. There the
 * statement is what takes the time, here and on the server, and not the rows in it.
 */
import { placeholders, type Row, type Statement } from './sql.ts'

/** A row for a table, which always has the same columns. */
export type Insert = Readonly<{
  table: string
  row: Row
  /** The columns by which the row is known. */
  key: readonly string[]
  /** What is done to a row that is there already, as SQL: `set x = excluded.x where ...`. Absent, it stays as it is. */
  update?: string
}>

/** The statement that puts one row into its table. */
export const insertOne = (insert: Insert): Statement => ({
  text: textOf(insert, ONE, (names) => `values (${placeholders(names)})`),
  values: Object.values(insert.row).map(storable),
})

/**
 * The statements that put many rows into their tables, on PostgreSQL. A statement cannot touch a row twice, so one that comes again
 * goes into the next.
 */
export const insertTogether = (inserts: readonly Insert[]): readonly Statement[] => {
  const times = new Map<string, number>()
  const groups = new Map<string, Insert[]>()
  for (const insert of inserts) {
    const { table, row, key } = insert
    const name = [table, ...key.map((column) => row[column])].join(' ')
    const time = times.get(name) ?? 0
    times.set(name, time + 1)
    const group = groups.get(`${table} ${time}`)
    if (group) group.push(insert)
    else groups.set(`${table} ${time}`, [insert])
  }
  return [...groups.values()].map((group) => ({
    text: textOf(group[0], MANY, fromJson),
    values: [jsonOf(group.map(({ row }) => row))],
  }))
}

/** The parameter is text for the client, which would put JSON into quotes once more. */
const fromJson = (names: readonly string[]): string => {
  const selected = names.map((name) => name === 'words' ? `to_tsvector('simple', words)` : name)
  const typed = names.map((name) => `${name} ${NUMBERS.has(name) ? 'numeric' : 'text'}`)
  return `select ${selected.join(', ')}
    from json_to_recordset(?::text::json) as given (${typed.join(', ')})`
}

/** Every value is looked at only where one of them needs it: that takes several times as long. */
const jsonOf = (rows: readonly Row[]): string => {
  const json = JSON.stringify(rows)
  return UNSTORABLE.test(json) ? JSON.stringify(rows, (_, value) => storable(value)) : json
}

const UNSTORABLE = /\\u(?:0000|d[89a-f])/

/** A text can have signs that databases refuse, or take for its end. */
const storable = <Given>(value: Given): Given | string =>
  typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value

/** Columns that are numbers, in every table that has them. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...['at', 'started_at', 'ended_at', 'first_seen_at', 'next_at', 'claimed_until'],
  ...['epoch', 'part', 'seq', 'revision', 'attempts', 'is_set'],
  ...['turns', 'barge_ins', 'errors', 'cost_nano'],
  ...['first_audio_ms', 'latency_sum_ms', 'latency_max_ms', 'heard_ms'],
])

/** Each table is written in one way, so its text is made once. */
const ONE = new Map<string, string>()
const MANY = new Map<string, string>()

const textOf = (
  { table, row, key, update }: Insert,
  made: Map<string, string>,
  source: (names: readonly string[]) => string,
): string => {
  const before = made.get(table)
  if (before !== undefined) return before
  const names = Object.keys(row)
  const action = update === undefined ? 'nothing' : `update ${update}`
  const text = `insert into ${table} (${names.join(', ')}) ${source(names)}
    on conflict (${key.join(', ')}) do ${action}`
  made.set(table, text)
  return text
}
