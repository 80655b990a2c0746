/** `tandem check`: says who answers which number and what is wrong with the configuration. */
import type { Command } from 'commander'
import { checkReport } from '../config/check.ts'
import { loadConfig } from '../config/load.ts'
import * as files from '../runtime/files.ts'
import type { CommandContext, ExitCode } from './command.ts'

/** Adds the command to the program. */
export const addCheck = (
  program: Command,
  context: CommandContext,
  exit: (code: ExitCode) => void,
) =>
  program.command('check')
    .description('check the configuration: each line and its agent, each mistake with its place')
    .argument('[folder]', 'the configuration', context.variables.TANDEM_CONFIG ?? './config')
    .option('--json', 'write one JSON object')
    .action(async (folder: string, options: { json?: true }) => {
      const loaded = await loadConfig(files, folder)
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
      exit(problems.length > 0 ? 2 : 0)
    })

const linesOf = ({ model, voice, audio }: { model: string; voice: string; audio: string }) => ({
  model,
  voice,
  audio,
})
