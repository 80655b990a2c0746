/**
 * The calls that are to be placed, in the record's database, so that a process that dies does not take them along. Each is held by
 * one process for a while; what nobody holds any more is taken over by another. A call that was about to be dialled is told apart:
 * it may have rung, and nobody is called twice.
 */
import { placeholders, type Row, type Sql, sql, type Statement, type Value } from './sql.ts'

/** A call that was asked for. Times in ms since 1970. */
export type KeptOrder = Readonly<{
  id: string
  customer: string
  /** Who is to be called, so that they can be forgotten. */
  to: string
  askedAt: number
  /** It is of no use after that. */
  expiresAt: number
  /** The rest as JSON, which whoever keeps it makes and reads. */
  body: string
}>

/** A call that was taken over. `placing`: another process was about to dial it, or had. */
export type TakenOrder = KeptOrder & Readonly<{ state: 'waiting' | 'placing' }>

/** Who holds calls, and until when. */
export type Holder = Readonly<{ owner: string; until: number }>

/** All of it rejects with a `StoreError` when the database is away. */
export type OutboundQueue = Readonly<{
  /** Keeps a call that waits; false where nothing is kept. */
  keep: (order: KeptOrder, holder: Holder) => Promise<boolean>
  /** Notes that a call is about to be dialled; false when it is not this owner's any more, and must not be. */
  begin: (id: string, owner: string) => Promise<boolean>
  /** Forgets a call: somebody talks, or nobody will. */
  end: (id: string) => Promise<void>
  /** Goes on holding what the owner has, and takes up to `limit` that nobody holds at `now`, the oldest first; gives these. */
  takeOver: (holder: Holder, now: number, limit: number) => Promise<readonly TakenOrder[]>
  /** Takes a call that is about to be dialled from whoever holds it: Twilio speaks of it to us. */
  adopt: (id: string, holder: Holder) => Promise<TakenOrder | undefined>
  /** Lets go of the calls of an owner that wait, for others to take over at once. */
  release: (owner: string) => Promise<void>
}>

/** Makes the queue of a database. */
export const createOutboundQueue = (database: Sql): OutboundQueue => {
  const changed = async (statement: Statement): Promise<number> =>
    (await database.write([statement]))[0] ?? 0

  return {
    keep: async (order, holder) => {
      await changed(keepSql(order, holder))
      return true
    },
    begin: async (id, owner) =>
      await changed(sql(
        `update outbound_calls set state = 'placing' where id = ? and owner = ? and state = 'waiting'`,
        id,
        owner,
      )) > 0,
    end: async (id) => void await changed(sql('delete from outbound_calls where id = ?', id)),
    takeOver: async ({ owner, until }, now, limit) => {
      const [, taken = 0] = await database.write([
        sql('update outbound_calls set held_until = ? where owner = ?', until, owner),
        takeSql({ owner, until }, now, limit),
      ])
      if (taken === 0) return []
      const rows = await database.query(
        sql('select * from outbound_calls where owner = ? order by asked_at, id', owner),
      )
      return rows.map(takenOf)
    },
    adopt: async (id, { owner, until }) => {
      const isThere = await changed(sql(
        `update outbound_calls set owner = ?, held_until = ? where id = ? and state = 'placing'`,
        owner,
        until,
        id,
      )) > 0
      if (!isThere) return undefined
      const [row] = await database.query(sql('select * from outbound_calls where id = ?', id))
      return row && takenOf(row)
    },
    release: async (owner) =>
      void await changed(sql(
        `update outbound_calls set held_until = 0 where owner = ? and state = 'waiting'`,
        owner,
      )),
  }
}

/** A queue of a record that keeps nothing. */
export const noOutboundQueue: OutboundQueue = {
  keep: () => Promise.resolve(false),
  begin: () => Promise.resolve(true),
  end: () => Promise.resolve(),
  takeOver: () => Promise.resolve([]),
  adopt: () => Promise.resolve(undefined),
  release: () => Promise.resolve(),
}

const keepSql = (order: KeptOrder, { owner, until }: Holder): Statement => {
  const columns: Readonly<Record<string, Value>> = {
    id: order.id,
    customer: order.customer,
    to_number: order.to,
    asked_at: order.askedAt,
    expires_at: order.expiresAt,
    body: order.body,
    state: 'waiting',
    owner,
    held_until: until,
  }
  return sql(
    `insert into outbound_calls (${Object.keys(columns).join(', ')})
    values (${placeholders(Object.keys(columns))}) on conflict do nothing`,
    ...Object.values(columns),
  )
}

// Looked at once more outside, because PostgreSQL asks that again of a row which another process has just changed.
const takeSql = ({ owner, until }: Holder, now: number, limit: number): Statement =>
  sql(
    `update outbound_calls set owner = ?, held_until = ?
    where held_until <= ? and owner <> ? and id in (
      select id from outbound_calls where held_until <= ? and owner <> ? order by asked_at, id limit ?
    )`,
    owner,
    until,
    now,
    owner,
    now,
    owner,
    limit,
  )

const takenOf = (row: Row): TakenOrder => ({
  id: String(row.id),
  customer: String(row.customer),
  to: String(row.to_number),
  askedAt: Number(row.asked_at),
  expiresAt: Number(row.expires_at),
  body: String(row.body),
  state: row.state === 'waiting' ? 'waiting' : 'placing',
})
