import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { type FrontDoor, openFrontDoor } from '../support/front-door.ts'
import {
  type Caller,
  conversationOf,
  type RushHour,
  startRushHour,
  timesHeard,
  wentWell,
} from '../support/rush-hour.ts'
import { type RuntimeName, RUNTIMES } from '../support/servers.ts'
import type { ServiceProcess } from '../support/service-process.ts'
import { completedTurns, missingFrom } from './said.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]
const CALLS = 6

describe.each(names)(
  'six calls on %s whose next process is up before theirs is told to stop',
  (name) => {
    let door: FrontDoor
    let rush: RushHour
    let next: ServiceProcess
    let callers: readonly Caller[]
    let outcomes: readonly CallOutcome[]
    let exitCode: number | null
    let leftAfterMs: number

    beforeAll(async () => {
      door = await openFrontDoor()
      // The old process may stay for minutes; it hands calls over because somebody is there to take them.
      const variables = { DRAIN_SOFT_SECONDS: '2', DRAIN_HARD_SECONDS: '240' }
      rush = await startRushHour({ runtime: name, variables, publicUrl: door.url })
      door.leadTo(portOf(rush.service))
      const placed = await Promise.all(Array.from({ length: CALLS }, async (_, at) => {
        await passed(at * 100)
        return rush.place(conversationOf(sentences()), at % 2 === 0 ? 'pcm' : 'pcmu')
      }))
      await passed(2_000)
      next = await rush.startNext()
      const toldAtMs = performance.now()
      const exited = rush.service.terminate()
      door.leadTo(portOf(next))
      exitCode = await exited
      leftAfterMs = performance.now() - toldAtMs
      const ends = await Promise.all(placed.map(({ call }) => call.done))
      // A busy machine may refuse the last of them at the beginning; that is not what is looked at here.
      const isOn = (_: unknown, at: number) => ends[at].end !== 'rejected'
      callers = placed.filter(isOn)
      outcomes = ends.filter(isOn)
    })
    afterAll(async () => {
      await rush.stop()
      await door.close()
    })

    it('lets all of them go on, most of them in the next process', () => {
      expect(callers.length).toBeGreaterThanOrEqual(CALLS / 2)
      expect(outcomes.filter((outcome, at) => !wentWell(outcome, callers[at]))).toEqual([])
      const handedOver = outcomes.filter(({ streams }) => streams.length === 2)
      expect(handedOver.length).toBeGreaterThanOrEqual(callers.length / 2)
      expect(rush.service.log() + next.log()).not.toContain('call.fault')
    })

    it('lets nobody wait: the next process answers at once', () => {
      const verbs = callers.flatMap(({ call }) =>
        call.events.flatMap((event) => event.event === 'verb' ? [event.verb.verb] : [])
      )
      expect(new Set(verbs)).toEqual(new Set(['connect']))
      const gaps = callers.flatMap(({ lines }) =>
        lines.slice(1).map(({ startedAtMs }, at) =>
          startedAtMs - lines[at].startedAtMs - lines[at].line.nowMs()
        )
      )
      expect(Math.max(...gaps)).toBeLessThan(3_000)
    })

    it('ends the old one when it is empty, and not at the last moment', () => {
      expect(exitCode).toBe(0)
      expect(leftAfterMs).toBeLessThan(30_000)
    })

    it('passes on every turn that was over, and greets nobody twice', () => {
      callers.forEach(({ audio, sessions }, at) => {
        const [first, second] = sessions()
        expect(timesHeard(outcomes[at], rush.greeting(audio))).toBeLessThanOrEqual(1)
        if (second) expect(missingFrom(completedTurns(second), completedTurns(first))).toEqual([])
      })
    })

    const sentences = () =>
      Array.from(
        { length: 4 },
        () => clipOfText(rush.clips, 'Yes, please.')?.sound.pcm ?? new Int16Array(0),
      )
  },
)

const portOf = ({ url }: ServiceProcess): number => Number(new URL(url).port)

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
