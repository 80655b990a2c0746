/** The record of all calls: told of by those that go on, asked by the API and the command line. One interface over either database. */
import type { RecordWrite } from '../record/record.ts'
import { createOutboundQueue, type OutboundQueue } from './outbound-queue.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { RecordDatabase } from './record-database.ts'
import { deleteBefore, forgetNumber, type KeptKind, takeLease } from './record-deletes.ts'
import { migrateRecord, RECORD_MIGRATIONS, type Standing, standingOf } from './record-migrations.ts'
import {
  addCosts,
  type CallCursor,
  type CallFilter,
  type CallSummary,
  type Costs,
  type CostsBy,
  listCalls,
  type WholeCall,
  wholeCall,
} from './record-reads.ts'
import { findLines, type FoundLine } from './record-search.ts'
import { changeTags, type TagChange, type Tagged, tagsOf } from './record-tags.ts'
import type { RecordWriter } from './record-writer.ts'

/** All that asks rejects with a `StoreError` when the database is away; `write` never does. */
export type RecordStore = Readonly<{
  /** Keeps writes. Returns at once. */
  write: (writes: readonly RecordWrite[]) => void
  /** Gives the newest calls, after those of a cursor. */
  list: (filter: CallFilter, limit: number, after?: CallCursor) => Promise<readonly CallSummary[]>
  /** Gives all that is kept of a call. */
  call: (callSid: string) => Promise<WholeCall | undefined>
  /** Gives the newest lines that have all the words. */
  find: (asked: Parameters<typeof findLines>[1]) => Promise<readonly FoundLine[]>
  /** Adds up what calls cost. */
  costs: (asked: Parameters<typeof addCosts>[1]) => Promise<readonly Costs[]>
  /** Changes the tags of a call. */
  tag: (callSid: string, change: TagChange) => Promise<Tagged>
  /** Gives the tags of a call; none for one that is not there. */
  tagsOf: (callSid: string) => Promise<readonly string[]>
  /** Deletes all calls with a person and gives which they were. */
  forget: (number: string) => Promise<readonly string[]>
  /** Deletes what a customer has of a kind from before a time, and gives how much it was. */
  deleteBefore: (customer: string, kind: KeptKind, before: number) => Promise<number>
  /** Takes a task for this machine alone; false when another has it. */
  takeLease: (lease: Parameters<typeof takeLease>[1]) => Promise<boolean>
  /** The events that wait to be sent. */
  outbox: Outbox
  /** The calls that wait to be placed. */
  outboundQueue: OutboundQueue
  /** Looks which version the database is at, and which steps to the newest are missing. */
  standing: () => Promise<Standing>
  /** Brings the database to the newest version; gives the steps that were missing. `onStep` is told of each that is over. */
  migrate: (onStep?: () => void) => Promise<readonly number[]>
  /** Resolves when what was told is in the database or, if that is away, in the journal. */
  flush: () => Promise<void>
  /** Flushes and lets go of the database. */
  close: () => Promise<void>
}>

export type { CallCursor, CallFilter, CallSummary, Costs, CostsBy, FoundLine, KeptKind, WholeCall }

/** Makes the store of a database, and its writer over what waits for the tables; both are closed with it. */
export const createRecordStore = (
  database: RecordDatabase,
  makeWriter: (database: RecordDatabase) => RecordWriter,
  now: () => number,
): RecordStore => {
  let migrating: Promise<readonly number[]> = Promise.resolve([])
  const settled = whenMade(database, () => migrating)
  const writer = makeWriter(settled)
  return {
    write: writer.write,
    list: (filter, limit, after) => listCalls(settled, filter, limit, after),
    call: (callSid) => wholeCall(settled, callSid),
    find: (asked) => findLines(settled, asked),
    costs: (asked) => addCosts(settled, asked),
    tag: async (callSid, change) => {
      // A call that has just begun may not be in the database yet.
      await writer.flush()
      return await changeTags(settled, callSid, change, now())
    },
    tagsOf: async (callSid) => (await tagsOf(settled, [callSid])).get(callSid) ?? [],
    forget: (number) => forgetNumber(settled, number),
    deleteBefore: (customer, kind, before) => deleteBefore(settled, customer, kind, before),
    takeLease: (lease) => takeLease(settled, lease),
    outbox: createOutbox(settled, now),
    outboundQueue: createOutboundQueue(settled),
    standing: () => standingOf(settled),
    migrate: (onStep) => migrating = migrateRecord(database, now(), RECORD_MIGRATIONS, onStep),
    flush: writer.flush,
    close: async () => {
      await migrating.catch(() => {})
      await writer.close()
      await database.close()
    },
  }
}

/** A database that is asked and told nothing while its tables are still being made. If that fails, what comes then fails by itself. */
const whenMade = (database: RecordDatabase, made: () => Promise<unknown>): RecordDatabase => {
  const ready = () => made().catch(() => {})
  return {
    ...database,
    query: async (statement) => {
      await ready()
      return database.query(statement)
    },
    write: async (statements) => {
      await ready()
      return database.write(statements)
    },
    keep: async (writes) => {
      await ready()
      return database.keep(writes)
    },
  }
}
