/** `tandem simulate`: plays scenarios through the service, several at once, and says which of them came true. */
import { writeWav } from '../../audio/wav.ts'
import { renderProblems } from '../../config/check.ts'
import { parseEnvironment } from '../../config/environment.ts'
import type { Problem } from '../../config/problem.ts'
import type { SourceFile } from '../../config/yaml/yaml-file.ts'
import { messageOf } from '../../errors.ts'
import { silentLog } from '../../log.ts'
import * as files from '../../runtime/files.ts'
import { loadClips } from '../../sim/model/clips.ts'
import type { CommandContext, ExitCode } from '../command.ts'
import { failuresOf } from './expect.ts'
import type { Failure } from './failure.ts'
import { parseScenario, type Scenario } from './parse-scenario.ts'
import { playScenario, type Stage } from './play-scenario.ts'
import { describeResults, resultsAsJson, type ScenarioResult } from './report.ts'
import { expectedOfRealModel, unfitForRealModel } from './real-model.ts'
import { readSounds, unknownClips } from './sounds.ts'
import { realWorld, virtualWorld } from './world.ts'

export type SimulateOptions = Readonly<{
  config: string
  jobs: number
  model: 'built-in' | 'openai'
  record?: string
  json?: true
}>

/** Plays a scenario or a folder of them: 0 when all came true, 1 when one did not, 2 when one makes no sense. */
export const simulate = async (
  context: CommandContext,
  path: string,
  options: SimulateOptions,
): Promise<ExitCode> => {
  const sources = await readScenarios(path)
  if (sources.length === 0) {
    context.err(`no scenario in ${path}: write one, docs/scenarios.md has an example`)
    return 2
  }
  const parsed = sources.map(parseScenario)
  const problems = parsed.flatMap((each) => 'problems' in each ? each.problems : [])
  if (problems.length > 0) return complain(context, problems, sources)

  const model = modelOf(context, options)
  if (typeof model === 'string') {
    context.err(model)
    return 2
  }
  const startedMs = performance.now()
  const stage = await prepare(context, options, model)
  const scenarios = parsed.flatMap((each) => 'scenario' in each ? [each.scenario] : [])
  const played = await severalAtOnce(scenarios, options.jobs, (each) => play(each, stage, options))
  const wrong = played.flatMap((each) => 'problems' in each ? each.problems : [])
  if (wrong.length > 0) return complain(context, wrong, sources)

  const results = played.flatMap((each) => 'result' in each ? [each.result] : [])
  const tookMs = performance.now() - startedMs
  const isColoured = context.isTerminal && !context.variables.NO_COLOR
  if (options.json) context.out(resultsAsJson(results, tookMs))
  else for (const line of describeResults(results, tookMs, isColoured)) context.out(line)
  return results.every(({ failures }) => failures.length === 0) ? 0 : 1
}

const readScenarios = async (path: string): Promise<readonly SourceFile[]> => {
  const folder = path.replace(/\/+$/, '')
  const names = /\.ya?ml$/.test(path)
    ? [path]
    : (await files.list(folder)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).toSorted()
      .map((name) => `${folder}/${name}`)
  return Promise.all(names.map(readSource))
}

const readSource = async (path: string): Promise<SourceFile> => {
  try {
    return { path, text: await files.readText(path) }
  } catch (error) {
    return { path, text: '', unreadable: messageOf(error) }
  }
}

const complain = (
  context: CommandContext,
  problems: readonly Problem[],
  sources: readonly SourceFile[],
): ExitCode => {
  for (const line of renderProblems(problems, sources)) context.err(line)
  return 2
}

const prepare = async (
  context: CommandContext,
  options: SimulateOptions,
  model: Stage['model'],
): Promise<Stage> => ({
  context,
  world: (startsAtMs) => model ? realWorld(context) : virtualWorld(context, startsAtMs),
  clips: await loadClips(files),
  configFolder: options.config,
  log: silentLog,
  ...(model ? { model } : {}),
})

/** Where the real model is, if it is to answer; or why it cannot, for a person. */
const modelOf = (
  { variables }: CommandContext,
  { model }: SimulateOptions,
): Stage['model'] | string => {
  if (model === 'built-in') return undefined
  const parsed = parseEnvironment({ ...variables, NODE_ENV: undefined })
  if ('problems' in parsed) {
    return parsed.problems.map(({ variable, message }) => `${variable} ${message}`).join('\n')
  }
  const { apiKey, baseUrl } = parsed.environment.openai
  return apiKey === undefined
    ? 'OPENAI_API_KEY is not set, and --model openai needs it'
    : { baseUrl, apiKey }
}

type Outcome = Readonly<{ result: ScenarioResult }> | Readonly<{ problems: readonly Problem[] }>

const play = async (
  scenario: Scenario,
  stage: Stage,
  { record }: SimulateOptions,
): Promise<Outcome> => {
  const { name, file, description, expect } = scenario
  const skipped = stage.model && unfitForRealModel(scenario, stage.clips)
  if (skipped !== undefined) {
    return {
      result: { name, file, description, callMs: 0, failures: [], transcript: [], skipped },
    }
  }
  const { sounds, problems } = await readSounds(scenario, files.readBytes)
  const wrong = [...problems, ...unknownClips(scenario, stage.clips)]
  if (wrong.length > 0) return { problems: wrong }
  const played = await playScenario(scenario, sounds, stage)
  if ('problems' in played) return played
  const { story, recording } = played
  if (record !== undefined) {
    await files.write(`${record}/${name}.wav`, writeWav(recording))
  }
  const expected = stage.model ? expectedOfRealModel(expect) : expect
  const failures = failuresOf(expected, scenario.caller, story)
    .map((failure) => ({ ...failure, line: lineOf(scenario, failure) }))
  const callMs = Math.round(story.durationMs)
  return { result: { name, file, description, callMs, failures, transcript: story.lines } }
}

const lineOf = ({ problem }: Scenario, { path }: Failure): number =>
  problem(path, { code: 'invalid-value', message: '' }).line

/** Does the same to all of them, so many at once; gives the results in their order. */
const severalAtOnce = async <Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = []
  let next = 0
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at])
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
