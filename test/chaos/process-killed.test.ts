import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
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
/** Callers begin at random within this time, so that the crash meets each in another moment. */
const CALLED_WITHIN_MS = 6_000
const KILLED_AFTER_MS = 8_000
/** The streams of all calls are opened at once, and so far away that the service waits a while for what each is. */
const TWILIO_MS = 40
/** What a session has told this long ago is in the database. */
const SETTLED_MS = 400

describe.each(names)('fifty calls on %s whose process is killed and started again', (name) => {
  let rush: RushHour
  let callers: readonly Caller[]
  let outcomes: readonly CallOutcome[]
  let completed: readonly (readonly Said[])[]
  let sessionsBefore = 0
  const random = createRandom(11)

  beforeAll(async () => {
    rush = await startRushHour({ runtime: name, twilioMs: TWILIO_MS })
    callers = await Promise.all(Array.from({ length: CALLS }, async (_, at) => {
      await passed(CALLED_WITHIN_MS * random())
      return rush.place(conversationOf(sentences()), at % 2 === 0 ? 'pcm' : 'pcmu')
    }))
    await passed(KILLED_AFTER_MS - CALLED_WITHIN_MS)
    completed = callers.map(({ sessions }) => completedTurns(sessions()[0]))
    await passed(SETTLED_MS)
    sessionsBefore = rush.sessions.length
    await rush.service.kill()
    await rush.service.start()
    outcomes = await Promise.all(callers.map(({ call }) => call.done))
  })
  afterAll(() => rush.stop())

  it('takes all of them up again', () => {
    expect(sessionsBefore).toBe(CALLS)
    const lost = callers.filter((caller, at) => !wentWell(outcomes[at], caller))
    expect(lost.map(({ call }) => [call.events, logOf(call.callSid)])).toEqual([])
    expect(outcomes.filter(({ streams }) => streams.length < 2)).toEqual([])
    expect(rush.service.log()).not.toContain('call.fault')
    expect(rush.service.log()).not.toContain('store.failed')
  })

  it('tells the next session every turn that was over', () => {
    const forgotten = callers.flatMap(({ call, sessions }, at) => {
      const [, next] = sessions()
      return missingFrom(completedTurns(next), completed[at])
        .filter((turn) => !isBeingHeard(turn, completed[at], completedTurns(next)))
        .map((turn) => `${call.callSid}: ${JSON.stringify(turn)} unknown to ${next.id}`)
    })
    expect(forgotten).toEqual([])
    expect(completed.flat().length).toBeGreaterThan(CALLS)
  })

  it('greets nobody twice', () => {
    const greetings = callers.map(({ audio }, at) => timesHeard(outcomes[at], rush.greeting(audio)))
    expect(greetings.filter((times) => times > 1)).toEqual([])
    expect(greetings.filter((times) => times === 1).length).toBeGreaterThan(CALLS * 0.7)
  })

  it('leaves nothing open', async () => {
    await until('all sessions are closed', () => rush.sessions.every(({ isOpen }) => !isOpen()))
    const metrics = await rush.service.metrics()
    expect(metrics.get('tandem_calls_revived_total')).toBe(CALLS)
    expect(metrics.get('tandem_calls_active')).toBe(0)
    expect(metrics.get('tandem_ws_connections{leg="caller"}')).toBe(0)
    expect(metrics.get('tandem_ws_connections{leg="model"}')).toBe(0)
  })

  const sentences = () =>
    ['Yes, please.', 'Wait, can we make it Thursday instead?', 'Thank you, goodbye.']
      .map((text) => clipOfText(rush.clips, text)?.sound.pcm ?? new Int16Array(0))

  const logOf = (callSid: string) =>
    rush.service.log().split('\n').filter((line) => line.includes(callSid))
})

/** Of what was just being heard when the process died, the next session is told so much as was heard, or less by three seconds. */
const isBeingHeard = (turn: Said, before: readonly Said[], known: readonly Said[]): boolean => {
  const cut = known.find(({ itemId }) => itemId === turn.itemId)
  return turn.role === 'assistant' && turn === before.at(-1) &&
    (cut === undefined || turn.words.startsWith(cut.words))
}

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
