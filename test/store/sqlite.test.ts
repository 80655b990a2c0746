import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { sqlite, type SqliteDriver } from '../../src/runtime/sqlite.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import { storeContract } from './contract.ts'
import { checkpoint, countRows, makeFolder, NOON, openFile, openStore } from './fixture.ts'

storeContract('sqlite', async () =>
  createSqliteStore({
    path: join(await makeFolder(), 'tandem.db'),
    driver: sqlite,
    clock: systemClock,
    now: () => NOON,
    onError: (error) => expect.unreachable(error.message),
  }))

/** Counts what is asked of SQLite. */
const createCounter = () => {
  const count = { transactions: 0, settled: 0 }
  const driver: SqliteDriver = {
    ...sqlite,
    open: (path) => {
      const database = sqlite.open(path)
      return {
        ...database,
        transaction: (action) => {
          count.transactions++
          return database.transaction(action)
        },
        settle: () => {
          count.settled++
          return database.settle()
        },
      }
    },
  }
  return { count, driver }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const saveCalls = (
  { save }: { save: (it: ReturnType<typeof checkpoint>) => void },
  calls: number,
  body: string,
) => {
  for (let at = 0; at < calls; at++) save(checkpoint({ callSid: `CA${at}`, body }))
}

test('what was saved in 50 ms is one transaction, with the newest of each call', async () => {
  const { count, driver } = createCounter()
  const { store, path, clock } = await openStore({ driver })
  const file = openFile(path)
  const before = count.transactions
  for (let turn = 0; turn < 10; turn++) {
    saveCalls(store, 20, `turn ${turn}`)
    clock.advance(4)
  }
  clock.advance(9)
  expect([count.transactions - before, countRows(file)]).toEqual([0, 0])
  clock.advance(1)
  expect([count.transactions - before, countRows(file)]).toEqual([1, 20])
  const bodies = file.prepare('select distinct body from checkpoints').all()
  expect(bodies).toEqual([{ body: 'turn 9' }])
})

test('a burst of 500 calls is written 64 rows at a time, 50 ms apart', async () => {
  const { store, path, clock } = await openStore()
  const file = openFile(path)
  saveCalls(store, 500, '{}')
  const written = []
  for (let batch = 0; batch < 8; batch++) {
    clock.advance(50)
    written.push(countRows(file))
  }
  expect(written).toEqual([64, 128, 192, 256, 320, 384, 448, 500])
})

test('long bodies are written half a megabyte at a time', async () => {
  const { store, path, clock } = await openStore()
  const file = openFile(path)
  saveCalls(store, 12, 'x'.repeat(100 * 1024))
  clock.advance(50)
  expect(countRows(file)).toBe(5)
  clock.advance(50)
  expect(countRows(file)).toBe(10)
})

test('flush() lets the event loop turn between two transactions', async () => {
  const { store, path, pass } = await openStore()
  const file = openFile(path)
  saveCalls(store, 100, '{}')
  let isDone = false
  const flushed = store.flush().then(() => isDone = true)
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  expect([countRows(file), isDone]).toEqual([64, false])
  await pass(0)
  await flushed
  expect(countRows(file)).toBe(100)
})

test('a store that has nothing to do touches nothing', async () => {
  const { count, driver } = createCounter()
  const { store, clock } = await openStore({ driver })
  store.save(checkpoint())
  clock.advance(10_000)
  const { transactions, settled } = count
  clock.advance(30 * MINUTE)
  expect(count).toEqual({ transactions, settled })
  // All that is left is the hour until old checkpoints are looked for.
  expect(clock.waiting()).toBe(1)
})

test('a file is settled when it is opened, which starts the thread before the first call', async () => {
  const { count, driver } = createCounter()
  await openStore({ driver })
  expect(count.settled).toBe(1)
})

test('what was written is settled two seconds later, once', async () => {
  const { count, driver } = createCounter()
  const { store, clock } = await openStore({ driver })
  count.settled = 0
  store.save(checkpoint({ body: '1' }))
  clock.advance(50)
  store.save(checkpoint({ body: '2' }))
  clock.advance(1_999)
  expect(count.settled).toBe(0)
  clock.advance(1)
  expect(count.settled).toBe(1)
})

test('what was written is there for the next process, and for one beside', async () => {
  const first = await openStore()
  first.store.save(checkpoint({ body: 'first' }))
  await first.store.flush()
  const beside = await openStore({ path: first.path })
  expect((await beside.store.load('CA1'))?.body).toBe('first')
  first.store.save(checkpoint({ body: 'second' }))
  await first.store.close()
  const next = await openStore({ path: first.path })
  expect((await next.store.load('CA1'))?.body).toBe('second')
})

test('a machine that lost a call neither writes over it nor sees its own checkpoint again', async () => {
  const old = await openStore()
  const other = await openStore({ path: old.path })
  old.store.save(checkpoint({ epoch: 1, owner: 'machine-a' }))
  await old.store.flush()
  other.store.save(checkpoint({ epoch: 2, owner: 'machine-b' }))
  await other.store.flush()
  old.store.save(checkpoint({ epoch: 1, owner: 'machine-a', body: 'late' }))
  expect((await old.store.load('CA1'))?.owner).toBe('machine-b')
  await old.store.flush()
  expect((await old.store.load('CA1'))?.owner).toBe('machine-b')
  expect((await other.store.load('CA1'))?.owner).toBe('machine-b')
})

test('a call that another machine forgot is forgotten', async () => {
  const one = await openStore()
  const other = await openStore({ path: one.path })
  one.store.save(checkpoint())
  await one.store.flush()
  other.store.forget('CA1', 9)
  await other.store.flush()
  expect(await one.store.load('CA1')).toBeUndefined()
})

test('checkpoints older than a day are deleted, those of today are not', async () => {
  const { store, path, clock, pass } = await openStore()
  const file = openFile(path)
  for (let at = 0; at < 150; at++) store.save(checkpoint({ callSid: `CA${at}`, savedAt: NOON }))
  await pass(1_000)
  store.save(checkpoint({ callSid: 'CA-late', savedAt: NOON + 2 * HOUR }))
  clock.advance(23.5 * HOUR)
  expect(countRows(file)).toBe(151)
  // The next look is at the 25th hour; 150 rows are three transactions.
  clock.advance(1.5 * HOUR + 200)
  expect(file.prepare('select call_sid from checkpoints').all()).toEqual([{ call_sid: 'CA-late' }])
  expect(await store.load('CA1')).toBeUndefined()
})

test('what was left by a process long ago is deleted with the first write of the next', async () => {
  const before = await openStore()
  before.store.save(checkpoint({ callSid: 'CA-old', savedAt: NOON - 25 * HOUR }))
  // The first store has looked for old ones with an earlier write.
  await before.store.flush()
  before.store.save(checkpoint({ callSid: 'CA-old', savedAt: NOON - 25 * HOUR }))
  await before.store.close()
  expect(countRows(openFile(before.path))).toBe(1)
  const { store, path } = await openStore({ path: before.path })
  store.save(checkpoint({ callSid: 'CA-new' }))
  await store.flush()
  const left = openFile(path).prepare('select call_sid from checkpoints').all()
  expect(left).toEqual([{ call_sid: 'CA-new' }])
})

test('the file can be read by its owner alone', async () => {
  const { store, path } = await openStore()
  store.save(checkpoint())
  await store.flush()
  const names = await readdir(dirname(path))
  expect(names.toSorted()).toEqual(['tandem.db', 'tandem.db-shm', 'tandem.db-wal'])
  for (const name of names) {
    const { mode } = await stat(join(dirname(path), name))
    expect([name, (mode & 0o777).toString(8)]).toEqual([name, '600'])
  }
})

test('what was said on a forgotten call is not left on the disk', async () => {
  const { store, path } = await openStore()
  const body = 'my card is 4000 0000 0000 0002. '.repeat(500)
  store.save(checkpoint({ callSid: 'CA1', body }))
  store.save(checkpoint({ callSid: 'CA2', body: 'something else' }))
  await store.flush()
  const files = async () => {
    const names = await readdir(dirname(path))
    const texts = names.map((name) => readFile(join(dirname(path), name), 'latin1'))
    return (await Promise.all(texts)).join('\n')
  }
  expect(await files()).toContain('4000 0000 0000 0002')
  store.forget('CA1', 9)
  await store.close()
  expect(await files()).not.toContain('4000 0000 0000 0002')
  expect(await files()).toContain('something else')
})

test('after close() nothing waits and nothing is open', async () => {
  const { store, path, clock } = await openStore()
  store.save(checkpoint())
  clock.advance(50)
  store.save(checkpoint({ body: 'last' }))
  await store.close()
  expect(clock.waiting()).toBe(0)
  expect((await store.load('CA1'))?.body).toBe('last')
  // The last to close a file takes its log away.
  expect(await readdir(dirname(path))).toEqual(['tandem.db'])
  expect(openFile(path).prepare('select body from checkpoints').all()).toEqual([{ body: 'last' }])
})

test('two stores on one file name the same, and stores on two files do not', async () => {
  const one = await openStore()
  const same = await openStore({ path: one.path })
  const other = await openStore()
  expect(one.store.id()).toMatch(/^[0-9a-f]{16}$/)
  expect(same.store.id()).toBe(one.store.id())
  expect(other.store.id()).not.toBe(one.store.id())
})
