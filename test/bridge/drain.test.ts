import { describe, expect, test } from 'vitest'
import { drainCalls, type DrainLimits } from '../../src/bridge/drain.ts'
import { createFakeClock } from '../support/fake-clock.ts'

/** A drain of some calls; notes when they are to be handed over, in seconds, and how. */
const startDrain = (limits: DrainLimits, successorFromS = Infinity, summaries = 0) => {
  const clock = createFakeClock()
  const handedOver: string[] = []
  const told: unknown[] = []
  const givenUp: string[] = []
  let calls = 3
  let asked = 0
  let result: number | undefined
  const nowS = () => Math.round(clock.nowMs() / 100) / 10
  const drained = drainCalls({
    ...limits,
    clock,
    hasSuccessor: () => {
      asked++
      return Promise.resolve(nowS() >= successorFromS)
    },
    onHandOver: (calls, hasSuccessor) => told.push({ calls, hasSuccessor }),
    exchange: {
      count: () => calls,
      summaries: () => summaries,
      giveUpSummaries: () => {
        if (summaries > 0) givenUp.push(`${nowS()} s: ${summaries}`)
      },
      handOver: (isForced) => {
        handedOver.push(`${nowS()} s: ${isForced ? 'at once' : 'when nobody speaks'}`)
        if (isForced) calls = 0
      },
    },
  }).then((count) => result = count)
  return {
    handedOver,
    told,
    asked: () => asked,
    result: () => result,
    givenUp,
    sumUp: (count: number) => void (summaries -= count),
    leave: (count: number) => void (calls -= count),
    /** Lets time pass as it does: what was waited for goes on before the next of it. */
    pass: async (seconds: number) => {
      await settled()
      for (let ms = 0; ms < seconds * 1000; ms += 50) {
        clock.advance(50)
        await settled()
      }
    },
    done: () => drained,
  }
}

/** What waits for promises has gone on. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

const LIMITS = { softMs: 180_000, hardMs: 240_000 }

describe('a process that is told to stop', () => {
  test('hands nobody over early when no other process is there to take them', async () => {
    const drain = startDrain(LIMITS)
    await drain.pass(229)
    expect(drain.handedOver).toEqual([])
    await drain.pass(2)
    expect(drain.handedOver).toEqual(['230 s: when nobody speaks'])
    await drain.pass(10)
    expect(drain.handedOver).toEqual(['230 s: when nobody speaks', '240 s: at once'])
    expect(drain.result()).toBe(3)
    expect(drain.told).toEqual([{ calls: 3, hasSuccessor: false }])
  })

  test('hands calls over as soon as they were left in peace and another process is up', async () => {
    const drain = startDrain(LIMITS, 200)
    await drain.pass(199)
    expect(drain.handedOver).toEqual([])
    await drain.pass(2)
    expect(drain.handedOver).toEqual(['200 s: when nobody speaks'])
    expect(drain.told).toEqual([{ calls: 3, hasSuccessor: true }])
  })

  test('waits for the summaries of calls that have ended, and gives up those that come too late', async () => {
    const drain = startDrain(LIMITS, Infinity, 2)
    drain.leave(3)
    await drain.pass(5)
    expect(drain.result()).toBeUndefined()
    drain.sumUp(2)
    await drain.pass(1)
    expect([drain.result(), drain.givenUp]).toEqual([0, []])

    const late = startDrain(LIMITS, Infinity, 2)
    late.leave(3)
    await late.pass(241)
    expect([late.result(), late.givenUp]).toEqual([0, ['240 s: 2']])
  })

  test('leaves calls in peace at first, whoever is up', async () => {
    const drain = startDrain(LIMITS, 0)
    await drain.pass(179)
    expect([drain.handedOver, drain.asked()]).toEqual([[], 0])
    await drain.pass(2)
    expect(drain.handedOver).toEqual(['180 s: when nobody speaks'])
  })

  test('looks for another process once a second', async () => {
    const drain = startDrain(LIMITS)
    await drain.pass(185)
    expect(drain.asked()).toBeGreaterThanOrEqual(5)
    expect(drain.asked()).toBeLessThanOrEqual(6)
  })

  test('is done as soon as the last call has ended, and has handed none over', async () => {
    const drain = startDrain(LIMITS)
    await drain.pass(190)
    drain.leave(3)
    await drain.pass(0.2)
    expect(drain.result()).toBe(0)
    expect(drain.told).toEqual([])
  })

  test('looks for quiet moments at once where there are less than ten seconds for it', async () => {
    const drain = startDrain({ softMs: 0, hardMs: 5_000 })
    await drain.pass(0.1)
    expect(drain.handedOver).toEqual(['0 s: when nobody speaks'])
    await drain.pass(5)
    expect(drain.result()).toBe(3)
  })
})
