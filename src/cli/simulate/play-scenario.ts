/** Plays one scenario: starts the service and both its ends, places the call, and tells what came of it. */
import type { FeedEntry } from '../../bridge/call-feed.ts'
import { parseEnvironment, type Variables } from '../../config/environment.ts'
import type { Problem } from '../../config/problem.ts'
import { ConfigError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { randomSecret } from '../../runtime/hmac.ts'
import { type Service, startService } from '../../service.ts'
import type { CallOutcome } from '../../sim/caller/outcome.ts'
import { placeCall } from '../../sim/caller/place-call.ts'
import { playScript } from '../../sim/caller/script.ts'
import { createHttpServer } from '../../sim/http-server.ts'
import type { Clip } from '../../sim/model/clips.ts'
import { PARROT } from '../../sim/model/scenario.ts'
import { startModelServer } from '../../sim/model/server.ts'
import { createMemoryStore } from '../../store/memory.ts'
import type { CommandContext } from '../command.ts'
import { type CallerScript, callerScript } from './caller-script.ts'
import { outerProblem } from './inner-file.ts'
import type { Scenario } from './parse-scenario.ts'
import { type ScenarioFiles, scenarioFiles } from './scenario-files.ts'
import { type CallerStory, type Story, tellStory } from './story.ts'
import type { World } from './world.ts'

/** What all scenarios are played with. */
export type Stage = Readonly<{
  context: CommandContext
  /** A world for one scenario, from so many ms since 1970 on. */
  world: (startsAtMs: number) => World
  clips: readonly Clip[]
  log: Log
  /** Whose agents answer where a scenario brings no customer. */
  configFolder: string
  /** Where a model is that is not built in. */
  model?: Readonly<{ baseUrl: string; apiKey: string }>
}>

/** A call that took place, or why the scenario makes no sense. */
export type Played =
  | Readonly<{ story: Story; recording: CallOutcome['recording'] }>
  | Readonly<{ problems: readonly Problem[] }>

const ACCOUNT = 'AC00000000000000000000000000000000'
/** How long the service may take to tell of an end that the phone knows of. */
const LAST_WORDS_MS = 2_000

/** Plays a scenario and stops everything that it started. */
export const playScenario = async (
  scenario: Scenario,
  sounds: ReadonlyMap<string, Int16Array>,
  stage: Stage,
): Promise<Played> => {
  const world = stage.world(scenario.at === undefined ? Date.now() : Date.parse(scenario.at))
  const http = createHttpServer(scenario.http, world.clock)
  // Tools speak to it over real sockets, as they would to any other.
  const server = scenario.http.length === 0 ? undefined : await stage.context.runtime.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: http.fetch,
  })
  const replace = (text: string) => text.replaceAll('{{http}}', `http://127.0.0.1:${server?.port}`)
  const files = scenarioFiles(scenario, stage.configFolder, replace)
  const script = callerScript(scenario.caller, stage.clips, sounds)
  const model = stage.model ? undefined : await startModel(scenario, stage, script, world)
  const started = world.outside()
  try {
    const authToken = randomSecret()
    const service = await world.until(start({
      world,
      files,
      authToken,
      variables: { ...stage.context.variables, ...mapped(scenario.env, replace) },
      model: stage.model ?? { baseUrl: model?.url ?? '', apiKey: 'built-in' },
      log: stage.log,
    }))
    started()
    const to = scenario.to ?? service.config().customers[0].numbers[0]
    const called = await call(scenario, { world, script, service, authToken, to })
    await world.until(service.stop())
    const story = tellStory({
      ...called,
      requests: http.requests,
      greeting: service.config().lineOf(to)?.customer.agent.greeting,
    })
    return { story, recording: called.outcome.recording }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: placed(error.problems, scenario, files) }
    throw error
  } finally {
    started()
    await model?.stop()
    await server?.stop()
  }
}

const startModel = (scenario: Scenario, stage: Stage, script: CallerScript, world: World) => {
  const sessions = scenario.model ?? [PARROT]
  return startModelServer({
    runtime: world.runtime,
    clock: world.clock,
    wallClock: world.wallMs,
    hostname: '127.0.0.1',
    port: 0,
    scenario: (connection) => sessions[Math.min(connection, sessions.length - 1)],
    clips: [...stage.clips, ...script.clips],
    keepHeard: false,
    idPrefix: 'sim',
  })
}

const mapped = (
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))

type ServiceParts = Readonly<{
  world: World
  files: ScenarioFiles
  authToken: string
  variables: Variables
  model: Readonly<{ baseUrl: string; apiKey: string }>
  log: Log
}>

const start = (
  { world, files: { files, configFolder }, authToken, ...parts }: ServiceParts,
): Promise<Service> => {
  const parsed = parseEnvironment({
    HOST: '127.0.0.1',
    PORT: '0',
    TANDEM_CONFIG: configFolder,
    TANDEM_SECRET: randomSecret(),
    TANDEM_OPERATOR_TOKEN: randomSecret(),
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_ACCOUNT_SID: ACCOUNT,
    DRAIN_SOFT_SECONDS: '0',
    DRAIN_HARD_SECONDS: '0',
  })
  if ('problems' in parsed) throw new Error(parsed.problems[0].message)
  return startService({
    ...parts,
    runtime: world.runtime,
    environment: parsed.environment,
    files,
    store: createMemoryStore(),
    onDrainAsked: () => {},
    clock: world.clock,
    wallMs: world.wallMs,
  })
}

type Called = Readonly<{
  outcome: CallOutcome
  events: ReturnType<typeof placeCall>['events']
  entries: readonly FeedEntry[]
  caller: CallerStory
}>

const call = async (
  scenario: Scenario,
  { world, script, service, authToken, to }: Readonly<{
    world: World
    script: CallerScript
    service: Service
    authToken: string
    to: string
  }>,
): Promise<Called> => {
  const { clock } = world
  let stepsDone = 0
  let lostPatience = false
  let isCutOff = false
  const eachFrame = playScript(script.steps, {
    onStep: (step) => void (stepsDone = step + 1),
    onPatienceLost: () => void (lostPatience = true),
  })
  const placed = placeCall({
    connect: world.runtime.connect,
    fetch: world.fetch,
    clock,
    now: () => new Date(world.wallMs()),
    baseUrl: service.url,
    accountSid: ACCOUNT,
    authToken,
    from: scenario.from,
    to,
    behaviour: {
      eachFrame,
      suppressSilence: scenario.line.suppressSilence,
      background: scenario.line.hiss ? 'comfort-noise' : 'silence',
      jitterMs: scenario.line.jitter,
    },
  })
  const cancelLimit = clock.after(scenario.limit, () => {
    isCutOff = true
    placed.hangUp()
  })
  void placed.started.then(() => paceTools(service, placed.callSid, world), () => {})
  const outcome = await world.until(placed.done)
  cancelLimit()
  return {
    outcome,
    events: placed.events,
    entries: await world.until(storyTold(service, placed.callSid, world)),
    caller: { nextStep: script.belongsTo.at(stepsDone), lostPatience, isCutOff },
  }
}

/** A tool is at work outside, where time cannot be hurried. */
const paceTools = ({ exchange }: Service, callSid: string, world: World): void => {
  const atWork = new Map<string, () => void>()
  exchange.feed.watch(callSid, (entry) => {
    if (entry.type === 'tool-called') atWork.set(entry.toolCallId, world.outside())
    if (entry.type === 'tool-returned') atWork.get(entry.toolCallId)?.()
    if (entry.type === 'ended') { for (const back of atWork.values()) back() }
  })
}

/** All that the service tells of a call, once it has told of its end. */
const storyTold = (
  { exchange }: Service,
  callSid: string,
  { clock }: World,
): Promise<readonly FeedEntry[]> =>
  new Promise((resolve) => {
    const entries: FeedEntry[] = []
    const done = () => {
      cancel()
      resolve(entries)
    }
    const cancel = clock.after(LAST_WORDS_MS, done)
    const stop = exchange.feed.watch(callSid, (entry) => {
      entries.push(entry)
      if (entry.type === 'ended') done()
    })
    if (!stop) done()
  })

/** Shows a problem of a customer that came with the scenario where it stands there. */
const placed = (
  problems: readonly Problem[],
  scenario: Scenario,
  { isInner }: ScenarioFiles,
): readonly Problem[] =>
  problems.map((problem) => {
    const key = isInner(problem.file)
    const inner = key && scenario[key]
    return inner ? outerProblem(problem, scenario.file, inner) : problem
  })
