/**
 * Where a scenario takes place. With the built-in model that is a world of its own, with its own time: the service is the real one,
 * but its sockets are in memory and a minute passes in a moment. With a model far away it is this machine and its clock.
 */
import type { Clock } from '../../clock.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { Fetch } from '../../sim/caller/webhook.ts'
import { createVirtualClock } from '../../sim/virtual/clock.ts'
import { createVirtualNetwork } from '../../sim/virtual/network.ts'
import type { CommandContext } from '../command.ts'

export type World = Readonly<{
  runtime: Runtime
  clock: Clock
  fetch: Fetch
  /** Milliseconds since 1970. */
  wallMs: () => number
  /** Lets time pass until something has come about. */
  until: <Value>(work: Promise<Value>) => Promise<Value>
  /** Says that something outside is under way, until the function that it returns is called. */
  outside: () => () => void
}>

/** A world with a time of its own, which begins at `startsAtMs`. */
export const virtualWorld = ({ runtime }: CommandContext, startsAtMs: number): World => {
  const clock = createVirtualClock()
  const { fetch, ...network } = createVirtualNetwork(clock)
  return {
    runtime: { ...runtime, ...network },
    clock,
    fetch,
    wallMs: () => startsAtMs + clock.nowMs(),
    until: clock.until,
    outside: clock.outside,
  }
}

/** The world as it is. */
export const realWorld = ({ runtime, clock }: CommandContext): World => ({
  runtime,
  clock,
  fetch,
  wallMs: Date.now,
  until: (work) => work,
  outside: () => () => {},
})
