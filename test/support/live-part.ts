/** A scenario of a folder, made ready to be played beside all others of it: with numbers, a model and an HTTP server of its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { type CallerScript, callerScript } from '../../src/cli/simulate/caller-script.ts'
import { parseScenario, type Scenario } from '../../src/cli/simulate/parse-scenario.ts'
import { systemClock } from '../../src/clock.ts'
import { runtime } from '../../src/runtime/node.ts'
import { createHttpServer } from '../../src/sim/http-server.ts'
import type { Clip } from '../../src/sim/model/clips.ts'

/** The names of the scenarios in a folder. */
export const scenariosIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.yaml')).toSorted()
    .map((name) => name.slice(0, -'.yaml'.length))

/** A scenario with what belongs to its call alone. */
export type LivePart = Readonly<{
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

/** Makes the scenario `name` of a folder ready, the one `at` that place. */
export const startLivePart = async (
  folder: string,
  name: string,
  at: number,
  clips: readonly Clip[],
): Promise<LivePart> => {
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
