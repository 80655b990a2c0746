import { describe, expect, test } from 'vitest'
import { turn } from '../../../src/runtime/event-loop.ts'
import { createVirtualClock } from '../../../src/sim/virtual/clock.ts'

/** Resolves after so many ms of a clock, with the time it was then. */
const passed = (clock: ReturnType<typeof createVirtualClock>, ms: number) =>
  new Promise<number>((resolve) => void clock.after(ms, () => resolve(clock.nowMs())))

describe('a virtual clock', () => {
  test('passes an hour in a moment', async () => {
    const clock = createVirtualClock()
    const beganMs = performance.now()
    expect(await clock.until(passed(clock, 3_600_000))).toBe(3_600_000)
    expect(performance.now() - beganMs).toBeLessThan(5_000)
  })

  test('runs what is due in order of time, and of one moment in the order it was planned', async () => {
    const clock = createVirtualClock()
    const done: string[] = []
    clock.after(20, () => done.push('later'))
    clock.after(10, () => done.push('first'))
    clock.after(10, () => done.push('second'))
    clock.after(15, () => done.push('never'))()
    await clock.until(passed(clock, 30))
    expect(done).toEqual(['first', 'second', 'later'])
  })

  test('lets everything that can go on by itself go on before it jumps', async () => {
    const clock = createVirtualClock()
    const chain = async () => {
      for (let link = 0; link < 100; link++) await Promise.resolve()
      return clock.nowMs()
    }
    clock.after(5, () => {})
    expect(await clock.until(chain())).toBe(0)
  })

  test('stands still while something outside is under way', async () => {
    const clock = createVirtualClock()
    const back = clock.outside()
    const work = async () => {
      // Many turns of the event loop, and no time at all.
      for (let turns = 0; turns < 20; turns++) await turn()
      back()
      return clock.nowMs()
    }
    clock.after(60_000, () => {})
    expect(await clock.until(work())).toBeLessThan(1_000)
  })

  test('goes as fast as the world does when that takes long, so that a deadline still comes', async () => {
    const clock = createVirtualClock()
    clock.outside()
    const beganMs = performance.now()
    expect(await clock.until(passed(clock, 80))).toBe(80)
    expect(performance.now() - beganMs).toBeGreaterThan(70)
  })

  test('gives what became of the work, a failure too', async () => {
    const clock = createVirtualClock()
    await expect(clock.until(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
