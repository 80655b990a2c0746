import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import type { Turn } from '../../src/sim/model/turn.ts'
import {
  type Caller,
  conversationOf,
  createRandom,
  type RushHour,
  startRushHour,
  timesHeard,
  wentWell,
} from '../support/rush-hour.ts'
import { type RuntimeName, RUNTIMES, until } from '../support/servers.ts'
import { completedTurns, missingFrom, type Said } from './said.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]
const CALLS = 50
const KILLS_PER_CALL = 3
/** Within this time of its beginning the sessions of a call are killed. */
const KILLED_WITHIN_MS = 14_000
/** The share of handshakes that the model refuses besides; they are tried again. */
const REFUSED = 0.1
/** The first answer of each session is a tool call; what comes of it is said back. */
const ASKS_THE_TIME: Turn = {
  kind: 'response',
  outputs: [{ kind: 'call', name: 'now', arguments: '{}' }],
  delayMs: 0,
}
/** What a session has told this long ago has reached the service. */
const SETTLED_MS = 250

/** A session that was killed, and what the next one must have been told. */
type Kill = Readonly<{ caller: Caller; session: ModelSession; completed: readonly Said[] }>

describe.each(names)('fifty calls on %s whose model sockets are killed at random', (name) => {
  let rush: RushHour
  let callers: readonly Caller[]
  let outcomes: readonly CallOutcome[]
  const kills: Kill[] = []
  const random = createRandom(7)

  beforeAll(async () => {
    rush = await startRushHour({ runtime: name })
    rush.behave(() => ({
      connectMs: 300 * random(),
      turns: [ASKS_THE_TIME],
      ...(random() < REFUSED ? { refuse: { status: 503 } } : {}),
    }))
    callers = await Promise.all(Array.from({ length: CALLS }, async (_, at) => {
      await passed(at * 40)
      const caller = rush.place(conversationOf(sentences()), at % 2 === 0 ? 'pcm' : 'pcmu')
      for (let kill = 0; kill < KILLS_PER_CALL; kill++) {
        setTimeout(() => killSoon(caller), KILLED_WITHIN_MS * random())
      }
      return caller
    }))
    outcomes = await Promise.all(callers.map(({ call }) => call.done))
  })
  afterAll(() => rush.stop())

  it('loses none of them', () => {
    const lost = callers.filter((caller, at) => !wentWell(outcomes[at], caller))
    expect(lost.map(({ call }) => logOf(call.callSid))).toEqual([])
    expect(outcomes.flatMap(({ warnings }) => warnings)).toEqual([])
    expect(kills.length).toBeGreaterThan(CALLS * KILLS_PER_CALL * 0.7)
    expect(rush.service.log()).not.toContain('call.fault')
  })

  it('tells the next session every turn that was over, and what tools gave', () => {
    const forgotten = kills.flatMap(({ caller, session, completed }) => {
      const sessions = caller.sessions()
      const next = sessions.slice(sessions.indexOf(session) + 1).find(wasTalkedTo)
      if (!next) return [`${caller.call.callSid}: no session after ${session.id}`]
      return missingFrom(completedTurns(next), completed)
        .map((turn) => `${caller.call.callSid}: ${JSON.stringify(turn)} unknown to ${next.id}`)
    })
    expect(forgotten).toEqual([])
    const completed = kills.flatMap(({ completed }) => completed)
    expect(completed.length).toBeGreaterThan(CALLS)
    expect(completed.filter(({ role }) => role === 'tool').length).toBeGreaterThan(CALLS / 2)
  })

  it('greets nobody twice', () => {
    const greetings = callers.map(({ audio }, at) => timesHeard(outcomes[at], rush.greeting(audio)))
    expect(greetings.filter((times) => times > 1)).toEqual([])
    expect(greetings.filter((times) => times === 1).length).toBeGreaterThan(CALLS * 0.7)
  })

  it('loses no word of a caller, and leaves nothing open', async () => {
    await until('all sessions are closed', () => rush.sessions.every(({ isOpen }) => !isOpen()))
    const metrics = await rush.service.metrics()
    expect(metrics.get('tandem_audio_dropped_seconds_total{speaker="caller"}')).toBe(0)
    expect(metrics.get('tandem_audio_dropped_seconds_total{speaker="agent"}')).toBe(0)
    expect(metrics.get('tandem_calls_active')).toBe(0)
    expect(metrics.get('tandem_ws_connections{leg="caller"}')).toBe(0)
    expect(metrics.get('tandem_ws_connections{leg="model"}')).toBe(0)
  })

  const sentences = () =>
    [
      'Yes, please.',
      'Thank you, goodbye.',
      'Yes, please.',
      'Wait, can we make it Thursday instead?',
    ]
      .map((text) => clipOfText(rush.clips, text)?.sound.pcm ?? new Int16Array(0))

  const killSoon = async (caller: Caller) => {
    const session = caller.sessions().findLast((session) => session.isOpen())
    if (!session) return
    const completed = completedTurns(session)
    await passed(SETTLED_MS)
    if (!session.isOpen()) return
    session.tear()
    kills.push({ caller, session, completed })
  }

  const logOf = (callSid: string) =>
    rush.service.log().split('\n').filter((line) => line.includes(callSid))
})

/** Whether it lived long enough to hear the caller, who is passed on once it knows what was said. */
const wasTalkedTo = ({ record }: ModelSession): boolean => record.appendedMs > 0

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
