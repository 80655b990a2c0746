/**
 * Scenarios played by real processes and sockets: a folder of them, on each runtime one service for all, every call at once. What
 * `tandem simulate` plays on a clock that jumps is held here against the world as it is.
 */
import { afterAll, beforeAll } from 'vitest'
import { calleeOf } from '../../src/cli/simulate/phones.ts'
import { systemClock } from '../../src/clock.ts'
import * as files from '../../src/runtime/files.ts'
import { runtime } from '../../src/runtime/node.ts'
import { loadClips } from '../../src/sim/model/clips.ts'
import { type RunningTwilio, startTwilio } from '../../src/sim/twilio/server.ts'
import { playFairly } from './fair-play.ts'
import type { LiveCall } from './live-call.ts'
import { type LivePart, scenariosIn, startLivePart } from './live-part.ts'
import {
  ACCOUNT,
  AUTH_TOKEN,
  RUNTIME_NAMES,
  type RuntimeName,
  startTestService,
  type TestService,
} from './servers.ts'

export type LiveStage = Readonly<{
  service: TestService
  /** Resolves when the call of this scenario is over. */
  call: (name: string) => Promise<LiveCall>
  stop: () => Promise<void>
}>

/** Plays a folder of scenarios on all runtimes while a file of tests is at work. Gives the calls of one runtime. */
export const useLiveStages = (folder: string): (name: RuntimeName) => LiveStage => {
  const stages = new Map<RuntimeName, LiveStage>()
  beforeAll(async () => {
    // One after the other, as to start is most of the work; the calls of the first are on meanwhile.
    for (const name of RUNTIME_NAMES) stages.set(name, await startLiveStage(name, folder))
  })
  afterAll(() => Promise.all([...stages.values()].map(({ stop }) => stop())))
  return (name) => {
    const stage = stages.get(name)
    if (!stage) throw new Error(`the service on ${name} has not begun`)
    return stage
  }
}

/** Starts the service on a runtime and places the calls of all scenarios of a folder. */
export const startLiveStage = async (
  name: RuntimeName,
  folder: string,
): Promise<LiveStage> => {
  const clips = await loadClips(files)
  const parts = await Promise.all(
    scenariosIn(folder).map((scenario, at) => startLivePart(folder, scenario, at, clips)),
  )
  const twilio = await startLiveTwilio(parts)
  const service = await startTestService(
    name,
    { TWILIO_AUTH_TOKEN: AUTH_TOKEN, TWILIO_API_URL: twilio.url },
    Object.fromEntries(parts.map((part) => [part.scenario.name, part.customer])),
    {
      clips: parts.flatMap(({ script }) => script.clips),
      scenarioOf: (model) => parts.find((part) => part.model === model)?.nextSession(),
      serviceFile: 'network: { allowPrivate: ["127.0.0.1/32"] }\n',
    },
  )
  const calls = new Map(
    parts.map((part, at) => [part.scenario.name, playFairly(part, at, service, twilio)]),
  )
  // A call that fails is told by the test that asks for it.
  for (const call of calls.values()) call.catch(() => {})

  return {
    service,
    call: (scenario) => {
      const call = calls.get(scenario)
      if (!call) throw new Error(`there is no scenario ${scenario} in ${folder}`)
      return call
    },
    stop: async () => {
      await Promise.allSettled(calls.values())
      await service.stop()
      await twilio.stop()
      await Promise.all(parts.map(({ stop }) => stop()))
    },
  }
}

const startLiveTwilio = (parts: readonly LivePart[]): Promise<RunningTwilio> => {
  const phones = Object.assign({}, ...parts.map(({ scenario }) => scenario.phones))
  return startTwilio({
    runtime,
    connect: runtime.connect,
    fetch,
    clock: systemClock,
    now: () => new Date(),
    hostname: '127.0.0.1',
    port: 0,
    accountSid: ACCOUNT,
    authToken: AUTH_TOKEN,
    callee: (to) => calleeOf(phones[to]),
  })
}
