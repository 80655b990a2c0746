import { expect, test } from 'vitest'
import { makeTables } from '../../src/cli/make-tables.ts'
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
  await pass(clock, 29_000)
  expect(record.tries()).toBe(1)
  await pass(clock, 31_000)
  record.makeRoom()
  await pass(clock, 600_000)
  expect(record.tries()).toBe(4)
  expect(told).toEqual(['Error: disk is full 1', 'Error: disk is full 2', 'Error: disk is full 3'])
})

test('nobody tries again when the record is closed', async () => {
  const clock = createFakeClock()
  const record = createRecord()
  const stop = makeTables(record, clock, () => {})
  await pass(clock, 1_000)
  stop()
  await pass(clock, 600_000)
  expect(record.tries()).toBe(1)
})

/** What was tried has failed before the next is due. */
const pass = async (clock: FakeClock, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    clock.advance(1_000)
  }
}
