/** What becomes of the record while its database is away. */
import { join } from 'node:path'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import type { RecordWrite } from '../../src/record/record.ts'
import * as files from '../../src/runtime/files.ts'
import { createJournal } from '../../src/store/journal.ts'
import { createRecordDatabase, type RecordDatabase } from '../../src/store/record-database.ts'
import { createRecordStore } from '../../src/store/record-store.ts'
import { createRecordWriter } from '../../src/store/record-writer.ts'
import type { Sql } from '../../src/store/sql.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { makeFolder } from './fixture.ts'
import { openSqlite, writes } from './record-fixture.ts'

/** A record whose database a test can take away, on a clock that it moves. */
const openFragile = async (folder?: string, name = 'a') => {
  const place = folder ?? await makeFolder()
  const clock = createFakeClock()
  const errors: StoreError[] = []
  const database = openSqlite(join(place, 'record.db'))
  let isAway = false
  const away = () => Promise.reject(new StoreError('store-unreachable', 'it is away'))
  const fragile: Sql = {
    ...database,
    query: (statement) => isAway ? away() : database.query(statement),
    write: (statements) => isAway ? away() : database.write(statements),
  }
  const journal = createJournal({ folder: place, files, name, now: Date.now })
  const makeWriter = (database: RecordDatabase) =>
    createRecordWriter({
      database,
      journal,
      clock,
      onError: (error) => errors.push(error),
    })
  const record = createRecordStore(createRecordDatabase(fragile), makeWriter, () => 0)
  onTestFinished(() => record.close())
  await record.migrate()
  const journals = async () => (await readdir(place)).filter((file) => file.endsWith('.journal'))
  return {
    record,
    clock,
    errors,
    folder: place,
    journals,
    takeAway: () => void (isAway = true),
    bringBack: () => void (isAway = false),
  }
}

const lines = (from: number, to: number): RecordWrite[] =>
  Array.from(
    { length: to - from },
    (_, at) => writes.line({ itemId: `i${from + at}`, text: `line ${from + at}`, at: from + at }),
  )

const kept = async (record: { call: ReturnType<typeof createRecordStore>['call'] }) =>
  (await record.call('CA1'))?.lines.map(({ itemId }) => itemId)

const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `i${from + at}`)

test('a database that is away for a while loses no line, and the order stays', async () => {
  const { record, clock, errors, journals, takeAway, bringBack } = await openFragile()
  record.write([writes.call(), ...lines(0, 10)])
  await record.flush()
  takeAway()
  record.write(lines(10, 1_200))
  await record.flush()
  record.write(lines(1_200, 1_210))
  await record.flush()
  expect(await journals()).toHaveLength(1)
  bringBack()
  clock.advance(2_000)
  record.write([...lines(1_210, 1_220), writes.line({ itemId: 'i10', text: 'cut', revision: 2 })])
  await record.flush()
  expect(await kept(record)).toEqual(ids(0, 1_220))
  expect((await record.find({ words: 'cut', limit: 5 })).map(({ line }) => line.itemId))
    .toEqual(['i10'])
  expect(await journals()).toEqual([])
  expect(errors.map(({ code }) => code)).toEqual(['store-unreachable'])
})

test('a database that is away is asked every two seconds and told of once a minute', async () => {
  const { record, clock, errors, takeAway } = await openFragile()
  takeAway()
  for (let second = 0; second < 61; second++) {
    record.write(lines(second, second + 1))
    await record.flush()
    clock.advance(1_000)
  }
  await record.flush()
  expect(errors).toHaveLength(2)
})

test('what waits when the process ends is written by the next one', async () => {
  const first = await openFragile()
  first.takeAway()
  first.record.write([writes.call(), ...lines(0, 5)])
  await first.record.close()
  const [file] = await first.journals()
  // Nobody has touched it for over a minute.
  const longAgo = new Date(Date.now() - 90_000)
  await utimes(join(first.folder, file), longAgo, longAgo)
  const next = await openFragile(first.folder, 'b')
  await next.record.flush()
  expect(await kept(next.record)).toEqual(ids(0, 5))
  expect(await next.journals()).toEqual([])
})

test('a journal that another process still writes is left alone', async () => {
  const first = await openFragile()
  first.takeAway()
  first.record.write([writes.call()])
  await first.record.flush()
  const next = await openFragile(first.folder, 'b')
  await next.record.flush()
  expect(await next.journals()).toHaveLength(1)
})

test('half a line at the end of a journal costs that line alone', async () => {
  const folder = await makeFolder()
  const [whole, half] = [writes.call(), writes.line()].map((write) => JSON.stringify(write))
  await writeFile(join(folder, 'record-a-000000.journal'), `${whole}\n${half.slice(0, 50)}`)
  const { record } = await openFragile(folder)
  await record.flush()
  expect(await record.list({}, 10)).toHaveLength(1)
  expect(await kept(record)).toEqual([])
})

test('a journal is bounded; what it has no room for is told', async () => {
  const { record, errors, takeAway } = await openFragile()
  takeAway()
  const long = 'x'.repeat(1024 * 1024)
  record.write(
    Array.from({ length: 70 }, (_, at) => writes.line({ itemId: `i${at}`, text: long })),
  )
  await record.flush()
  expect(errors.map(({ code }) => code)).toEqual(['store-unreachable', 'store-full'])
  expect(errors[1].message).toMatch(/^7 writes of the record are lost/)
})

test('writes are gathered for 100 ms', async () => {
  const { record, clock } = await openFragile()
  // The journal is looked at once, at the beginning.
  clock.advance(0)
  await record.flush()
  record.write([writes.call()])
  clock.advance(99)
  await Promise.resolve()
  expect(await record.list({}, 10)).toEqual([])
  clock.advance(1)
  await record.flush()
  expect(await record.list({}, 10)).toHaveLength(1)
})
