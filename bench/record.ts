/**
 * What the record costs: a million lines of transcript, asked for pages, words and single calls on both databases; and what writing
 * 2,000 events a second does to the thread that carries the audio.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { NO_TOKENS } from '../src/record/money.ts'
import type { RecordWrite } from '../src/record/record.ts'
import type { DatabasePlace } from '../src/store/database-thread.ts'
import type { RecordStore } from '../src/store/record-store.ts'
import { startPostgres } from '../test/store/postgres.ts'
import { openStore, type Ticks, ticks } from './record/writing.ts'
import type { Table } from './table.ts'

const LINES_A_CALL = 50
const MOMENTS_A_CALL = 10
const EVERY_LINE_MS = 3_000
const CALLS_AT_ONCE = 40
const CUSTOMERS = 20
const BEGIN = Date.parse('2026-01-01T00:00:00Z')
const EVERY_MS = 15 * 60_000

/** The databases that can be measured. */
export const ENGINES = ['sqlite', 'postgres'] as const

export type RecordOptions = Readonly<{
  /** How many lines of transcript there are. */
  lines: number
  engines: readonly typeof ENGINES[number][]
  /** How often each question is asked. */
  asked?: number
  /** How often nothing is written, and then 2,000 events a second, elsewhere and here, and for how long each time. */
  rounds?: number
  writeMs?: number
}>

/** Measures databases, one after the other; a PostgreSQL is started only to be measured. */
export const record = async (
  { lines, engines, asked = 300, rounds = 5, writeMs = 4_000 }: RecordOptions,
  say: (text: string) => void,
): Promise<readonly Table[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-bench-'))
  const reads: (string | number)[][] = []
  const writes: (string | number)[][] = []
  try {
    for (const engine of engines) {
      const { place, settle, stop } = await OPEN[engine](folder)
      const store = openStore(place, say)
      await store.migrate()
      const calls = Math.floor(lines / LINES_A_CALL)
      await fill(store, calls, (done) => say(`${engine}: ${done} of ${calls} calls`))
      await settle()
      for (const row of await askAll(engine, store, calls, asked)) {
        say(row.join(' '))
        reads.push(row)
      }
      writes.push(await writeByTurns(engine, place, store, rounds, writeMs))
      say(writes.at(-1)?.join(' ') ?? '')
      await store.close()
      await stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const seconds = writeMs / 1000
  return [
    {
      title: `asking a record of ${lines} lines, ms`,
      columns: ['database', 'question', 'p50', 'p99', 'longest'],
      rows: reads,
    },
    {
      title:
        `writing 2,000 events a second for ${seconds} s, elsewhere and here, ${rounds} times by turns: ` +
        'how late a timer of 5 ms is on the thread of the audio, ms (median of the times; least to most), ' +
        'and what an event takes of it',
      columns: [
        'database',
        'idle p50',
        'elsewhere p50',
        'here p50',
        'idle p99',
        'elsewhere p99',
        'here p99',
        'CPU us an event',
      ],
      rows: writes,
    },
  ]
}

type Opened = Readonly<{
  place: DatabasePlace
  /** Does what the database would do by itself, some minutes after so much was written. */
  settle: () => Promise<void>
  stop: () => Promise<void>
}>

const OPEN: Readonly<Record<typeof ENGINES[number], (folder: string) => Promise<Opened>>> = {
  sqlite: (folder) => {
    return Promise.resolve({
      place: { engine: 'sqlite', path: join(folder, 'record.db') },
      settle: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    })
  },
  postgres: async () => {
    const server = await startPostgres({ givesWay: true })
    const url = await server.database()
    return {
      place: { engine: 'postgres', url },
      settle: () => analyze(url),
      stop: server.stop,
    }
  },
}

/** What a server does by itself some minutes after so much was written; here it may take longer than a statement of the service. */
const analyze = async (url: string): Promise<void> => {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  await client.unsafe('vacuum analyze')
  await client.end()
}

// A few words are in most lines, most in few: as in speech.
const word = (random: () => number) => `word${Math.floor(random() ** 4 * 20_000)}`

const textOf = (random: () => number) => Array.from({ length: 12 }, () => word(random)).join(' ')

/** By the way of the product, so that it is what a service would have written. */
const fill = async (store: RecordStore, calls: number, say: (done: number) => void) => {
  const random = seeded(7)
  for (let from = 0; from < calls; from += CALLS_AT_ONCE) {
    const some = Array.from({ length: Math.min(CALLS_AT_ONCE, calls - from) }, (_, at) => from + at)
    store.write(some.flatMap((call) => writesOf(call, random)))
    await store.flush()
    if (from % 4_000 === 0) say(from)
  }
}

const writesOf = (call: number, random: () => number): readonly RecordWrite[] => {
  const of = { callSid: sid(call), customer: customerOf(call) }
  const startedAt = startOf(call)
  const endedAt = startedAt + LINES_A_CALL * EVERY_LINE_MS
  return [
    {
      type: 'call',
      call: {
        ...of,
        line: '+15005550006',
        direction: 'inbound',
        from: numberOf(call),
        to: '+15005550006',
        startedAt,
        endedAt,
        endReason: 'caller-hung-up',
        agentVersion: 'v1',
        model: 'gpt-realtime-2.1',
        owner: 'm1',
        epoch: 1,
        revision: 1,
      },
    },
    {
      type: 'part',
      part: {
        ...of,
        part: 1,
        startedAt,
        endedAt,
        firstAudioMs: 300,
        turns: LINES_A_CALL / 2,
        latencySumMs: 12_000,
        latencyMaxMs: 900,
        bargeIns: 2,
        errors: 0,
        tokens: NO_TOKENS,
        costNano: 150_000_000,
        revision: 1,
      },
    },
    { type: 'tag', tag: { ...of, startedAt, tag: tagOf(call), isSet: true, at: endedAt } },
    ...Array.from({ length: LINES_A_CALL }, (_, at): RecordWrite => ({
      type: 'line',
      line: {
        ...of,
        itemId: `i${at}`,
        kind: at % 2 ? 'agent' : 'caller',
        text: textOf(random),
        at: startedAt + at * EVERY_LINE_MS,
        revision: 1,
      },
    })),
    ...Array.from({ length: MOMENTS_A_CALL }, (_, at): RecordWrite => ({
      type: 'moment',
      moment: {
        callSid: sid(call),
        part: 1,
        seq: at + 1,
        at: startedAt + at * EVERY_LINE_MS,
        kind: 'agent-speaking',
        data: { latencyMs: 480 },
      },
    })),
  ]
}

const askAll = async (engine: string, store: RecordStore, calls: number, times: number) => {
  const random = seeded(11)
  const anyCall = () => Math.floor(random() * calls)
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    'first page': () => store.list({}, 50),
    'page of a customer': () => store.list({ customer: customerOf(anyCall()) }, 50),
    'page anywhere': () => {
      const call = anyCall()
      return store.list({}, 50, { startedAt: startOf(call), callSid: sid(call) })
    },
    'calls of a number': () => store.list({ number: numberOf(anyCall()) }, 50),
    'calls with a tag': () => store.list({ tag: tagOf(anyCall()) }, 50),
    'one call': () => store.call(sid(anyCall())),
    'any word': () => store.find({ words: word(random), limit: 50 }),
    'the commonest word': () => store.find({ words: 'word0', limit: 50 }),
    'a rare word': () =>
      store.find({ words: `word${15_000 + Math.floor(random() * 5_000)}`, limit: 50 }),
    'two words': () => store.find({ words: `${word(random)} ${word(random)}`, limit: 50 }),
    'a word of a customer': () =>
      store.find({ words: word(random), customer: customerOf(anyCall()), limit: 50 }),
  }
  const rows: (string | number)[][] = []
  for (const [name, ask] of Object.entries(questions)) {
    const took: number[] = []
    for (let asked = 0; asked < times; asked++) {
      const from = performance.now()
      await ask()
      took.push(performance.now() - from)
    }
    rows.push([engine, name, at(took, 0.5), at(took, 0.99), at(took, 1)])
  }
  return rows
}

/** By turns: nothing is written, another process writes, and this one does, whose audio it is that may be late. */
const writeByTurns = async (
  engine: string,
  place: DatabasePlace,
  store: RecordStore,
  rounds: number,
  forMs: number,
) => {
  const other = fork(new URL('./record/elsewhere.ts', import.meta.url), [JSON.stringify(place)])
  const measured: Record<'idle' | 'elsewhere' | 'here', Ticks[]> = {
    idle: [],
    elsewhere: [],
    here: [],
  }
  for (let round = 0; round < rounds; round++) {
    measured.idle.push(await ticks(forMs))
    const done = once(other, 'message')
    other.send(forMs)
    measured.elsewhere.push(await ticks(forMs))
    const [said] = await done
    if (said !== 'done') throw new Error(said)
    measured.here.push(await ticks(forMs, store))
  }
  other.disconnect()
  await once(other, 'exit')
  const { idle, elsewhere, here } = measured
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)
  const cpuUs = (all: readonly Ticks[]) => sum(all.map((each) => each.cpuUs))
  return [
    engine,
    ...[0.5, 0.99].flatMap((share) => [idle, elsewhere, here].map((all) => spread(all, share))),
    ((cpuUs(here) - cpuUs(idle)) / sum(here.map(({ events }) => events))).toFixed(0),
  ]
}

const spread = (all: readonly Ticks[], share: number): string => {
  const late = all.map((each) => Number(at(each.late, share)))
  return `${at(late, 0.5)} (${Math.min(...late)} to ${Math.max(...late)})`
}

const sid = (call: number) => `CA${String(call).padStart(32, '0')}`
const numberOf = (call: number) => `+1555${String(call % 5_000).padStart(7, '0')}`
const tagOf = (call: number) => `tag-${call % 30}`
const customerOf = (call: number) => `customer-${call % CUSTOMERS}`
const startOf = (call: number) => BEGIN + call * EVERY_MS

const at = (values: readonly number[], share: number): string => {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
}

/** The same numbers each time: a linear congruential generator. */
const seeded = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}
