import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sqlite } from '../../src/runtime/sqlite.ts'

const makeFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-sqlite-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const open = async () => {
  const path = join(await makeFolder(), 'new', 'folder', 'some.db')
  const database = sqlite.open(path)
  let isOpen = true
  const close = () => {
    if (isOpen) database.close()
    isOpen = false
  }
  onTestFinished(close)
  return { path, database, close }
}

test('values come back as they were stored, booleans as 0 and 1, undefined as null', async () => {
  const { database } = await open()
  database.exec('create table v (a, b, c, d, e, f, g)')
  const insert = database.prepare('insert into v values (?, ?, ?, ?, ?, ?, ?)')
  const bytes = new Uint8Array([0, 255])
  expect(insert.run('é', 1.5, 2 ** 53 - 1, true, undefined, null, bytes)).toBe(1)
  const row = { a: 'é', b: 1.5, c: 9_007_199_254_740_991, d: 1, e: null, f: null, g: bytes }
  expect(database.prepare('select * from v').get()).toEqual(row)
  expect(database.prepare('select * from v where d = ?').all(true)).toEqual([row])
  expect(database.prepare('select * from v where d = ?').get(false)).toBeUndefined()
})

test('run() gives how many rows it changed', async () => {
  const { database } = await open()
  database.exec('create table v (a); insert into v values (1), (2), (3)')
  expect(database.prepare('update v set a = a + 1 where a > ?').run(1)).toBe(2)
})

test('a transaction gives what its action gives', async () => {
  const { database } = await open()
  database.exec('create table v (a)')
  const insert = database.prepare('insert into v values (?)')
  expect(database.transaction(() => insert.run(1) + insert.run(2))).toBe(2)
  expect(database.prepare('select a from v').all()).toEqual([{ a: 1 }, { a: 2 }])
})

test('a transaction whose action throws leaves nothing, and the next one works', async () => {
  const { database } = await open()
  database.exec('create table v (a)')
  const insert = database.prepare('insert into v values (?)')
  const fail = () => {
    insert.run(1)
    throw new Error('changed my mind')
  }
  expect(() => database.transaction(fail)).toThrow('changed my mind')
  database.transaction(() => insert.run(2))
  expect(database.prepare('select a from v').all()).toEqual([{ a: 2 }])
})

test('an error of SQLite comes through a transaction that SQLite has ended itself', async () => {
  const { database } = await open()
  database.exec('create table v (a); pragma max_page_count = 3')
  const insert = database.prepare('insert into v values (?)')
  expect(() => database.transaction(() => insert.run('x'.repeat(100_000)))).toThrow(
    'database or disk is full',
  )
  expect(database.transaction(() => insert.run('small'))).toBe(1)
})

test('settle() moves what was committed into the file itself', async () => {
  const { path, database } = await open()
  database.exec('pragma journal_mode = wal; create table v (a); insert into v values (1)')
  expect((await stat(path)).size).toBeLessThanOrEqual(4_096)
  await Promise.all([database.settle(), database.settle()])
  const copy = join(await makeFolder(), 'copy.db')
  await copyFile(path, copy)
  const copied = sqlite.open(copy)
  onTestFinished(() => copied.close())
  expect(copied.prepare('select a from v').all()).toEqual([{ a: 1 }])
  // It can be asked again, by the same thread.
  database.exec('insert into v values (2)')
  await database.settle()
  await copyFile(path, `${copy}.second`)
  const second = sqlite.open(`${copy}.second`)
  onTestFinished(() => second.close())
  expect(second.prepare('select a from v').all()).toEqual([{ a: 1 }, { a: 2 }])
})

test('settle() rejects when the file cannot be settled, and works when it can', async () => {
  const { path, database } = await open()
  database.exec('pragma journal_mode = wal; create table v (a)')
  await rm(path)
  await rm(`${path}-wal`)
  await rm(`${path}-shm`)
  await rm(join(path, '..'), { recursive: true })
  await expect(database.settle()).rejects.toThrow('unable to open database file')
})

test('a file that was to be settled is not touched once it is closed', async () => {
  const { path, database, close } = await open()
  database.exec('pragma journal_mode = wal; create table v (a); insert into v values (1)')
  const settled = database.settle()
  close()
  sqlite.move(path, `${path}.aside`)
  await settled
  expect(await readdir(join(path, '..'))).toEqual(['some.db.aside'])
})

// Only Linux tells which files a process has open.
test.runIf(existsSync('/proc/self/fd'))('close() waits for the thread that settles', async () => {
  const { path, database, close } = await open()
  database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table v (a)')
  database.prepare('insert into v values (?)').run('x'.repeat(20_000_000))
  const mine = openedAt(path)
  const settled = database.settle()
  const giveUpAt = performance.now() + 10_000
  while (openedAt(path) === mine && performance.now() < giveUpAt) await turn()
  expect(openedAt(path)).toBeGreaterThan(mine)
  close()
  expect(openedAt(path)).toBe(0)
  await settled
  expect(await readdir(join(path, '..'))).toEqual(['some.db'])
})

test('move() takes along what lies beside the file', async () => {
  const { path, database } = await open()
  database.exec('pragma journal_mode = wal; create table v (a)')
  const names = await readdir(join(path, '..'))
  expect(names.toSorted()).toEqual(['some.db', 'some.db-shm', 'some.db-wal'])
  sqlite.move(path, `${path}.aside`)
  expect((await readdir(join(path, '..'))).toSorted()).toEqual([
    'some.db.aside',
    'some.db.aside-shm',
    'some.db.aside-wal',
  ])
})

test.runIf(existsSync('/proc/locks'))(
  'a second handle leaves the locks of the first alone',
  async () => {
    const { path, database } = await open()
    database.exec('pragma journal_mode = wal; create table v (a)')
    const held = locksOn(path)
    expect(held).toBeGreaterThan(0)
    const second = sqlite.open(path)
    onTestFinished(() => second.close())
    expect(locksOn(path)).toBe(held)
  },
)

/** How many locks there are on a file. */
const locksOn = (path: string): number => {
  const { ino } = statSync(path)
  return readFileSync('/proc/locks', 'utf8').split('\n').filter((it) => it.includes(`:${ino} `))
    .length
}

/** How often this process has a file, or one beside it, open. */
const openedAt = (path: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => targetOf(fd).startsWith(path)).length

const targetOf = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // It was closed since it was listed.
    return ''
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))
