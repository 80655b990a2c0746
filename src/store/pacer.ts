/** Keeps a failure that goes on from filling the log. */
import type { Clock } from '../clock.ts'

/** Says yes to each name at most once in `everyMs`. */
export const createPacer = <Name>(clock: Pick<Clock, 'nowMs'>, everyMs: number) => {
  const lastMs = new Map<Name, number>()
  return (name: Name): boolean => {
    const last = lastMs.get(name)
    if (last !== undefined && clock.nowMs() - last < everyMs) return false
    lastMs.set(name, clock.nowMs())
    return true
  }
}
