/**
 * Scenarios played by real processes and sockets: a folder of them, on each runtime one service for all, every call at once. What
 * `tandem simulate` plays on a clock that jumps is held here against the world as it is.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import { type CallerScript, callerScript } from '../../src/cli/simulate/caller-script.ts'
import { failuresOf } from '../../src/cli/simulate/expect.ts'
import type { Failure } from '../../src/cli/simulate/failure.ts'
import { parseScenario, type Scenario } from '../../src/cli/simulate/parse-scenario.ts'
import { calleeOf } from '../../src/cli/simulate/phones.ts'
import { type Story, tellStory } from '../../src/cli/simulate/story.ts'
import { watchCall } from '../../src/cli/watch-call.ts'
import { systemClock } from '../../src/clock.ts'
import { runtime } from '../../src/runtime/node.ts'
import type { CallEvent } from '../../src/sim/caller/journal.ts'
import type { CallOutcome } from '../../src/sim/caller/outcome.ts'
import type { SimulatedCall } from '../../src/sim/caller/place-call.ts'
import { playScript } from '../../src/sim/caller/script.ts'
import { createHttpServer } from '../../src/sim/http-server.ts'
import { type Clip, loadClips } from '../../src/sim/model/clips.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import type { AccountCall } from '../../src/sim/twilio/account.ts'
import { type RunningTwilio, startTwilio } from '../../src/sim/twilio/server.ts'
import * as files from '../../src/runtime/files.ts'
import {
  ACCOUNT,
  AUTH_TOKEN,
  OPERATOR_TOKEN,
  RUNTIME_NAMES,
  type RuntimeName,
  startTestService,
  type TestService,
  until,
} from './servers.ts'

/** A call that is over, as all who took part in it tell of it. */
export type LiveCall = Readonly<{
  callSid: string
  /** What the scenario expected and did not come true. */
  failures: readonly Failure[]
  story: Story
  outcome: CallOutcome
  /** What the caller's phone went through. */
  events: readonly CallEvent[]
  /** What the service told. */
  entries: readonly FeedEntry[]
  /** The sessions of the model, in order. */
  sessions: readonly ModelSession[]
  /** The other phones that rang. */
  rang: readonly AccountCall[]
  /** The calls that the caller heard at one time or another. */
  heardCalls: ReadonlySet<string>
  /** By how much this machine was late at most while the call was on. */
  stalledMs: number
  /** Whether the service has had a call of this scenario before, which went wrong on a machine that stood still. */
  isRepeated: boolean
}>

export type LiveStage = Readonly<{
  service: TestService
  /** Resolves when the call of this scenario is over. */
  call: (name: string) => Promise<LiveCall>
  stop: () => Promise<void>
}>

/** The names of the scenarios in a folder. */
export const scenariosIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.yaml')).toSorted()
    .map((name) => name.slice(0, -'.yaml'.length))

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
    scenariosIn(folder).map((scenario, at) => startPart(folder, scenario, at, clips)),
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

/** A scenario with what belongs to its call alone. */
type Part = Readonly<{
  scenario: Scenario
  script: CallerScript
  /** The text of its customer file. */
  customer: string
  number: string
  /** By this name of a model its sessions are told from those of the other calls. */
  model: string
  /** The next session is the first of its call. */
  begin: () => void
  nextSession: () => NonNullable<Scenario['model']>[number] | undefined
  requests: ReturnType<typeof createHttpServer>['requests']
  stop: () => Promise<void>
}>

const startPart = async (
  folder: string,
  name: string,
  at: number,
  clips: readonly Clip[],
): Promise<Part> => {
  const path = `${folder}/${name}.yaml`
  // All scenarios have the same numbers, and here they are called at the same time.
  const text = readFileSync(path, 'utf8').replaceAll('+1500555', `+1${510 + at}555`)
  const parsed = parseScenario({ path, text })
  if ('problems' in parsed) throw new Error(`${path}: ${JSON.stringify(parsed.problems)}`)
  const { scenario } = parsed
  const http = createHttpServer(scenario.http, systemClock)
  const server = await runtime.serve({ hostname: '127.0.0.1', port: 0, fetch: http.fetch })
  const model = `gpt-realtime-${name}`
  const behaviours = scenario.model ?? []
  let sessions = 0
  return {
    scenario,
    script: callerScript(scenario.caller, clips, new Map()),
    customer: (scenario.customer?.text ?? '')
      .replaceAll('{{http}}', `http://127.0.0.1:${server.port}`)
      .replace(/^agent:\n/m, `agent:\n  model: ${model}\n`),
    number: `+1${510 + at}5550006`,
    model,
    begin: () => void (sessions = 0),
    nextSession: () => behaviours.at(Math.min(sessions++, behaviours.length - 1)),
    requests: http.requests,
    stop: server.stop,
  }
}

const startLiveTwilio = (parts: readonly Part[]): Promise<RunningTwilio> => {
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

/**
 * A call on a machine that stands still for a while tells nothing of the service: if it went wrong and the machine did, it is placed
 * again.
 */
const playFairly = async (
  part: Part,
  at: number,
  service: TestService,
  twilio: RunningTwilio,
): Promise<LiveCall> => {
  // Calls that all begin in the same moment are no everyday matter, and a process that has just started would refuse some.
  await new Promise((resolve) => setTimeout(resolve, at * BETWEEN_CALLS_MS))
  for (let again = MOST_TIMES - 1;; again--) {
    await service.hasRoom()
    const stalls = watchStalls()
    const played = await place(part, service, twilio).catch((error: unknown) => ({ error }))
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

const place = async (
  { scenario, script, number, model, begin, requests }: Part,
  service: TestService,
  { account }: RunningTwilio,
): Promise<Omit<LiveCall, 'failures' | 'stalledMs' | 'isRepeated'>> => {
  begin()
  const callsBefore = account.calls().length
  const requestsBefore = requests.length
  const sessionsBefore = new Set(service.sessions)
  let nextStep = 0
  let lostPatience = false
  let isCutOff = false
  const placed = account.place({
    baseUrl: service.url,
    from: scenario.from,
    to: number,
    answerDelayMs: 50,
    behaviour: {
      eachFrame: playScript(script.steps, {
        patienceMs: 15_000,
        onStep: (step) => void (nextStep = step + 1),
        onPatienceLost: () => void (lostPatience = true),
      }),
    },
  })
  const limit = setTimeout(() => {
    isCutOff = true
    placed.hangUp()
  }, Math.min(scenario.limit, LONGEST_CALL_MS))
  const heardCalls = new Set<string>()
  const ears = setInterval(() => {
    for (const other of account.hears(placed.callSid)) heardCalls.add(other)
  }, 50)
  try {
    const entries = await storyOf(placed, service)
    const outcome = await placed.done
    const isOfCall = (to: string) => Object.hasOwn(scenario.phones, to)
    const rang = account.calls().slice(callsBefore)
      .filter(({ call }) => isOfCall(call.parties.to))
    const story = tellStory({
      outcome,
      events: placed.events,
      entries,
      rang: rang.map(({ call }) => call.parties.to),
      requests: requests.slice(requestsBefore),
      greeting: undefined,
      caller: { nextStep: script.belongsTo.at(nextStep), lostPatience, isCutOff },
    })
    const sessions = service.sessions.filter((session) =>
      session.settings().model === model && !sessionsBefore.has(session)
    )
    await until('the model is closed', () => sessions.every((session) => !session.isOpen()))
    return {
      callSid: placed.callSid,
      story,
      outcome,
      events: placed.events,
      entries,
      sessions,
      rang,
      heardCalls,
    }
  } finally {
    clearTimeout(limit)
    clearInterval(ears)
  }
}

/** What the service tells of a call, to its end. */
const storyOf = async (
  { started, callSid }: SimulatedCall,
  { url }: TestService,
): Promise<readonly FeedEntry[]> => {
  await started
  const entries: FeedEntry[] = []
  const signal = AbortSignal.timeout(LONGEST_CALL_MS + 5_000)
  const options = { url, callSid, operatorToken: OPERATOR_TOKEN, signal }
  await watchCall(options, (entry) => entries.push(entry))
  return entries
}

const LONGEST_CALL_MS = 30_000
