/** `tandem replay`: has the events of logged calls decided again, and shows where today's code decides otherwise. */
import { parseEnvironment } from '../config/environment.ts'
import type { CallFiles } from '../record/call-files.ts'
import { createEventLogs, eventLogsIn } from '../record/event-logs.ts'
import { type ReplayedLog, replayLog } from '../replay/replay-log.ts'
import * as files from '../runtime/files.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { countOf } from './format.ts'
import { describeReplay, replayAsJson } from './replay-report.ts'

export type ReplayOptions = Readonly<{
  /** All logs of this machine, or of a folder. */
  all?: true | string
  customer?: string
  since?: number
  differences: number
  json?: true
}>

const CALL = /^CA[0-9a-zA-Z]+$/
const PROGRESS_EVERY = 50

/** Replays a log by its path or its call, or all there are: 0 when all is the same, 1 when something differs, 2 when one cannot be read. */
export const replay = async (
  context: CommandContext,
  target: string | undefined,
  options: ReplayOptions,
): Promise<ExitCode> => {
  if ((target === undefined) === (options.all === undefined)) {
    context.err('name an event log or a call, or say --all')
    return 2
  }
  const paths = target === undefined
    ? await everyLog(context, options)
    : await oneLog(context, target)
  if (paths.length === 0) return 2
  return await replayAll(context, paths, options)
}

const oneLog = async (context: CommandContext, target: string): Promise<readonly string[]> => {
  if (!CALL.test(target)) return [target]
  const path = await logsOf(context)?.find(target)
  if (path !== undefined) return [path]
  context.err(`this machine has no event log of ${target}; see record.events`)
  return []
}

const everyLog = async (
  context: CommandContext,
  { all, customer, since }: ReplayOptions,
): Promise<readonly string[]> => {
  const paths = typeof all === 'string'
    ? [...await logsIn(all), ...await createEventLogs(files, all).all(customer)]
    : await logsOf(context)?.all(customer) ?? []
  const wanted: string[] = []
  for (const path of paths) {
    if (since === undefined || (await files.changedAt(path) ?? 0) >= since) wanted.push(path)
  }
  if (wanted.length === 0) context.err('there are no event logs to replay; see record.events')
  return wanted
}

/** Logs that lie in a folder themselves. */
const logsIn = async (folder: string): Promise<readonly string[]> =>
  (await files.list(folder)).filter((name) => name.endsWith('.jsonl')).toSorted()
    .map((name) => `${folder}/${name}`)

/** The event logs in the data folder of this machine. */
const logsOf = (context: CommandContext): CallFiles | undefined => {
  // Who looks at logs needs none of the keys that a service in production does.
  const parsed = parseEnvironment({ ...context.variables, NODE_ENV: undefined })
  if ('environment' in parsed) {
    return createEventLogs(files, eventLogsIn(parsed.environment.dataFolder))
  }
  for (const { variable, message } of parsed.problems) context.err(`${variable} ${message}`)
}

const replayAll = async (
  context: CommandContext,
  paths: readonly string[],
  { all, differences, json }: ReplayOptions,
): Promise<ExitCode> => {
  const counts = { same: 0, differ: 0, unreadable: 0 }
  for (const [at, path] of paths.entries()) {
    const log = await replayFile(path)
    const verdict = log.is === 'unreadable'
      ? 'unreadable'
      : log.differences.length === 0
      ? 'same'
      : 'differ'
    counts[verdict] += 1
    if (json) context.out(replayAsJson(path, log))
    else if (all === undefined || verdict !== 'same') {
      for (const line of describeReplay(path, log, differences)) context.out(line)
    }
    if (all !== undefined && context.isTerminal && (at + 1) % PROGRESS_EVERY === 0) {
      context.err(`${at + 1} of ${countOf(paths.length, 'call')}, ${counts.differ} differ`)
    }
  }
  if (all !== undefined && !json) {
    const { same, differ, unreadable } = counts
    context.out(
      `${
        countOf(paths.length, 'call')
      }: ${same} same, ${differ} differ, ${unreadable} cannot be read`,
    )
  }
  if (counts.unreadable > 0) return 2
  return counts.differ > 0 ? 1 : 0
}

const replayFile = async (path: string): Promise<ReplayedLog> => {
  try {
    return replayLog(await files.readText(path))
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { is: 'unreadable', line: 1, problem }
  }
}
