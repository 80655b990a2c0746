import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import * as files from '../../src/runtime/files.ts'
import { createDatabaseThread } from '../../src/store/database-thread.ts'
import { createJournal } from '../../src/store/journal.ts'
import { createPostgresSql } from '../../src/store/postgres-sql.ts'
import { migrateRecord } from '../../src/store/record-migrations.ts'
import { createSharedStore } from '../../src/store/shared.ts'
import { sql } from '../../src/store/sql.ts'
import { storeContract } from './contract.ts'
import { checkpoint, makeFolder, NOON } from './fixture.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { outboundQueueContract } from './outbound-queue-contract.ts'
import { outboxContract } from './outbox-contract.ts'
import { recordContract } from './record-contract.ts'
import { openRecord, writes } from './record-fixture.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startPostgres()
}, 30_000)

afterAll(() => server.stop())

const open = async () => createPostgresSql({ url: await server.database(), clock: systemClock })

/** As a service has it. */
const openThread = async () =>
  createDatabaseThread({ engine: 'postgres', url: await server.database() })

recordContract('postgres', openThread)
outboxContract('postgres', open)
outboundQueueContract('postgres', open)

storeContract('postgres', async () => {
  const database = await open()
  await migrateRecord(database, NOON)
  return createSharedStore({
    id: 'test',
    database,
    clock: systemClock,
    now: () => NOON,
    onError: (error) => expect.unreachable(error.message),
  })
})

test('a statement has the time that whoever asks can wait', async () => {
  const url = await server.database()
  const hasty = createPostgresSql({ url, clock: systemClock, statementMs: 50 })
  onTestFinished(hasty.close)
  await expect(hasty.query(sql('select pg_sleep(10)'))).rejects
    .toThrow(/cannot read PostgreSQL: .*statement timeout/)
  const patient = createPostgresSql({ url, clock: systemClock, statementMs: 60_000 })
  onTestFinished(patient.close)
  expect(await patient.query(sql('show statement_timeout'))).toEqual([{
    statement_timeout: '1min',
  }])
})

test('a server that is killed in the middle of 20 calls loses no line of them', async () => {
  const folder = await makeFolder()
  const database = await openThread()
  const journal = createJournal({ folder, files, name: 'a', now: Date.now })
  const record = await openRecord(database, journal)
  const say = (turn: number) =>
    Array.from(
      { length: 20 },
      (_, call) =>
        writes.line({
          callSid: `CA${call}`,
          itemId: `i${turn}`,
          at: NOON + turn,
          text: `turn ${turn}`,
        }),
    )
  record.write(Array.from({ length: 20 }, (_, call) => writes.call({ callSid: `CA${call}` })))
  for (let turn = 0; turn < 30; turn++) {
    if (turn === 10) await Promise.all([server.kill(), record.flush()])
    record.write(say(turn))
    if (turn % 5 === 0) await record.flush()
  }
  await record.flush()
  expect(record.errors.map(({ code }) => code)).toEqual(['store-unreachable'])
  await server.restart()
  // The database is asked again two seconds after it was last found away.
  await expect.poll(async () => {
    await record.flush()
    return (await record.find({ words: 'turn 29', limit: 100 })).length
  }, { timeout: 10_000, interval: 250 }).toBe(20)
  for (let call = 0; call < 20; call++) {
    expect((await record.call(`CA${call}`))?.lines.map(({ itemId }) => itemId))
      .toEqual(Array.from({ length: 30 }, (_, turn) => `i${turn}`))
  }
}, 30_000)

test('what PostgreSQL alone will not take holds up nothing else', async () => {
  const record = await openRecord(await open())
  const words = Array.from({ length: 200_000 }, (_, at) => `word${at}`).join(' ')
  // Too long for an index even when it is compressed.
  const itemId = Array.from({ length: 2_000 }, (_, at) => Math.imul(at + 1, 2_654_435_761)).join('')
  record.write([
    writes.call({ callSid: 'CA1' }),
    // A journal of another release may hold anything.
    JSON.parse(JSON.stringify(writes.call({ callSid: 'CA2' })).replaceAll(`${NOON}`, '"at noon"')),
    writes.line({ itemId: 'i1', text: words }),
    writes.line({ itemId }),
    writes.line({ itemId: 'i2', text: 'the last' }),
  ])
  await record.flush()
  expect((await record.list({}, 10)).map(({ callSid }) => callSid)).toEqual(['CA1'])
  expect((await record.call('CA1'))?.lines.map(({ text }) => text)).toEqual(['the last'])
  expect(new Set(record.errors.map(({ code }) => code))).toEqual(new Set(['store-refused']))
})

test('a server that is killed under a transaction fails it, and nothing else', async () => {
  const database = createPostgresSql({ url: await server.database(), clock: systemClock })
  onTestFinished(() => database.close())
  const sleeping = async () => {
    const [row] = await database.query({
      text: "select count(*) as n from pg_stat_activity where wait_event = 'PgSleep'",
      values: [],
    })
    return row.n
  }
  const writing = expect(database.write([{ text: 'select pg_sleep(4)', values: [] }]))
    .rejects.toMatchObject({ code: 'store-unreachable' })
  await expect.poll(sleeping, { timeout: 3_000 }).toBe(1)
  await server.kill()
  await writing
  // The library rolls back a moment later, on a connection that is not there; what it throws then nobody could catch.
  await new Promise((resolve) => setTimeout(resolve, 50))
  await server.restart()
  await expect.poll(() => sleeping().catch(() => undefined), { timeout: 10_000 }).toBe(0)
}, 30_000)

test('a pooler is asked for nothing that it would refuse', async () => {
  const said = Promise.withResolvers<string>()
  const pooler = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) => {
      said.resolve(bytes.toString('utf8', 8))
      socket.destroy()
    })
  })
  onTestFinished(() => void pooler.close())
  pooler.listen(0, '127.0.0.1')
  await once(pooler, 'listening')
  const address = pooler.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const url = `postgres://tandem:test@127.0.0.1:${port}/calls?prepare=false`
  const database = createPostgresSql({ url, clock: systemClock, statementMs: 50 })
  // It would wait for seconds for the pooler, which is not there any more.
  onTestFinished(() => void database.close())
  const asked = database.query({ text: 'select 1', values: [] }).catch(() => {})
  const names = (await said.promise).split('\0').filter((_, at) => at % 2 === 0)
  expect(names.filter((name) => name !== '').toSorted())
    .toEqual(['application_name', 'client_encoding', 'database', 'user'])
  await asked
})

test('what is asked has an end, and leaves nothing on its connection', async () => {
  const url = `${await server.database()}?prepare=false`
  const database = createPostgresSql({ url, clock: systemClock })
  onTestFinished(() => database.close())
  const [within] = await database.query({
    text: "select current_setting('statement_timeout') as timeout",
    values: [],
  })
  expect(within).toEqual({ timeout: '5s' })
  const [kept] = await database.query({
    text: 'select count(*) as statements from pg_prepared_statements',
    values: [],
  })
  expect(kept).toEqual({ statements: 0 })
})

test.each([
  ['a database that is not there', (url: string) => url.replace(/[^/]*$/, 'elsewhere')],
  ['a wrong password', (url: string) => url.replace(':test@', ':wrong@')],
  ['a server without TLS where it is asked for', (url: string) => `${url}?sslmode=require`],
])('%s is told as what DATABASE_URL is to be looked at for', async (_, change) => {
  const database = createPostgresSql({ url: change(await server.database()), clock: systemClock })
  onTestFinished(() => database.close())
  await expect(database.query(sql('select 1'))).rejects.toMatchObject({
    code: 'store-unreachable',
    message: expect.stringMatching(/; check DATABASE_URL and that the server runs$/),
  })
})

test('a database without its tables is told as one that is not migrated', async () => {
  const database = await openThread()
  onTestFinished(() => database.close())
  await expect(database.query(sql('select 1 from calls'))).rejects
    .toThrow('cannot read PostgreSQL: relation "calls" does not exist; run `tandem migrate`')
})

test('two machines resume each other: what one keeps the other takes up, and the first is fenced off', async () => {
  const url = await server.database()
  const open = () => {
    const database = createPostgresSql({ url, clock: systemClock })
    onTestFinished(() => database.close())
    const onError = (error: Error) => expect.unreachable(error.message)
    return {
      database,
      store: createSharedStore({
        id: 'test',
        database,
        clock: systemClock,
        now: () => NOON,
        onError,
      }),
    }
  }
  const one = open()
  const other = open()
  await migrateRecord(one.database, NOON)
  one.store.save(checkpoint({ epoch: 1, owner: 'machine-a' }))
  await one.store.flush()
  expect((await other.store.load('CA1'))?.owner).toBe('machine-a')
  other.store.save(checkpoint({ epoch: 2, owner: 'machine-b' }))
  await other.store.flush()
  one.store.save(checkpoint({ epoch: 1, owner: 'machine-a', body: 'late' }))
  await one.store.flush()
  expect((await one.store.load('CA1'))?.owner).toBe('machine-b')
  other.store.forget('CA1', 9)
  await other.store.flush()
  expect(await one.store.load('CA1')).toBeUndefined()
  await Promise.all([one.store.close(), other.store.close()])
})
