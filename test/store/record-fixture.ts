/** Writes of the record with what a test does not care about filled in, and stores of them. */
import { afterAll, onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { StoreError } from '../../src/errors.ts'
import { NO_TOKENS } from '../../src/record/money.ts'
import type {
  CallFacts,
  CallLine,
  CallPart,
  OutboxEvent,
  RecordWrite,
} from '../../src/record/record.ts'
import { type Journal, noJournal } from '../../src/store/journal.ts'
import { createRecordDatabase, type RecordDatabase } from '../../src/store/record-database.ts'
import { createRecordStore, type RecordStore } from '../../src/store/record-store.ts'
import { createRecordWriter } from '../../src/store/record-writer.ts'
import type { Sql } from '../../src/store/sql.ts'
import { createSqliteSql } from '../../src/store/sqlite-sql.ts'
import { NOON } from './fixture.ts'

export const facts = (changes: Partial<CallFacts> = {}): CallFacts => ({
  callSid: 'CA1',
  customer: 'bright-smile',
  line: '+15005550006',
  direction: 'inbound',
  from: '+15550001111',
  to: '+15005550006',
  startedAt: NOON,
  agentVersion: '0123456789abcdef',
  model: 'gpt-realtime-2.1',
  owner: 'machine-a',
  epoch: 1,
  revision: 1,
  ...changes,
})

export const part = (changes: Partial<CallPart> = {}): CallPart => ({
  callSid: 'CA1',
  customer: 'bright-smile',
  part: 1,
  startedAt: NOON,
  turns: 0,
  latencySumMs: 0,
  latencyMaxMs: 0,
  bargeIns: 0,
  errors: 0,
  tokens: NO_TOKENS,
  costNano: 0,
  revision: 1,
  ...changes,
})

export const line = (changes: Partial<CallLine> = {}): CallLine => ({
  callSid: 'CA1',
  customer: 'bright-smile',
  itemId: 'item_1',
  kind: 'caller',
  text: 'I would like a table for two.',
  at: NOON + 4_000,
  revision: 1,
  ...changes,
})

export const event = (changes: Partial<OutboxEvent> = {}): OutboxEvent => ({
  id: 'msg_1',
  callSid: 'CA1',
  customer: 'bright-smile',
  url: 'https://crm.example.com/calls',
  type: 'call.ended',
  seq: 1_000_001,
  at: NOON,
  body: '{"type":"call.ended","timestamp":"2026-05-04T12:00:00.000Z","data":{}}',
  ...changes,
})

export const writes = {
  event: (changes?: Partial<OutboxEvent>): RecordWrite => ({
    type: 'event',
    event: event(changes),
  }),
  call: (changes?: Partial<CallFacts>): RecordWrite => ({ type: 'call', call: facts(changes) }),
  part: (changes?: Partial<CallPart>): RecordWrite => ({ type: 'part', part: part(changes) }),
  line: (changes?: Partial<CallLine>): RecordWrite => ({ type: 'line', line: line(changes) }),
}

export type OpenRecord = RecordStore & Readonly<{ errors: readonly StoreError[] }>

/** Opens a record over a database and brings it to the newest version; both are closed after the test. */
export const openRecord = async (database: Sql, journal?: Journal): Promise<OpenRecord> => {
  const record = await open(database, journal)
  onTestFinished(() => record.close())
  return record
}

/** One record for all tests of a block, which only ask it; filled once, and closed after them. */
export const sharedRecord = (
  database: () => Promise<Sql>,
  writes: readonly RecordWrite[],
): () => Promise<OpenRecord> => {
  let opening: Promise<OpenRecord> | undefined
  afterAll(async () => (await opening)?.close())
  return () =>
    opening ??= (async () => {
      const record = await open(await database())
      record.write(writes)
      await record.flush()
      return record
    })()
}

/** A SQLite database without its thread, which takes long to start. */
export const openSqlite = createSqliteSql

const open = async (
  database: Sql | RecordDatabase,
  journal: Journal = noJournal,
): Promise<OpenRecord> => {
  const told = 'keep' in database ? database : createRecordDatabase(database)
  const errors: StoreError[] = []
  const makeWriter = (database: RecordDatabase) =>
    createRecordWriter({
      database,
      journal,
      clock: systemClock,
      onError: (error) => errors.push(error),
    })
  const store = createRecordStore(told, makeWriter, () => NOON)
  await store.migrate()
  return { ...store, errors }
}
