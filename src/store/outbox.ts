/**
 * The events that wait to be sent, in the record's database. Several processes send from one outbox: who claims an event has it for a
 * while, and an event of a call waits until the one before it, to the same server, was taken or given up.
 */
import type { WebhookEventType } from '../config/schema/webhooks.ts'
import { WEBHOOK_EVENTS } from '../config/schema/webhooks.ts'
import type { OutboxEvent } from '../record/record.ts'
import type { Insert } from './insert.ts'
import { placeholders, type Row, type Sql, sql, type Statement } from './sql.ts'

/** `dead`: it was tried for a day, or nobody is there to be told. */
export type OutboxState = 'waiting' | 'delivered' | 'dead'

/** An event that somebody has claimed. */
export type ClaimedEvent = OutboxEvent & Readonly<{ attempts: number; claim: string }>

/** An event as operators see it, without what it says. */
export type OutboxEntry = Readonly<{
  id: string
  callSid: string
  customer: string
  url: string
  type: WebhookEventType
  at: number
  state: OutboxState
  attempts: number
  /** When it is tried again; of one that waits. */
  nextAt?: number
  /** Why it was not taken the last time. */
  problem?: string
}>

/** What became of an attempt. */
export type Outcome =
  | Readonly<{ is: 'delivered' }>
  | Readonly<{ is: 'failed'; problem: string; nextAt: number }>
  | Readonly<{ is: 'dead'; problem: string }>

export type OutboxQuery = Readonly<{ state?: OutboxState | undefined; limit: number }>

/** All of it rejects with a `StoreError` when the database is away. */
export type Outbox = Readonly<{
  /** Takes events that are due, for this process alone until `until`; none for the servers in `except`. Times in ms since 1970. */
  claim: (asked: Claim) => Promise<readonly ClaimedEvent[]>
  /** Writes down what became of a claimed event. One that somebody else has claimed since is left to them. */
  settle: (event: Pick<ClaimedEvent, 'id' | 'claim'>, outcome: Outcome) => Promise<void>
  /** Gives the newest events. */
  list: (asked: OutboxQuery) => Promise<readonly OutboxEntry[]>
  /** Has an event sent again, now and with all its attempts before it; false when there is none that waits or is dead. */
  retry: (id: string) => Promise<boolean>
  /** Deletes events of a state from before a time. */
  prune: (state: Exclude<OutboxState, 'waiting'>, before: number) => Promise<number>
}>

export type Claim = Readonly<{
  /** Names this claim and no other. */
  claim: string
  now: number
  until: number
  limit: number
  except: readonly string[]
}>

/** Makes the outbox of a database. */
export const createOutbox = (database: Sql, now: () => number): Outbox => {
  const changed = async (statement: Statement): Promise<number> =>
    (await database.write([statement]))[0] ?? 0

  return {
    claim: async (asked) => {
      if (await changed(claimSql(asked)) === 0) return []
      const rows = await database.query(
        sql('select * from outbox where claim = ? order by call_sid, seq', asked.claim),
      )
      return rows.map(claimedOf)
    },
    settle: async ({ id, claim }, outcome) => void await changed(settleSql(id, claim, outcome)),
    list: async ({ state, limit }) => {
      const where = state === undefined ? sql('') : sql('where state = ?', state)
      const rows = await database.query(sql(
        `select * from outbox ${where.text} order by at desc, seq desc, id desc limit ?`,
        ...where.values,
        limit,
      ))
      return rows.map(entryOf)
    },
    retry: async (id) =>
      await changed(sql(
        `update outbox set state = 'waiting', attempts = 0, next_at = ?
        where id = ? and state in ('waiting', 'dead')`,
        now(),
        id,
      )) > 0,
    prune: (state, before) =>
      changed(sql('delete from outbox where state = ? and at < ?', state, before)),
  }
}

/** An outbox of a record that keeps nothing. */
export const noOutbox: Outbox = {
  claim: () => Promise.resolve([]),
  settle: () => Promise.resolve(),
  list: () => Promise.resolve([]),
  retry: () => Promise.resolve(false),
  prune: () => Promise.resolve(0),
}

/** The row of an event that nobody has tried to send yet. One that comes twice changes nothing, even when it was delivered in between. */
export const insertOfEvent = (event: OutboxEvent): Insert => ({
  table: 'outbox',
  row: {
    id: event.id,
    call_sid: event.callSid,
    customer: event.customer,
    url: event.url,
    type: event.type,
    seq: event.seq,
    at: event.at,
    body: event.body,
    state: 'waiting',
    attempts: 0,
    next_at: event.at,
    claimed_until: 0,
  },
  key: ['id'],
})

// Looked at once more outside, because PostgreSQL asks that again of a row which another process has just changed.
const claimSql = ({ claim, now, until, limit, except }: Claim): Statement =>
  sql(
    `update outbox set claim = ?, claimed_until = ?
    where state = 'waiting' and claimed_until <= ? and id in (
      select id from outbox as due
      where state = 'waiting' and next_at <= ? and claimed_until <= ?
        ${except.length > 0 ? `and url not in (${placeholders(except)})` : ''}
        and not exists (
          select 1 from outbox as earlier
          where earlier.call_sid = due.call_sid and earlier.url = due.url
            and earlier.seq < due.seq and earlier.state = 'waiting'
        )
      order by next_at, seq limit ?
    )`,
    claim,
    until,
    now,
    now,
    now,
    ...except,
    limit,
  )

const settleSql = (id: string, claim: string, outcome: Outcome): Statement => {
  const mine = 'where id = ? and claim = ?'
  switch (outcome.is) {
    case 'delivered':
      // It has been said, so nothing of it need be kept but that it was.
      return sql(
        `update outbox set state = 'delivered', body = '', attempts = attempts + 1,
        problem = null, claim = null, claimed_until = 0 ${mine}`,
        id,
        claim,
      )
    case 'failed':
      return sql(
        `update outbox set attempts = attempts + 1, next_at = ?, problem = ?, claim = null,
        claimed_until = 0 ${mine}`,
        outcome.nextAt,
        outcome.problem,
        id,
        claim,
      )
    case 'dead':
      return sql(
        `update outbox set state = 'dead', attempts = attempts + 1, problem = ?, claim = null,
        claimed_until = 0 ${mine}`,
        outcome.problem,
        id,
        claim,
      )
  }
}

const STATES = ['waiting', 'delivered', 'dead'] as const

const typeOf = (row: Row): WebhookEventType =>
  WEBHOOK_EVENTS.find((type) => type === row.type) ?? 'call.ended'

const claimedOf = (row: Row): ClaimedEvent => ({
  id: String(row.id),
  callSid: String(row.call_sid),
  customer: String(row.customer),
  url: String(row.url),
  type: typeOf(row),
  seq: Number(row.seq),
  at: Number(row.at),
  body: String(row.body),
  attempts: Number(row.attempts),
  claim: String(row.claim),
})

const entryOf = (row: Row): OutboxEntry => {
  const state = STATES.find((each) => each === row.state) ?? 'dead'
  return {
    id: String(row.id),
    callSid: String(row.call_sid),
    customer: String(row.customer),
    url: String(row.url),
    type: typeOf(row),
    at: Number(row.at),
    state,
    attempts: Number(row.attempts),
    ...(state === 'waiting' ? { nextAt: Number(row.next_at) } : {}),
    ...(row.problem === null ? {} : { problem: String(row.problem) }),
  }
}
