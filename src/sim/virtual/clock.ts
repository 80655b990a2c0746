/**
 * A clock on which a minute passes in a moment: it jumps from one wait to the next as soon as nothing else goes on by itself.
 *
 * What happens outside of it (a file, a real server) takes real time. While that is under way the clock waits a little, and then
 * goes as fast as the world does, so that a deadline on it means what it says.
 */
import type { Clock } from '../../clock.ts'
import { sleep, turn } from '../../runtime/event-loop.ts'

export type VirtualClock =
  & Clock
  & Readonly<{
    /** Lets time pass until `work` is settled, and gives what came of it. */
    until: <Value>(work: Promise<Value>) => Promise<Value>
    /** Says that something outside is under way, until the function that it returns is called. */
    outside: () => () => void
  }>

/** How long the clock stands still for what is outside, in real ms: far more than a webhook on this machine takes. */
const PATIENCE_MS = 20
/** How finely it follows the world after that. */
const SLICE_MS = 2

/** Makes a clock that stands at 0. */
export const createVirtualClock = (): VirtualClock => {
  const waits: Wait[] = []
  /** What is under way outside, by when it began. */
  const underWay = new Map<symbol, number>()
  let now = 0

  const isFresh = (beganMs: number) => performance.now() - beganMs < PATIENCE_MS

  /** Follows the world for a moment, but not past the next wait. */
  const follow = async () => {
    const beganMs = performance.now()
    await sleep(SLICE_MS)
    now = Math.min(waits[0]?.atMs ?? Infinity, now + performance.now() - beganMs)
  }

  /** Jumps to the next wait, or nears it when something outside is under way. */
  const goOn = async () => {
    if ([...underWay.values()].some(isFresh)) return
    const next = waits.at(0)
    const isFree = underWay.size === 0 && next !== undefined
    if (!isFree && now < (next?.atMs ?? Infinity)) return await follow()
    waits.shift()
    now = next?.atMs ?? now
    next?.action()
  }

  return {
    nowMs: () => now,
    after: (delayMs, action) => {
      const wait = { atMs: now + Math.max(0, delayMs), action }
      // Behind those of the same moment: what was planned first happens first.
      waits.splice(waits.findLastIndex(({ atMs }) => atMs <= wait.atMs) + 1, 0, wait)
      return () => {
        const at = waits.indexOf(wait)
        if (at >= 0) waits.splice(at, 1)
      }
    },
    outside: () => {
      const mark = Symbol()
      underWay.set(mark, performance.now())
      return () => void underWay.delete(mark)
    },
    until: async (work) => {
      let isSettled = false
      const settled = () => void (isSettled = true)
      work.then(settled, settled)
      for (await turn(); !isSettled; await turn()) await goOn()
      return work
    },
  }
}

type Wait = Readonly<{ atMs: number; action: () => void }>
