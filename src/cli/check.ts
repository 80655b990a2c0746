/** `tandem check`: says who answers which number and what is wrong with the configuration. */
import { checkReport } from '../config/check.ts'
import { holds } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import * as files from '../runtime/files.ts'
import type { CommandContext, ExitCode } from './command.ts'

/** Reads the configuration in a folder and prints what it is, or what is wrong with it. */
export const check = async (
  context: CommandContext,
  folder: string,
  options: Readonly<{ json?: true }>,
): Promise<ExitCode> => {
  const loaded = await loadConfig(files, folder, holds(context.variables))
  const problems = 'problems' in loaded ? loaded.problems : []
  if (options.json) {
    const customers = 'config' in loaded ? loaded.config.customers : []
    const lines = customers.flatMap(({ numbers, id, name, version, agent }) =>
      numbers.map((number) => ({ number, customer: id, name, version, ...linesOf(agent) }))
    )
    context.out(JSON.stringify({ lines, problems, warnings: loaded.warnings }))
  } else {
    for (const line of checkReport(loaded)) context.out(line)
  }
  return problems.length > 0 ? 2 : 0
}

const linesOf = ({ model, voice, audio }: { model: string; voice: string; audio: string }) => ({
  model,
  voice,
  audio,
})
