import { expect, test } from 'vitest'
import { createBacklog } from '../../src/store/backlog.ts'
import { checkpoint, NOON } from './fixture.ts'

const ALL = { rows: 1_000, chars: 1_000_000 }

/** What is to be written, in short: `CA1=body`, or `-CA1` for a call to forget. */
const toWrite = (backlog: ReturnType<typeof createBacklog>, limit = ALL): readonly string[] =>
  backlog.next(limit).flatMap(({ callSid, forgets, checkpoint }) => [
    ...(forgets ? [`-${callSid}`] : []),
    ...(checkpoint ? [`${callSid}=${checkpoint.body}`] : []),
  ])

test('a call that saves all the time keeps its place in the queue', () => {
  const backlog = createBacklog()
  backlog.save(checkpoint({ callSid: 'CA1', body: 'a' }))
  backlog.save(checkpoint({ callSid: 'CA2', body: 'b' }))
  backlog.save(checkpoint({ callSid: 'CA1', body: 'c' }))
  expect(toWrite(backlog)).toEqual(['CA1=c', 'CA2=b'])
})

test('a batch has no more rows than it may, and goes on where it stopped', () => {
  const backlog = createBacklog()
  for (const callSid of ['CA1', 'CA2', 'CA3']) backlog.save(checkpoint({ callSid, body: 'x' }))
  const first = backlog.next({ rows: 2, chars: 100 })
  expect(first.map(({ callSid }) => callSid)).toEqual(['CA1', 'CA2'])
  backlog.done(first)
  expect(toWrite(backlog, { rows: 2, chars: 100 })).toEqual(['CA3=x'])
})

test('a batch has no more characters than it may, but always one row', () => {
  const backlog = createBacklog()
  backlog.save(checkpoint({ callSid: 'CA1', body: '123456789' }))
  backlog.save(checkpoint({ callSid: 'CA2', body: '1234' }))
  backlog.save(checkpoint({ callSid: 'CA3', body: '5678' }))
  backlog.save(checkpoint({ callSid: 'CA4', body: '9' }))
  const limit = { rows: 10, chars: 8 }
  const sizes = []
  while (backlog.size() > 0) {
    const batch = backlog.next(limit)
    sizes.push(batch.length)
    backlog.done(batch)
  }
  expect(sizes).toEqual([1, 2, 1])
})

test('what is said of a call while its change is written stays to be written', () => {
  const backlog = createBacklog()
  backlog.save(checkpoint({ body: 'first' }))
  const batch = backlog.next(ALL)
  backlog.save(checkpoint({ body: 'second' }))
  backlog.done(batch)
  expect(toWrite(backlog)).toEqual(['CA1=second'])
})

test('a call that is forgotten and saved again is first forgotten', () => {
  const backlog = createBacklog()
  backlog.save(checkpoint({ epoch: 3, body: 'old' }))
  backlog.forget('CA1', 9)
  expect(toWrite(backlog)).toEqual(['-CA1'])
  backlog.save(checkpoint({ epoch: 1, body: 'new' }))
  backlog.save(checkpoint({ epoch: 1, body: 'newer' }))
  expect(toWrite(backlog)).toEqual(['-CA1', 'CA1=newer'])
})

test('startOver() has the newest of each call written again, and nothing of one that was forgotten', () => {
  const backlog = createBacklog()
  backlog.save(checkpoint({ callSid: 'CA1', body: 'a' }))
  backlog.save(checkpoint({ callSid: 'CA2', body: 'b' }))
  backlog.forget('CA2', 9)
  backlog.done(backlog.next(ALL))
  backlog.save(checkpoint({ callSid: 'CA3', body: 'c' }))
  backlog.startOver()
  expect(toWrite(backlog)).toEqual(['CA3=c', 'CA1=a'])
})

test('dropBefore() lets go of old checkpoints, but still forgets what is to be forgotten', () => {
  const backlog = createBacklog()
  backlog.forget('CA1', 9)
  backlog.save(checkpoint({ callSid: 'CA1', savedAt: NOON - 1 }))
  backlog.save(checkpoint({ callSid: 'CA2', savedAt: NOON - 1 }))
  backlog.save(checkpoint({ callSid: 'CA3', savedAt: NOON, body: 'c' }))
  backlog.dropBefore(NOON)
  expect(toWrite(backlog)).toEqual(['-CA1', 'CA3=c'])
  expect([backlog.newest('CA1'), backlog.newest('CA2')]).toEqual([undefined, undefined])
})
