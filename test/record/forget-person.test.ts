import { expect, test } from 'vitest'
import { forgetPerson } from '../../src/record/forget-person.ts'
import type { StoredCall } from '../../src/record/stored-recordings.ts'
import { noRecord } from '../../src/store/open-record.ts'
import type { CallSummary } from '../../src/store/record-store.ts'
import { openRecord, openSqlite, writes } from '../store/record-fixture.ts'
import { makeFolder } from '../store/fixture.ts'

const PERSON = '+15550001111'

const createCalls = async (): Promise<readonly CallSummary[]> => {
  const record = await openRecord(openSqlite(`${await makeFolder()}/record.db`))
  record.write(['CA1', 'CA2'].map((callSid) => writes.call({ callSid })))
  await record.flush()
  return await record.list({}, 10)
}

/** A record with two calls of the person, a storage with a recording of each, and what was done in which order. */
const createForgetting = async (removal: (call: StoredCall) => Promise<number>) => {
  const calls = await createCalls()
  const done: string[] = []
  const record = {
    list: (_: unknown, __: number, after?: unknown) => Promise.resolve(after ? [] : calls),
    forget: () => {
      done.push('record')
      return Promise.resolve(calls.map(({ callSid }) => callSid))
    },
  }
  const stored = {
    remove: async (each: readonly StoredCall[]) => {
      let removed = 0
      for (const call of each) {
        removed += await removal(call)
        done.push(call.callSid)
      }
      return removed
    },
  }
  const startProgress = (what: string, total: number) => {
    done.push(`0 of ${total} ${what}`)
    return Promise.resolve({
      advance: () => void done.push('+1'),
      stop: () => void done.push('stop'),
    })
  }
  const forget = () => forgetPerson({ record, stored }, PERSON, startProgress)
  return { forget, done }
}

test('the storage is emptied first, call by call, so that somebody who waits sees how far it is', async () => {
  const { forget, done } = await createForgetting(() => Promise.resolve(1))
  expect(await forget()).toEqual({ callSids: ['CA2', 'CA1'], inStorage: 2 })
  expect(done).toEqual([
    '0 of 2 calls in the storage',
    'CA2',
    '+1',
    'CA1',
    '+1',
    'stop',
    'record',
  ])
})

test('a storage that does not answer leaves the record as it is, to be tried again', async () => {
  const { forget, done } = await createForgetting(({ callSid }) =>
    callSid === 'CA1' ? Promise.reject(new Error('the storage is away')) : Promise.resolve(1)
  )
  await expect(forget()).rejects.toThrow('the storage is away')
  expect(done).toEqual(['0 of 2 calls in the storage', 'CA2', '+1', 'stop'])
})

test('without a storage nobody is asked', async () => {
  expect(await forgetPerson({ record: noRecord, stored: undefined }, PERSON))
    .toEqual({ callSids: [], inStorage: 0 })
})
