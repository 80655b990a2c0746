/**
 * Plays calls fairly on a machine that others use, too: one that stands still for a while tells nothing of the service, so a call that
 * went wrong on it is placed again.
 */
import { failuresOf } from '../../src/cli/simulate/expect.ts'
import type { Scenario } from '../../src/cli/simulate/parse-scenario.ts'
import type { RunningTwilio } from '../../src/sim/twilio/server.ts'
import { type LiveCall, placeLiveCall } from './live-call.ts'
import type { LivePart } from './live-part.ts'
import type { TestService } from './servers.ts'

/** Plays the call of a scenario, the one `at` that place among those that begin together. */
export const playFairly = async (
  part: LivePart,
  at: number,
  service: TestService,
  twilio: RunningTwilio,
): Promise<LiveCall> => {
  // Calls that all begin in the same moment are no everyday matter, and a process that has just started would refuse some.
  await new Promise((resolve) => setTimeout(resolve, at * BETWEEN_CALLS_MS))
  for (let again = MOST_TIMES - 1;; again--) {
    await service.hasRoom()
    const stalls = watchStalls()
    const played = await placeLiveCall(part, service, twilio).catch((error: unknown) => ({ error }))
    const stalledMs = stalls.stop()
    // A process that lacks time refuses calls, which is no failure of this one.
    if ('error' in played) {
      if (again > 0) continue
      throw played.error
    }
    const failures = failuresOf(
      withDelay(part.scenario.expect, stalledMs),
      part.scenario.caller,
      played.story,
    )
    if (failures.length > 0 && stalledMs > STALL_MS && again > 0) continue
    return { ...played, failures, stalledMs, isRepeated: again < MOST_TIMES - 1 }
  }
}

const MOST_TIMES = 4
const BETWEEN_CALLS_MS = 150
/** A frame lasts 20 ms. */
const STALL_MS = 150

/** What this machine was late by is not the service's silence. */
const withDelay = (expect: Scenario['expect'], stalledMs: number): Scenario['expect'] =>
  expect.silence === undefined ? expect : { ...expect, silence: expect.silence + stalledMs }

/** Measures by how much a timer is late, until `stop`, which gives the most there was. */
const watchStalls = (): Readonly<{ stop: () => number }> => {
  let longestMs = 0
  let dueMs = performance.now() + 20
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - dueMs)
    dueMs = performance.now() + 20
  }, 20)
  return {
    stop: () => {
      clearInterval(timer)
      return longestMs
    },
  }
}
