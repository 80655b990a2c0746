/** The record of many calls whose database dies under them, comes back, dies again, and is still away when the process dies, too. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { startPostgres, type TestPostgres } from '../store/postgres.ts'
import {
  type Caller,
  conversationOf,
  createRandom,
  type RushHour,
  startRushHour,
  wentWell,
} from '../support/rush-hour.ts'
import { OPERATOR_TOKEN, type RuntimeName, RUNTIMES, until } from '../support/servers.ts'
import { completedTurns } from './said.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]
const CALLS = 20
/** Callers begin at random within this time, so that the database dies at another moment of each call. */
const CALLED_WITHIN_MS = 5_000
const AWAY_MS = 5_000
const BACK_MS = 3_000

type Line = Readonly<{ itemId: string; kind: string; text: string; heardMs?: number }>
type Kept = Readonly<{ callSid: string; endReason?: string; lines: readonly Line[] }>

let database: TestPostgres

beforeAll(async () => {
  database = await startPostgres()
})

afterAll(() => database.stop())

describe.each(names)('twenty calls on %s whose PostgreSQL is killed', (name) => {
  let rush: RushHour
  let callers: readonly Caller[]
  let kept: readonly Kept[]

  beforeAll(async () => {
    const DATABASE_URL = await database.database()
    expect(await migrate(name, DATABASE_URL)).toBe(0)
    rush = await startRushHour({
      runtime: name,
      variables: { DATABASE_URL, TANDEM_MACHINE: 'm1' },
    })
    const random = createRandom(5)
    const placed = Array.from({ length: CALLS }, async (_, at) => {
      await passed(CALLED_WITHIN_MS * random())
      return await placeTaken(at % 2 === 0 ? 'pcm' : 'pcmu')
    })
    await passed(CALLED_WITHIN_MS)
    callers = await Promise.all(placed)
    await database.kill()
    await passed(AWAY_MS)
    await database.restart()
    await passed(BACK_MS)
    await database.kill()
    const outcomes = await Promise.all(callers.map(({ call }) => call.done))
    const unwell = outcomes.flatMap((outcome, at) =>
      wentWell(outcome, callers[at]) ? [] : [[outcome.end, callers[at].call.callSid]]
    )
    expect(unwell).toEqual([])
    // What is told is gathered for 100 ms, and put into the journal once the database has not answered.
    await passed(8_000)
    await rush.service.kill()
    await rush.service.start()
    await database.restart()
    const all = async () => (await ask('/calls?live=false&limit=200')).calls ?? []
    await until('all calls are on record', async () => (await all()).length >= CALLS, 60_000)
    kept = await Promise.all(
      (await all()).map(async (call: Kept) => ({
        ...call,
        lines: (await ask(`/calls/${call.callSid}/transcript`)).lines,
      })),
    )
  }, 240_000)
  afterAll(() => rush.stop())

  it('are all on record, each with its end', () => {
    const known = callers.map(({ call }) => call.callSid).toSorted()
    expect(kept.map(({ callSid }) => callSid).toSorted()).toEqual(known)
    expect(kept.filter(({ endReason }) => endReason !== 'caller-hung-up')).toEqual([])
  })

  it('have each line that was said, in order, and none twice', () => {
    const wrong = callers.flatMap((caller) => {
      const lines = kept.find(({ callSid }) => callSid === caller.call.callSid)?.lines ?? []
      const spoken = lines.filter(({ kind }) => kind === 'caller' || kind === 'agent')
      const [session] = caller.sessions()
      const order = session.items().map(({ id }) => id)
      const places = spoken.map(({ itemId }) => order.indexOf(itemId))
      const isInOrder = places.every((place, at) => place > (places[at - 1] ?? -1))
      const said = completedTurns(session).filter(({ role }) => role === 'user')
      const written = lines.filter(({ kind }) => kind === 'caller')
      const isWhole = JSON.stringify(written.map(({ itemId, text }) => [itemId, text])) ===
        JSON.stringify(said.map(({ itemId, words }) => [itemId, words]))
      return isInOrder && isWhole ? [] : [{ callSid: caller.call.callSid, said, spoken, order }]
    })
    expect(wrong).toEqual([])
    const lines = kept.flatMap((call) => call.lines)
    // On a machine that is busy the model takes a sentence for two.
    expect(lines.filter(({ kind }) => kind === 'caller').length)
      .toBeGreaterThanOrEqual(CALLS * SENTENCES.length)
    expect(lines.filter(({ kind }) => kind === 'agent').length).toBeGreaterThanOrEqual(CALLS * 3)
    expect(lines.filter(({ kind }) => kind === 'key').length).toBe(CALLS)
  })

  it('say that the database was away, and lose nothing', () => {
    expect(rush.service.log()).toContain('"record.failed"')
    expect(rush.service.log()).not.toContain('store-full')
    expect(rush.service.log()).not.toContain('record.fault')
  })

  const SENTENCES = [
    'Yes, please.',
    'Wait, can we make it Thursday instead?',
    'Thank you, goodbye.',
  ]

  /** A machine that is too busy for a moment refuses calls; who is refused calls again. */
  const placeTaken = async (audio: 'pcm' | 'pcmu'): Promise<Caller> => {
    const sentences = SENTENCES.map((text) =>
      clipOfText(rush.clips, text)?.sound.pcm ?? new Int16Array(0)
    )
    const caller = rush.place(conversationOf(sentences), audio)
    const isTaken = await caller.call.started.then(() => true, () => false)
    if (isTaken) return caller
    await passed(1_000)
    return await placeTaken(audio)
  }

  const ask = async (path: string) => {
    const response = await fetch(`${rush.service.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    })
    return await response.json()
  }
})

/** Runs `tandem migrate` on a runtime. */
const migrate = (name: RuntimeName, url: string): Promise<number | null> => {
  const [command, ...flags] = RUNTIMES[name]
  const child = spawn(command, [...flags, 'src/main.ts', 'migrate'], {
    stdio: 'ignore',
    env: { ...process.env, DATABASE_URL: url },
  })
  return new Promise((resolve) => child.on('exit', resolve))
}

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
