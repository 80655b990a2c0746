import { expect, test } from 'vitest'
import { forgetPerson } from '../../src/record/forget-person.ts'
import type { StoredCall } from '../../src/record/stored-recordings.ts'
import { noRecord } from '../../src/store/open-record.ts'
import type { CallSummary } from '../../src/store/record-store.ts'
import { openRecord, openSqlite, writes } from '../store/record-fixture.ts'
import { makeFolder, NOON } from '../store/fixture.ts'

const PERSON = '+15550001111'

const LINE = '+15005550006'

const createCalls = async (): Promise<readonly CallSummary[]> => {
  const record = await openRecord(openSqlite(`${await makeFolder()}/record.db`))
  record.write([
    writes.call({ callSid: 'CA1', endedAt: NOON + 60_000 }),
    writes.call({ callSid: 'CA2' }),
    writes.call({ callSid: 'CA3', direction: 'outbound', from: LINE, to: '+15550002222' }),
  ])
  await record.flush()
  return await record.list({}, 10)
}

/** A record with two calls of the person and one with somebody else, a storage with a recording of each, and what was done in which order. */
const createForgetting = async (removal: (call: StoredCall) => Promise<number>) => {
  const calls = await createCalls()
  const done: string[] = []
  const record = {
    list: (_: unknown, __: number, after?: unknown) => Promise.resolve(after ? [] : calls),
    forget: () => {
      done.push('record')
      return Promise.resolve(['CA2', 'CA1'])
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
  const here = (what: string, fails = false) => (callSids: readonly string[]) => {
    if (fails) return Promise.reject(new Error('the disk is away'))
    done.push(`${what} of ${callSids.join(' ')}`)
    return Promise.resolve(callSids.length)
  }
  const forget = (number = PERSON, isDiskAway = false) =>
    forgetPerson(
      {
        record,
        stored,
        recordings: { remove: here('sound') },
        eventLogs: { remove: here('events', isDiskAway) },
        messages: { forget: (_, callSids) => here('messages')(callSids) },
      },
      number,
      startProgress,
    )
  return { forget, done }
}

test('what the record alone knows of goes before it, call by call, so that somebody who waits sees how far it is', async () => {
  const { forget, done } = await createForgetting(() => Promise.resolve(1))
  expect(await forget()).toEqual({
    callSids: ['CA2', 'CA1'],
    goingOn: ['CA2'],
    recordings: 4,
    messages: 2,
    eventLogs: 2,
  })
  expect(done).toEqual([
    '0 of 2 calls in the storage',
    'CA2',
    '+1',
    'CA1',
    '+1',
    'stop',
    '0 of 2 calls',
    'sound of CA2',
    '+1',
    'sound of CA1',
    '+1',
    'stop',
    'events of CA2 CA1',
    'messages of CA2 CA1',
    'record',
  ])
})

test('a disk that fails leaves the record as it is, to be tried again', async () => {
  const { forget, done } = await createForgetting(() => Promise.resolve(1))
  await expect(forget(PERSON, true)).rejects.toThrow('the disk is away')
  expect(done).not.toContain('record')
})

test('the number of a line is no person, and takes no recording away', async () => {
  const { forget, done } = await createForgetting(() => Promise.resolve(1))
  expect(await forget(LINE)).toMatchObject({ recordings: 0, goingOn: [] })
  expect(done).toContain('0 of 0 calls in the storage')
})

test('a storage that does not answer leaves the record as it is, to be tried again', async () => {
  const { forget, done } = await createForgetting(({ callSid }) =>
    callSid === 'CA1' ? Promise.reject(new Error('the storage is away')) : Promise.resolve(1)
  )
  await expect(forget()).rejects.toThrow('the storage is away')
  expect(done).toEqual(['0 of 2 calls in the storage', 'CA2', '+1', 'stop'])
})

test('without a storage nobody is asked', async () => {
  const nothing = { remove: () => Promise.resolve(0), forget: () => Promise.resolve(0) }
  const here = { recordings: nothing, eventLogs: nothing, messages: nothing }
  expect(await forgetPerson({ record: noRecord, stored: undefined, ...here }, PERSON))
    .toEqual({ callSids: [], goingOn: [], recordings: 0, messages: 0, eventLogs: 0 })
})
