import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { sqlite, type SqliteDriver } from '../../src/runtime/sqlite.ts'
import { migrate } from '../../src/store/migrations.ts'
import { checkpoint, countRows, makeFolder, NOON, openFile, openStore } from './fixture.ts'

const HOUR = 60 * 60 * 1_000

/** SQLite with a setting that the test changes; it counts from the next time the file is opened. */
const createLimited = (first: string) => {
  let setting = first
  const driver: SqliteDriver = {
    ...sqlite,
    open: (path) => {
      const database = sqlite.open(path)
      database.exec(setting)
      return database
    },
  }
  return { driver, set: (next: string) => setting = next }
}

test('a folder that is a file: the call goes on in memory, and is written once the folder is there', async () => {
  const folder = join(await makeFolder(), 'data')
  await writeFile(folder, 'not a folder')
  const { store, path, errors, pass } = await openStore({ path: join(folder, 'tandem.db') })
  expect(errors[0]).toBeInstanceOf(StoreError)
  expect(errors[0].code).toBe('store-cannot-open')
  expect(errors[0].message).toMatch(
    /^cannot open .*tandem\.db: .*; check that the folder is there and that this user may write to it$/,
  )
  store.save(checkpoint({ body: 'kept' }))
  await store.flush()
  expect((await store.load('CA1'))?.body).toBe('kept')
  await rm(folder)
  await pass(1_000)
  expect(countRows(openFile(path))).toBe(1)
  expect(errors).toHaveLength(1)
})

test('a failure is told once a minute, however often it is met', async () => {
  const folder = join(await makeFolder(), 'data')
  await writeFile(folder, 'not a folder')
  const { store, codes, pass } = await openStore({ path: join(folder, 'tandem.db') })
  for (let second = 0; second < 59; second++) {
    store.save(checkpoint({ body: `${second}` }))
    await pass(1_000)
  }
  expect(codes()).toEqual(['store-cannot-open'])
  await pass(2_000)
  expect(codes()).toEqual(['store-cannot-open', 'store-cannot-open'])
})

test('a file that cannot be written is left alone for a second', async () => {
  let opened = 0
  const driver: SqliteDriver = {
    ...sqlite,
    open: () => {
      opened++
      throw new Error('unable to open database file')
    },
  }
  const { store, pass } = await openStore({ driver })
  store.save(checkpoint())
  await pass(50)
  expect(opened).toBe(2)
  for (let tenth = 0; tenth < 50; tenth++) {
    store.save(checkpoint({ body: `${tenth}` }))
    await pass(100)
  }
  expect(opened).toBe(7)
})

test('what could not be written for a day is let go', async () => {
  const folder = join(await makeFolder(), 'data')
  await writeFile(folder, 'not a folder')
  const { store, clock } = await openStore({ path: join(folder, 'tandem.db') })
  store.save(checkpoint({ callSid: 'CA1', savedAt: NOON - 23.5 * HOUR }))
  store.save(checkpoint({ callSid: 'CA2', savedAt: NOON - 22.5 * HOUR, body: 'kept' }))
  clock.advance(HOUR)
  expect(await store.load('CA1')).toBeUndefined()
  expect((await store.load('CA2'))?.body).toBe('kept')
})

test('a read-only folder: the call goes on in memory', async () => {
  // Nothing stops root but the kernel's own folder.
  const folder = process.getuid?.() === 0 ? '/proc' : await makeFolder()
  if (folder !== '/proc') await chmod(folder, 0o500)
  const { store, codes } = await openStore({ path: join(folder, 'tandem.db') })
  store.save(checkpoint({ body: 'kept' }))
  await store.flush()
  expect(codes()).toEqual(['store-cannot-open'])
  expect((await store.load('CA1'))?.body).toBe('kept')
  await store.close()
})

test('a file that becomes read-only is still read, and written once it can be', async () => {
  const before = await openStore()
  before.store.save(checkpoint({ callSid: 'CA1', body: 'before' }))
  await before.store.close()
  const { driver, set } = createLimited('pragma query_only = on')
  const { store, path, errors, pass } = await openStore({ path: before.path, driver })
  store.save(checkpoint({ callSid: 'CA2', body: 'now' }))
  await pass(50)
  expect(errors.map(({ code, message }) => [code, message.replace(path, 'PATH')])).toEqual([[
    'store-read-only',
    'cannot write to PATH: attempt to write a readonly database; make it writable',
  ]])
  expect((await store.load('CA1'))?.body).toBe('before')
  expect((await store.load('CA2'))?.body).toBe('now')
  set('pragma query_only = off')
  // The handle that is open finds out with one more failure.
  await pass(1_000)
  await pass(1_000)
  expect(countRows(openFile(path))).toBe(2)
})

test('a full disk: what was written stays, what is new is written once there is room', async () => {
  const { driver, set } = createLimited('pragma max_page_count = 12')
  const { store, path, codes, pass } = await openStore({ driver })
  const file = openFile(path)
  store.save(checkpoint({ callSid: 'CA1', body: 'small' }))
  await pass(50)
  store.save(checkpoint({ callSid: 'CA2', body: 'x'.repeat(100_000) }))
  store.save(checkpoint({ callSid: 'CA3', body: 'small' }))
  await pass(50)
  expect(codes()).toEqual(['store-full'])
  expect(countRows(file)).toBe(1)
  expect((await store.load('CA2'))?.body).toHaveLength(100_000)
  set('pragma max_page_count = 1000')
  await pass(1_000)
  await pass(1_000)
  expect(countRows(file)).toBe(3)
})

test('a file that another process has locked is written when it lets go', async () => {
  const { store, path, codes, pass } = await openStore()
  const other = openFile(path)
  store.save(checkpoint({ callSid: 'CA1', body: 'written' }))
  await store.flush()
  other.exec('begin immediate')
  store.save(checkpoint({ callSid: 'CA2' }))
  await pass(50)
  expect(codes()).toEqual(['store-busy'])
  expect((await store.load('CA1'))?.body).toBe('written')
  other.exec('rollback')
  await pass(50)
  expect(countRows(other)).toBe(2)
  expect(codes()).toEqual(['store-busy'])
})

test('flush() waits a second for a lock and then gives up', async () => {
  const { store, path, pass } = await openStore()
  const other = openFile(path)
  const flush = () => {
    let isDone = false
    void store.flush().then(() => isDone = true)
    return () => isDone
  }
  other.exec('begin immediate')
  store.save(checkpoint({ callSid: 'CA1' }))
  const isPatientDone = flush()
  await pass(50)
  expect(isPatientDone()).toBe(false)
  other.exec('rollback')
  await pass(50)
  expect([isPatientDone(), countRows(other)]).toEqual([true, 1])

  other.exec('begin immediate')
  store.save(checkpoint({ callSid: 'CA2' }))
  const isVainDone = flush()
  for (let turn = 0; turn < 18; turn++) await pass(50)
  expect(isVainDone()).toBe(false)
  await pass(50)
  expect(isVainDone()).toBe(true)
  other.exec('rollback')
  expect(countRows(other)).toBe(1)
})

test('flush() that finds the file damaged writes to the new one', async () => {
  const { store, path, codes, pass } = await openStore({ driver: createBreaking(1) })
  store.save(checkpoint())
  const flushed = store.flush().then(() => countRows(openFile(path)))
  await pass(0)
  await pass(50)
  expect(await flushed).toBe(1)
  expect(codes()).toEqual(['store-corrupt'])
})

test('a row that SQLite refuses does not hold up the others', async () => {
  const { store, path, errors, pass } = await openStore()
  store.save(checkpoint({ callSid: 'CA1' }))
  store.save(checkpoint({ callSid: 'CA2', epoch: Number.NaN }))
  store.save(checkpoint({ callSid: 'CA3' }))
  await pass(50)
  expect(errors.map(({ code, message }) => [code, message])).toEqual([[
    'store-refused',
    'cannot keep call CA2: NOT NULL constraint failed: checkpoints.epoch; this is a bug',
  ]])
  const calls = openFile(path).prepare('select call_sid from checkpoints order by 1').all()
  expect(calls).toEqual([{ call_sid: 'CA1' }, { call_sid: 'CA3' }])
})

test('a damaged file is moved aside when it is opened, and a new one is begun', async () => {
  const path = join(await makeFolder(), 'tandem.db')
  await writeFile(path, 'this was a database once. '.repeat(500))
  const { store, errors } = await openStore({ path })
  const aside = `${path}.corrupt-2026-05-04T12-00-00.000Z`
  expect(errors.map(({ code, message }) => [code, message])).toEqual([[
    'store-corrupt',
    `cannot open ${path}: file is not a database; moved aside to ${aside}, a new one is begun`,
  ]])
  expect(await readFile(aside, 'utf8')).toMatch(/^this was a database once/)
  store.save(checkpoint())
  await store.flush()
  expect(countRows(openFile(path))).toBe(1)
  expect(errors).toHaveLength(1)
})

test('a file that is damaged while calls are up is replaced, with the newest of each call', async () => {
  const { store, path, codes, pass } = await openStore()
  const body = 'x'.repeat(50_000)
  for (let at = 0; at < 100; at++) store.save(checkpoint({ callSid: `CA${at}`, body }))
  for (let batch = 0; batch < 10; batch++) await pass(50)
  const other = sqlite.open(path)
  expect(countRows(other)).toBe(100)
  await other.settle()
  other.close()
  await writeFile(path, 'z'.repeat(6_000_000))
  await writeFile(`${path}-wal`, '')
  // SQLite has some pages in memory and finds out when it needs another.
  for (let at = 0; at < 100; at++) expect((await loaded(store, `CA${at}`, pass))?.body).toBe(body)
  expect(codes()).toContain('store-corrupt')
  for (let batch = 0; batch < 10; batch++) await pass(50)
  expect(countRows(openFile(path))).toBe(100)
  const names = await readdir(dirname(path))
  expect(names).toContain('tandem.db.corrupt-2026-05-04T12-00-00.500Z')
})

test('a damaged file is replaced once a minute at most', async () => {
  const path = join(await makeFolder(), 'tandem.db')
  await writeFile(path, 'broken'.repeat(1_000))
  const { store, codes, pass } = await openStore({ path, driver: createBreaking() })
  store.save(checkpoint({ body: 'kept' }))
  for (let second = 0; second < 50; second++) await pass(1_000)
  expect(codes()).toEqual(['store-corrupt'])
  const names = await readdir(dirname(path))
  expect(names.filter((name) => name.includes('.corrupt-'))).toHaveLength(1)
  expect((await loaded(store, 'CA1', pass))?.body).toBe('kept')
})

test('a damaged file that cannot be moved is told, and the call goes on in memory', async () => {
  const path = join(await makeFolder(), 'tandem.db')
  await writeFile(path, 'broken'.repeat(1_000))
  const driver: SqliteDriver = {
    ...sqlite,
    move: () => {
      throw new Error('EACCES: permission denied')
    },
  }
  const { store, errors, pass } = await openStore({ path, driver })
  store.save(checkpoint({ body: 'kept' }))
  await pass(5_000)
  expect(errors.map(({ message }) => message)).toEqual([
    `cannot open ${path}: file is not a database; cannot move it aside: Error: EACCES: permission denied`,
  ])
  expect((await loaded(store, 'CA1', pass))?.body).toBe('kept')
})

test('a file that was not settled is told', async () => {
  let isBroken = false
  const driver: SqliteDriver = {
    ...sqlite,
    open: (path) => ({
      ...sqlite.open(path),
      settle: () => isBroken ? Promise.reject(new Error('disk I/O error')) : Promise.resolve(),
    }),
  }
  const { store, path, errors, pass } = await openStore({ driver })
  isBroken = true
  store.save(checkpoint())
  await pass(50)
  expect(errors).toEqual([])
  await pass(2_000)
  expect(errors.map(({ code, message }) => [code, message])).toEqual([[
    'store-failed',
    `cannot settle ${path}: disk I/O error; check the disk of the database`,
  ]])
})

test('a folder that is removed while calls are up is made again by the next process', async () => {
  const first = await openStore()
  first.store.save(checkpoint())
  await first.store.close()
  await rm(dirname(first.path), { recursive: true })
  await mkdir(dirname(dirname(first.path)), { recursive: true })
  const next = await openStore({ path: first.path })
  expect(await next.store.load('CA1')).toBeUndefined()
  expect(next.codes()).toEqual([])
})

/** A disk on which so many files, one after the other, are damaged when they are written to. */
const createBreaking = (files = Infinity): SqliteDriver => {
  let opened = 0
  return {
    ...sqlite,
    open: (path) => {
      const database = sqlite.open(path)
      migrate(database)
      if (opened++ >= files) return database
      return {
        ...database,
        transaction: () => {
          throw new Error('database disk image is malformed')
        },
      }
    },
  }
}

/** Loads a call from a store that may try for a second. */
const loaded = async (
  store: { load: (callSid: string) => Promise<ReturnType<typeof checkpoint> | undefined> },
  callSid: string,
  pass: (ms: number) => Promise<void>,
) => {
  let isDone = false
  const load = store.load(callSid).finally(() => isDone = true)
  for (let turn = 0; turn < 25 && !isDone; turn++) await pass(0)
  for (let turn = 0; turn < 25 && !isDone; turn++) await pass(50)
  return await load
}
