/** SQLite stores in folders of their own, on a clock that the test moves, with a file that the test can look into and break. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { StoreError } from '../../src/errors.ts'
import { type SqlDatabase, sqlite, type SqliteDriver } from '../../src/runtime/sqlite.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import type { Store, StoredCheckpoint } from '../../src/store/store.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'

/** The time at which tests begin, in ms since 1970: 2026-05-04T12:00:00.000Z. */
export const NOON = 1_777_896_000_000

/** A checkpoint of a call, with what the test does not care about filled in. */
export const checkpoint = (changes: Partial<StoredCheckpoint> = {}): StoredCheckpoint => ({
  callSid: 'CA1',
  epoch: 1,
  owner: 'machine-a',
  savedAt: NOON,
  body: '{"items":[]}',
  ...changes,
})

/** An empty folder that is gone after the test. */
export const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export type OpenStore = Readonly<{
  store: Store
  path: string
  clock: FakeClock
  /** What the operator was told, in order. */
  errors: readonly StoreError[]
  codes: () => readonly string[]
  /** Moves both clocks, and lets those run who wait for them. */
  pass: (ms: number) => Promise<void>
}>

/** Opens a store, in a new folder if none is given; it is closed after the test. */
export const openStore = async (
  { path, driver = sqlite }: { path?: string; driver?: SqliteDriver } = {},
): Promise<OpenStore> => {
  const file = path ?? join(await makeFolder(), 'data', 'tandem.db')
  const clock = createFakeClock()
  const errors: StoreError[] = []
  const store = createSqliteStore({
    path: file,
    driver,
    clock,
    now: () => NOON + clock.nowMs(),
    onError: (error) => errors.push(error),
  })
  const pass = async (ms: number) => {
    clock.advance(ms)
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  onTestFinished(async () => {
    const closed = store.close()
    // Closing tries a locked file for one second.
    for (let turn = 0; turn < 25; turn++) await pass(50)
    await closed
  })
  return { store, path: file, clock, errors, codes: () => errors.map(({ code }) => code), pass }
}

/** Looks into the file of a store as another process would; the handle is closed after the test. */
export const openFile = (path: string): SqlDatabase => {
  const database = sqlite.open(path)
  database.exec('pragma busy_timeout = 1000')
  onTestFinished(() => database.close())
  return database
}

/** How many checkpoints are in the file. */
export const countRows = (database: SqlDatabase): number =>
  Number(database.prepare('select count(*) as rows from checkpoints').get()?.rows)
