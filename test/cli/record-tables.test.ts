import { expect, test } from 'vitest'
import { lookAtTables, makeTables } from '../../src/cli/record-tables.ts'
import { StoreError } from '../../src/errors.ts'
import type { RecordStore } from '../../src/store/record-store.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'

/** A record whose disk is full until there is `room`. */
const createRecord = () => {
  let hasRoom = false
  let tries = 0
  return {
    migrate: () => {
      tries += 1
      return hasRoom ? Promise.resolve([1]) : Promise.reject(new Error(`disk is full ${tries}`))
    },
    makeRoom: () => {
      hasRoom = true
    },
    tries: () => tries,
  }
}

test('tables that cannot be made are made as soon as they can, and not again', async () => {
  const clock = createFakeClock()
  const record = createRecord()
  const told: unknown[] = []
  makeTables(record, clock, (error) => told.push(String(error)))
  await pass(clock, 20_000)
  expect(record.tries()).toBe(1)
  await pass(clock, 50_000)
  record.makeRoom()
  await pass(clock, 600_000)
  expect(record.tries()).toBe(4)
  expect(told).toEqual(['Error: disk is full 1', 'Error: disk is full 2', 'Error: disk is full 3'])
})

test('nobody tries again when the record is closed', async () => {
  const clock = createFakeClock()
  const record = createRecord()
  const stop = makeTables(record, clock, () => {})
  await pass(clock, 10_000)
  stop()
  await pass(clock, 600_000)
  expect(record.tries()).toBe(1)
})

const toldOf = async (standing: () => ReturnType<RecordStore['standing']>) => {
  const told: string[] = []
  await lookAtTables({ standing }, ({ code, message }) => told.push(`${code}: ${message}`))
  return told
}

test('a database that has its tables is nothing to tell of', async () => {
  expect(await toldOf(() => Promise.resolve({ version: 7, missing: [] }))).toEqual([])
})

test('a database that was not migrated is told of, with what to do', async () => {
  expect(await toldOf(() => Promise.resolve({ version: 5, missing: [6, 7] }))).toEqual([
    'store-not-migrated: the record is at version 5, and this program needs 7; run `tandem migrate`',
  ])
})

test('a database that is away is told of in its own words', async () => {
  const away = new StoreError('store-unreachable', 'cannot read PostgreSQL: ECONNREFUSED')
  expect(await toldOf(() => Promise.reject(away)))
    .toEqual(['store-unreachable: cannot read PostgreSQL: ECONNREFUSED'])
})

/** What was tried has failed before the next is due. */
const pass = async (clock: FakeClock, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    clock.advance(10_000)
  }
}
