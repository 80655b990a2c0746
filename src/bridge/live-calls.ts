/**
 * The calls of this process: who is on, how many there is room for, and what became of those that have just ended, because
 * Twilio asks that a moment later.
 */
import type { EndReason } from '../call/end-reason.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Bridge } from './bridge.ts'

/** A call as Twilio and the customer's file know it, and its bridge. */
export type LiveCall<Facts> = Readonly<{ callSid: string; facts: Facts; bridge: Bridge }>

/** A call that has ended. */
export type PastCall<Facts> = Readonly<{ facts: Facts; reason: EndReason; endedAtMs: number }>

export type LiveCalls<Facts> = Readonly<{
  add: (call: LiveCall<Facts>) => void
  get: (callSid: string) => LiveCall<Facts> | undefined
  all: () => readonly LiveCall<Facts>[]
  /** Moves a call to those that have ended. */
  remove: (callSid: string, reason: EndReason) => void
  past: (callSid: string) => PastCall<Facts> | undefined
  count: () => number
}>

const TICK_MS = 250
const PAST_CALLS_KEPT = 1_000

/** Makes the register. One timer serves all calls, and none when there is none. */
export const createLiveCalls = <Facts>(clock: Clock): LiveCalls<Facts> => {
  const live = new Map<string, LiveCall<Facts>>()
  const past = new Map<string, PastCall<Facts>>()
  let cancelTick: Cancel | undefined

  const tick = () => {
    for (const { bridge } of live.values()) bridge.tick()
    cancelTick = live.size > 0 ? clock.after(TICK_MS, tick) : undefined
  }

  return {
    add: (call) => {
      live.set(call.callSid, call)
      cancelTick ??= clock.after(TICK_MS, tick)
    },
    get: (callSid) => live.get(callSid),
    all: () => [...live.values()],
    remove: (callSid, reason) => {
      const call = live.get(callSid)
      if (!call) return
      live.delete(callSid)
      past.set(callSid, { facts: call.facts, reason, endedAtMs: clock.nowMs() })
      const oldest = past.keys().next()
      if (past.size > PAST_CALLS_KEPT && !oldest.done) past.delete(oldest.value)
    },
    past: (callSid) => past.get(callSid),
    count: () => live.size,
  }
}
