import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../src/clock.ts'
import { type Log, silentLog } from '../src/log.ts'
import { addLag, type Load, NO_LOAD, startOverloadGuard, typicalLagMs } from '../src/overload.ts'
import { createFakeClock } from './support/fake-clock.ts'

const after = (load: Load, lagsMs: readonly number[]): Load => lagsMs.reduce(addLag, load)
const times = (count: number, lagMs: number): readonly number[] =>
  Array.from({ length: count }, () => lagMs)

describe('the load', () => {
  test('is nothing before anything was measured', () => {
    expect(NO_LOAD.isOverloaded).toBe(false)
    expect(typicalLagMs(NO_LOAD.lagsMs)).toBe(0)
  })

  test('is what nine of ten samples do not exceed', () => {
    const lagsMs = [20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    expect(typicalLagMs(lagsMs)).toBe(18)
    expect(lagsMs[0]).toBe(20)
  })

  test.each([1, 2])('is not too much for %i pauses in two seconds, however long', (count) => {
    expect(after(NO_LOAD, times(count, 5_000)).isOverloaded).toBe(false)
  })

  test('is too much when the third sample of twenty is over three frames late', () => {
    const two = after(NO_LOAD, [61, ...times(8, 1), 61, ...times(9, 1)])
    expect(two.isOverloaded).toBe(false)
    expect(addLag(two, 61).isOverloaded).toBe(true)
  })

  test('is not too much at three frames', () => {
    expect(after(NO_LOAD, times(40, 60)).isOverloaded).toBe(false)
  })

  test('stays too much until nine of ten samples are within one frame again', () => {
    const overloaded = after(NO_LOAD, times(20, 100))
    const better = after(overloaded, times(40, 21))
    expect(better.isOverloaded).toBe(true)
    const nearly = after(better, times(17, 20))
    expect(nearly.isOverloaded).toBe(true)
    expect(addLag(nearly, 20).isOverloaded).toBe(false)
  })

  test('does not come back for less than it came for', () => {
    const relieved = after(after(NO_LOAD, times(20, 100)), times(20, 0))
    expect(after(relieved, times(20, 59)).isOverloaded).toBe(false)
  })
})

/** A clock whose timers are late, as those of a busy loop are. */
const createLateClock = () => {
  const clock = createFakeClock()
  let lateMs = 0
  const late: Clock = {
    nowMs: clock.nowMs,
    after: (delayMs, action) => clock.after(delayMs + lateMs, action),
  }
  return { ...clock, late, setLateMs: (ms: number) => void (lateMs = ms) }
}

const startGuard = () => {
  const { late, advance, waiting, setLateMs } = createLateClock()
  const samples: (readonly [number, boolean])[] = []
  const logged: unknown[] = []
  const log: Log = {
    ...silentLog,
    info: (name, fields) => void logged.push(['info', name, fields]),
    warn: (name, fields) => void logged.push(['warn', name, fields]),
  }
  const guard = startOverloadGuard({
    clock: late,
    log,
    onLag: (lagMs, isOverloaded) => void samples.push([lagMs, isOverloaded]),
  })
  return { guard, samples, logged, advance, waiting, setLateMs }
}

describe('the overload guard', () => {
  test('takes ten samples a second', () => {
    const { samples, advance } = startGuard()
    advance(1_000)
    expect(samples).toEqual(Array.from({ length: 10 }, () => [0, false]))
  })

  test('measures how late a timer is, each from the one before', () => {
    const { samples, advance, setLateMs } = startGuard()
    setLateMs(35)
    advance(100 + 135 + 135)
    expect(samples).toEqual([[0, false], [35, false], [35, false]])
  })

  test('says so once when it is too much, and once when it is well again', () => {
    const { guard, samples, logged, advance, setLateMs } = startGuard()
    setLateMs(80)
    advance(100 + 180 + 180)
    expect(guard.isOverloaded()).toBe(false)
    advance(180)
    expect(guard.isOverloaded()).toBe(true)
    expect(guard.lagMs()).toBe(80)
    expect(samples.at(-1)).toEqual([80, true])
    advance(5_000)
    setLateMs(0)
    advance(5_000)
    expect(guard.isOverloaded()).toBe(false)
    expect(logged).toEqual([
      ['warn', 'service.overloaded', { lagMs: 80 }],
      ['info', 'service.relieved', { lagMs: 0 }],
    ])
  })

  test('is relieved by the eighteenth sample in time', () => {
    const { guard, advance, setLateMs } = startGuard()
    setLateMs(200)
    advance(100 + 20 * 300)
    setLateMs(0)
    advance(300 + 17 * 100)
    expect(guard.isOverloaded()).toBe(true)
    advance(100)
    expect(guard.isOverloaded()).toBe(false)
  })

  test('never says that a timer was early', () => {
    const { samples, advance, setLateMs } = startGuard()
    setLateMs(-1)
    advance(1_000)
    expect(samples.every(([lagMs]) => lagMs === 0)).toBe(true)
  })

  test('measures no more once it was stopped', () => {
    const { guard, samples, advance, waiting } = startGuard()
    advance(250)
    guard.stop()
    expect(waiting()).toBe(0)
    advance(1_000)
    expect(samples).toHaveLength(2)
  })

  test('may be stopped by what it tells', () => {
    const { late, advance, waiting } = createLateClock()
    const guard = startOverloadGuard({ clock: late, log: silentLog, onLag: () => guard.stop() })
    advance(1_000)
    expect(waiting()).toBe(0)
  })

  test('sees a loop that is blocked, on the runtime that this runs on', async () => {
    let next = Promise.withResolvers<number>()
    const guard = startOverloadGuard({
      clock: systemClock,
      log: silentLog,
      onLag: (lagMs) => {
        next.resolve(lagMs)
        next = Promise.withResolvers()
      },
    })
    await next.promise
    const blockedFromMs = performance.now()
    while (performance.now() - blockedFromMs < 300);
    const blockedMs = performance.now() - blockedFromMs
    const lagMs = await next.promise
    guard.stop()
    // The timer was set just before the loop was blocked and was due 100 ms into it.
    expect(lagMs / (blockedMs - 100)).toBeGreaterThan(0.9)
  })
})
