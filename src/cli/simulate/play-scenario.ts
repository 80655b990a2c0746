/** Plays one scenario: starts the service and both its ends, places the call, and tells what came of it. */
import type { Problem } from '../../config/problem.ts'
import { ConfigError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { randomSecret } from '../../runtime/hmac.ts'
import type { CallOutcome } from '../../sim/caller/outcome.ts'
import { createHttpServer } from '../../sim/http-server.ts'
import type { Clip } from '../../sim/model/clips.ts'
import type { CommandContext } from '../command.ts'
import { callerScript } from './caller-script.ts'
import { outerProblem } from './inner-file.ts'
import type { Scenario } from './parse-scenario.ts'
import { placeScenarioCall } from './place-scenario-call.ts'
import { type ScenarioFiles, scenarioFiles } from './scenario-files.ts'
import { startScenarioModel, startScenarioService, startScenarioTwilio } from './start-ends.ts'
import { type Story, tellStory } from './story.ts'
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
  const authToken = randomSecret()
  const twilio = await startScenarioTwilio(scenario, world, authToken)
  const model = stage.model
    ? undefined
    : await startScenarioModel(scenario, world, [...stage.clips, ...script.clips])
  const started = world.outside()
  try {
    const service = await world.until(startScenarioService({
      world,
      files,
      authToken,
      twilioUrl: twilio.url,
      variables: { ...stage.context.variables, ...mapped(scenario.env, replace) },
      model: stage.model ?? { baseUrl: model?.url ?? '', apiKey: 'built-in' },
      log: stage.log,
    }))
    started()
    const to = scenario.to ?? service.config().customers[0].numbers[0]
    const ends = { world, script, service, twilio: twilio.account, to }
    const called = await placeScenarioCall(scenario, ends)
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
    await twilio.stop()
    await server?.stop()
  }
}

const mapped = (
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))

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
