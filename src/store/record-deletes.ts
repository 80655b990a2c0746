/** What is deleted of the record: a person who wants to be forgotten, and what was kept long enough. */
import { placeholders, type Sql, sql } from './sql.ts'

/** What is kept for its own time: words and messages, or the whole call. */
export type KeptKind = 'transcript' | 'calls'

/** How much one transaction deletes, so that nothing else waits for long. */
const CALLS = 200
const LINES = 1_000

/**
 * Deletes all calls with a person, by the number they called from or were called at, and those that they were to get; gives the
 * calls that are gone.
 */
export const forgetNumber = async (database: Sql, number: string): Promise<readonly string[]> => {
  await database.write([sql('delete from outbound_calls where to_number = ?', number)])
  const gone: string[] = []
  for (;;) {
    const rows = await database.query(sql(
      `select call_sid from calls
      where (direction = 'inbound' and from_number = ?) or (direction = 'outbound' and to_number = ?)
      limit ?`,
      number,
      number,
      CALLS,
    ))
    if (rows.length === 0) return gone
    const callSids = rows.map((row) => String(row.call_sid))
    await deleteCalls(database, callSids)
    gone.push(...callSids)
  }
}

/** Deletes what a customer has of a kind from before a time, in ms since 1970, and gives how much it was: lines or calls. */
export const deleteBefore = async (
  database: Sql,
  customer: string,
  kind: KeptKind,
  before: number,
): Promise<number> => {
  let deleted = 0
  for (;;) {
    const some = kind === 'calls'
      ? await deleteOldCalls(database, customer, before)
      : await deleteOldLines(database, customer, before)
    deleted += some
    if (some === 0) return deleted
  }
}

/** The events that say what was said. */
const CONTENT = `'message.taken', 'transcript.final', 'summary.ready'`

const deleteOldCalls = async (
  database: Sql,
  customer: string,
  before: number,
): Promise<number> => {
  const rows = await database.query(sql(
    `select call_sid from calls where customer = ? and started_at < ? order by started_at limit ?`,
    customer,
    before,
    CALLS,
  ))
  if (rows.length > 0) await deleteCalls(database, rows.map((row) => String(row.call_sid)))
  return rows.length
}

// Lines are as good as in order of time: the oldest are looked at until one is young enough.
const deleteOldLines = async (
  database: Sql,
  customer: string,
  before: number,
): Promise<number> => {
  const rows = await database.query(sql(
    'select id, at from call_lines where customer = ? order by id limit ?',
    customer,
    LINES,
  ))
  const old = rows.filter(({ at }) => Number(at) < before).map(({ id }) => Number(id))
  const [lines = 0, messages = 0, summaries = 0] = await database.write([
    sql(`delete from call_lines where id in (${placeholders(old) || 'null'})`, ...old),
    sql('delete from messages where customer = ? and at < ?', customer, before),
    sql('delete from call_summaries where customer = ? and at < ?', customer, before),
    sql(
      `delete from outbox where customer = ? and at < ? and type in (${CONTENT})`,
      customer,
      before,
    ),
  ])
  return lines + messages + summaries
}

const deleteCalls = async (database: Sql, callSids: readonly string[]): Promise<void> => {
  const tables = [
    'call_lines',
    'call_moments',
    'call_parts',
    'messages',
    'call_summaries',
    'call_tags',
    'outbox',
    'calls',
  ]
  const shared = database.engine === 'postgres' ? ['checkpoints'] : []
  await database.write(
    [...tables, ...shared].map((table) =>
      sql(`delete from ${table} where call_sid in (${placeholders(callSids)})`, ...callSids)
    ),
  )
}

/** Takes a task for this machine alone until a time, in ms since 1970; false when another has it. */
export const takeLease = async (
  database: Sql,
  lease: Readonly<{ name: string; owner: string; now: number; until: number }>,
): Promise<boolean> => {
  const { name, owner, now, until } = lease
  const [changed] = await database.write([
    sql(
      `insert into leases (name, owner, expires_at) values (?, ?, ?)
      on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
      where leases.expires_at <= ? or leases.owner = excluded.owner`,
      name,
      owner,
      until,
      now,
    ),
  ])
  return changed === 1
}
