/**
 * The service as `src/main.ts` starts it, with an ear for SIGUSR2: it then collects its garbage and writes down what is alive. What
 * the kernel says a process holds tells little of that, because a heap also grows by what was thrown away. Needs a global `gc`.
 */
import { renameSync, writeFileSync } from 'node:fs'
import process from 'node:process'

type Action = (...given: unknown[]) => void

/** Counts the timers that are set and have neither fired nor been cleared. */
const countTimers = (): () => number => {
  const pending = new Set<unknown>()
  const { setTimeout, clearTimeout } = globalThis
  Object.assign(globalThis, {
    setTimeout: (action: Action, ms?: number, ...given: unknown[]) => {
      const timer: unknown = setTimeout(() => {
        pending.delete(timer)
        action(...given)
      }, ms)
      pending.add(timer)
      return timer
    },
    clearTimeout: (timer: Parameters<typeof clearTimeout>[0]) => {
      pending.delete(timer)
      clearTimeout(timer)
    },
  })
  return () => pending.size
}

const timers = countTimers()
const file = process.env.SOAK_FILE ?? ''
const gc: unknown = Reflect.get(globalThis, 'gc')

process.on('SIGUSR2', () => {
  if (typeof gc !== 'function') throw new Error('no global gc: start with --expose-gc')
  gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  const report = { liveBytes: heapUsed + external, residentBytes: rss, timers: timers() }
  // Renamed, so that nobody reads half of it.
  writeFileSync(`${file}.new`, JSON.stringify(report))
  renameSync(`${file}.new`, file)
})

await import('../../src/main.ts')
