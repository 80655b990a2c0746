import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createDatabaseThread } from '../../src/store/database-thread.ts'
import { noJournal } from '../../src/store/journal.ts'
import type { RecordDatabase } from '../../src/store/record-database.ts'
import { createRecordStore } from '../../src/store/record-store.ts'
import { createRecordWriter } from '../../src/store/record-writer.ts'
import { sql } from '../../src/store/sql.ts'
import { makeFolder, NOON } from './fixture.ts'
import { outboundQueueContract } from './outbound-queue-contract.ts'
import { outboxContract } from './outbox-contract.ts'
import { recordContract } from './record-contract.ts'
import { openRecord, openSqlite, writes } from './record-fixture.ts'

const newPath = async () => join(await makeFolder(), 'data', 'record.db')

recordContract('sqlite', async () => openSqlite(await newPath()))
outboxContract('sqlite', async () => openSqlite(await newPath()))
outboundQueueContract('sqlite', async () => openSqlite(await newPath()))

const openThread = (path: string, mayStart?: Promise<void>) =>
  createDatabaseThread({ engine: 'sqlite', path }, mayStart)

test('the record lives in a file that only its owner may read, on a thread of its own', async () => {
  const path = await newPath()
  const record = await openRecord(openThread(path))
  record.write([writes.call(), writes.line()])
  await record.flush()
  expect((await record.call('CA1'))?.lines).toHaveLength(1)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const beside = await openRecord(openThread(path))
  expect(await beside.list({}, 10)).toHaveLength(1)
})

test('what is told of a call while a new file gets its tables is kept there at once', async () => {
  const { record, problems } = await openWhileMade()
  record.write([writes.call(), writes.line()])
  await record.flush()
  expect(problems).toEqual([])
  expect((await record.call('CA1'))?.lines).toHaveLength(1)
})

test('a call that is asked for while a new file gets its tables is kept', async () => {
  const { record } = await openWhileMade()
  const { outboundQueue: queue } = record
  const order = { id: 'out-1', customer: 'a', to: '+351213456789', askedAt: NOON, expiresAt: NOON }
  expect(await queue.keep({ ...order, body: '{}' }, { owner: 'p', until: NOON })).toBe(true)
})

test('what fails on the thread fails here, with what to do about it', async () => {
  const file = join(await makeFolder(), 'file')
  await writeFile(file, '')
  const database = openThread(join(file, 'record.db'))
  await expect(database.query(sql('select 1'))).rejects.toMatchObject({
    code: 'store-cannot-open',
    message: expect.stringMatching(
      /^cannot read .*record.db: .*; check that the folder is there/,
    ),
  })
  await database.close()
  await expect(database.query(sql('select 1'))).rejects.toThrow(
    'the thread of the database has ended: it was closed',
  )
})

test('a thread that may not start yet keeps what is asked of it, in order', async () => {
  const start = Promise.withResolvers<void>()
  const database = openThread(':memory:', start.promise)
  const told: string[] = []
  const asked = [
    database.write([sql('create table t (n)')]).then(() => told.push('made')),
    database.query(sql('select count(*) as n from t')).then((rows) => told.push(`${rows[0]?.n}`)),
  ]
  told.push('asked')
  start.resolve()
  await Promise.all(asked)
  expect(told).toEqual(['asked', 'made', '0'])
  await database.close()
})

test('a thread that was never to start does what was asked when it is closed', async () => {
  const path = await newPath()
  const never = new Promise<void>(() => {})
  const database = openThread(path, never)
  const made = database.write([sql('create table t (n)')])
  await database.close()
  await expect(made).resolves.toEqual([0])
})

/** A record whose tables are still being made, and what its operator was told. */
const openWhileMade = async () => {
  const problems: string[] = []
  const makeWriter = (database: RecordDatabase) =>
    createRecordWriter({
      database,
      journal: noJournal,
      clock: systemClock,
      onError: ({ message }) => problems.push(message),
    })
  const record = createRecordStore(openThread(await newPath()), makeWriter, () => NOON)
  onTestFinished(() => record.close())
  void record.migrate()
  return { record, problems }
}
