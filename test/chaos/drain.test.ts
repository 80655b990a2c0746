import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import {
  type Caller,
  conversationOf,
  type RushHour,
  startRushHour,
  timesHeard,
  wentWell,
} from '../support/rush-hour.ts'
import { type RuntimeName, RUNTIMES } from '../support/servers.ts'
import { completedTurns, missingFrom } from './said.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]
const CALLS = 20
const TOLD_AFTER_MS = 5_000

describe.each(names)('twenty calls on %s whose process is told to stop', (name) => {
  let rush: RushHour
  let callers: readonly Caller[]
  let outcomes: readonly CallOutcome[]
  let lateComer: CallOutcome
  let exitCode: number | null
  let openAfterExit = 0

  beforeAll(async () => {
    const variables = { DRAIN_SOFT_SECONDS: '3', DRAIN_HARD_SECONDS: '12' }
    rush = await startRushHour({ runtime: name, variables })
    callers = await Promise.all(Array.from({ length: CALLS }, async (_, at) => {
      await passed(at * 100)
      // Every other caller will be done before calls are handed over.
      return rush.place(
        conversationOf(sentences(at % 2 === 0 ? 1 : 4)),
        at % 4 < 2 ? 'pcm' : 'pcmu',
      )
    }))
    await passed(TOLD_AFTER_MS - 100 * CALLS)
    const exited = rush.service.terminate()
    await passed(100)
    lateComer = await rush.place(conversationOf([]), 'pcm').call.done
    exitCode = await exited
    openAfterExit = rush.sessions.filter((session) => session.isOpen()).length
    await rush.service.start()
    outcomes = await Promise.all(callers.map(({ call }) => call.done))
  })
  afterAll(() => rush.stop())

  it('ends in order when the last call has left it', () => {
    expect(exitCode).toBe(0)
    expect(openAfterExit).toBe(0)
  })

  it('takes no new call meanwhile', () => {
    expect(lateComer).toMatchObject({ end: 'rejected', reason: 'busy' })
  })

  it('lets each finish, or go on in the next process', () => {
    const lost = callers.filter((caller, at) => !wentWell(outcomes[at], caller))
    expect(lost.map(({ call }) => [call.events, logOf(call.callSid)])).toEqual([])
    const handedOver = outcomes.filter(({ streams }) => streams.length === 2)
    expect(handedOver.length).toBeGreaterThanOrEqual(CALLS / 2)
    expect(outcomes.filter(({ streams }) => streams.length === 1).length).toBeGreaterThan(0)
    expect(outcomes.every(({ streams }) => streams.length <= 2)).toBe(true)
    expect(rush.service.log()).not.toContain('call.fault')
  })

  it('cuts nobody short when it hands calls over', () => {
    const left = outcomes.flatMap(({ streams: [first, second] }) => second ? [first] : [])
    expect(left.map(({ clears }) => clears).flat()).toEqual([])
    expect(left.filter(({ queuedMs }) => queuedMs > 0)).toHaveLength(0)
  })

  it('passes on every turn that was over, and greets nobody twice', () => {
    callers.forEach(({ audio, sessions, call }, at) => {
      const [first, second] = sessions()
      expect(timesHeard(outcomes[at], rush.greeting(audio))).toBe(1)
      // Who had said all may hang up before the session that follows is there to be told anything.
      const ready = logOf(call.callSid).filter((line) => line.includes('"call.model-ready"'))
      if (second && ready.length === 2) {
        expect(missingFrom(completedTurns(second), completedTurns(first))).toEqual([])
      }
    })
  })

  const sentences = (count: number) =>
    Array.from(
      { length: count },
      () => clipOfText(rush.clips, 'Yes, please.')?.sound.pcm ?? new Int16Array(0),
    )

  const logOf = (callSid: string) =>
    rush.service.log().split('\n').filter((line) => line.includes(callSid))
})

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
