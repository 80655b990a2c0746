/** What 2,000 events a second are, written into a record, and what they do to the thread that they are written on. */
import process from 'node:process'
import { systemClock } from '../../src/clock.ts'
import type { CallLine, RecordWrite } from '../../src/record/record.ts'
import { createDatabaseThread, type DatabasePlace } from '../../src/store/database-thread.ts'
import { noJournal } from '../../src/store/journal.ts'
import { createRecordStore, type RecordStore } from '../../src/store/record-store.ts'
import { createRecordWriter } from '../../src/store/record-writer.ts'

const TICK_MS = 5
const EVENTS_A_TICK = 10
const BEGIN = Date.parse('2026-01-01T00:00:00Z')

/** Opens a record as a service does, without a journal. */
export const openStore = (place: DatabasePlace, say: (text: string) => void): RecordStore =>
  createRecordStore(
    createDatabaseThread(place),
    (database) =>
      createRecordWriter({
        database,
        journal: noJournal,
        clock: systemClock,
        onError: ({ message }) => say(message),
      }),
    Date.now,
  )

/** By how much each tick of 5 ms was late, in ms, and what all of them took of this thread, in us. */
export type Ticks = Readonly<{ late: readonly number[]; cpuUs: number; events: number }>

/** Ticks for a while, and writes at each tick where there is something to write to. */
export const ticks = (forMs: number, store?: RecordStore): Promise<Ticks> =>
  new Promise((resolve) => {
    const late: number[] = []
    let events = 0
    const before = process.threadCpuUsage()
    const begun = performance.now()
    let due = begun + TICK_MS
    const timer = setInterval(async () => {
      const now = performance.now()
      late.push(Math.max(0, now - due))
      due = now + TICK_MS
      if (store) {
        store.write(Array.from({ length: EVENTS_A_TICK }, () => lineOf(told++)))
        events += EVENTS_A_TICK
      }
      if (now - begun < forMs) return
      clearInterval(timer)
      const { user, system } = process.threadCpuUsage(before)
      await store?.flush()
      resolve({ late, cpuUs: user + system, events })
    }, TICK_MS)
  })

/** No line comes twice, however many rounds there are. */
let told = 0

const lineOf = (event: number): RecordWrite => {
  const line: CallLine = {
    callSid: `CB${event % 200}`,
    customer: `customer-${event % 20}`,
    itemId: `i${process.pid}-${event}`,
    kind: 'caller',
    text: `this is word${event % 977} said in the middle of a busy hour`,
    at: BEGIN + event,
    revision: 1,
  }
  return { type: 'line', line }
}
