import { expect, test } from 'vitest'
import { type Fields, silentLog } from '../../src/log.ts'
import {
  overdue,
  overdueEvents,
  overdueMessages,
  overdueSound,
  startRetention,
} from '../../src/record/retention.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

test('what is overdue is said for each customer and kind', () => {
  expect(overdue([
    { id: 'a', retention: {} },
    { id: 'b', retention: { transcriptMs: 30 * DAY } },
    { id: 'c', retention: { transcriptMs: 30 * DAY, callsMs: 365 * DAY } },
    // Its words go with the call, and not later.
    { id: 'd', retention: { transcriptMs: 60 * DAY, callsMs: 30 * DAY } },
  ], 400 * DAY)).toEqual([
    { customer: 'b', kind: 'transcript', before: 370 * DAY },
    { customer: 'c', kind: 'calls', before: 35 * DAY },
    { customer: 'c', kind: 'transcript', before: 370 * DAY },
    { customer: 'd', kind: 'calls', before: 370 * DAY },
  ])
})

test('a recording is kept for its own time, but not longer than its call', () => {
  expect(overdueSound([
    { id: 'a', retention: { transcriptMs: 30 * DAY } },
    { id: 'b', retention: { audioMs: 30 * DAY, callsMs: 365 * DAY } },
    { id: 'c', retention: { audioMs: 365 * DAY, callsMs: 30 * DAY } },
  ], 400 * DAY)).toEqual([
    { customer: 'b', before: 370 * DAY },
    { customer: 'c', before: 370 * DAY },
  ])
})

test('a message is kept as long as the words of its call', () => {
  expect(overdueMessages([
    { id: 'a', retention: { audioMs: 30 * DAY } },
    { id: 'b', retention: { transcriptMs: 30 * DAY, callsMs: 365 * DAY } },
    { id: 'c', retention: { callsMs: 30 * DAY } },
  ], 400 * DAY)).toEqual([
    { customer: 'b', before: 370 * DAY },
    { customer: 'c', before: 370 * DAY },
  ])
})

test('an event log is kept as long as the words of its call, or as long as it says', () => {
  expect(overdueEvents([
    { id: 'a', retention: { audioMs: 30 * DAY } },
    { id: 'b', retention: { transcriptMs: 30 * DAY, callsMs: 365 * DAY } },
    { id: 'c', retention: { transcriptMs: 30 * DAY, eventsMs: 10 * DAY } },
    { id: 'd', retention: { eventsMs: 365 * DAY, callsMs: 30 * DAY } },
  ], 400 * DAY)).toEqual([
    { customer: 'b', before: 370 * DAY },
    { customer: 'c', before: 390 * DAY },
    { customer: 'd', before: 370 * DAY },
  ])
})

const start = (hasLease: boolean) => {
  const clock = createFakeClock()
  const asked: string[] = []
  const logged: Fields[] = []
  const stop = startRetention({
    store: {
      takeLease: ({ owner, until, now }) => {
        asked.push(`lease ${owner} for ${until - now} ms`)
        return Promise.resolve(hasLease)
      },
      deleteBefore: (customer, kind) => {
        asked.push(`delete ${kind} of ${customer}`)
        return Promise.resolve(7)
      },
    },
    recordings: {
      removeBefore: (customer, before) => {
        asked.push(`delete audio of ${customer} before day ${Math.floor(before / DAY)}`)
        return Promise.resolve(3)
      },
    },
    eventLogs: {
      removeBefore: (customer, before) => {
        asked.push(`delete events of ${customer} before day ${Math.floor(before / DAY)}`)
        return Promise.resolve(2)
      },
    },
    messages: {
      removeBefore: (customer, before) => {
        asked.push(`delete messages of ${customer} before day ${Math.floor(before / DAY)}`)
        return Promise.resolve(2)
      },
    },
    stored: () => undefined,
    customers: () => [{ id: 'a', retention: { callsMs: 5 * DAY, audioMs: DAY } }],
    machine: 'm1',
    clock,
    now: () => 10 * DAY + clock.nowMs(),
    log: { ...silentLog, info: (_, fields = {}) => void logged.push(fields) },
  })
  const pass = async (ms: number) => {
    clock.advance(ms)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return { clock, asked, logged, stop, pass }
}

test('the job runs a minute after the start and then once an hour, and says what it deleted', async () => {
  const { asked, logged, pass, stop, clock } = start(true)
  await pass(59_999)
  expect(asked).toEqual([])
  await pass(1)
  expect(asked).toEqual([
    'delete audio of a before day 9',
    'delete events of a before day 5',
    'delete messages of a before day 5',
    'lease m1 for 3600000 ms',
    'delete calls of a',
  ])
  expect(logged).toEqual([
    { customer: 'a', kind: 'audio', deleted: 3, before: '1970-01-10T00:01:00.000Z' },
    { customer: 'a', kind: 'events', deleted: 2, before: '1970-01-06T00:01:00.000Z' },
    { customer: 'a', kind: 'messages', deleted: 2, before: '1970-01-06T00:01:00.000Z' },
    { customer: 'a', kind: 'calls', deleted: 7, before: '1970-01-06T00:01:00.000Z' },
  ])
  await pass(HOUR)
  expect(asked).toHaveLength(10)
  stop()
  expect(clock.waiting()).toBe(0)
})

test('the job is left to the machine that has it, but for recordings, event logs and messages, of which each has its own', async () => {
  const { asked, pass } = start(false)
  await pass(60_000)
  expect(asked).toEqual([
    'delete audio of a before day 9',
    'delete events of a before day 5',
    'delete messages of a before day 5',
    'lease m1 for 3600000 ms',
  ])
})
