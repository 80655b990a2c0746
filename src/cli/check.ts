/** `tandem check`: says who answers which number and what is wrong with the configuration. */
import { checkReport } from '../config/check.ts'
import { holds } from '../config/environment.ts'
import type { Customer } from '../config/config.ts'
import { type Hours, openAt } from '../config/hours/hours.ts'
import { loadConfig } from '../config/load.ts'
import { withDocuments } from '../knowledge/documents.ts'
import * as files from '../runtime/files.ts'
import type { CommandContext, ExitCode } from './command.ts'

/** Reads the configuration in a folder and prints what it is, or what is wrong with it. */
export const check = async (
  context: CommandContext,
  folder: string,
  options: Readonly<{ json?: true }>,
): Promise<ExitCode> => {
  const loaded = await loadConfig(withDocuments(files), folder, holds(context.variables))
  const problems = 'problems' in loaded ? loaded.problems : []
  if (options.json) {
    const customers = 'config' in loaded ? loaded.config.customers : []
    const lines = customers.flatMap((customer) =>
      customer.numbers.map((number) => ({ number, ...lineOf(customer, Date.now()) }))
    )
    context.out(JSON.stringify({ lines, problems, warnings: loaded.warnings }))
  } else {
    for (const line of checkReport(loaded, Date.now())) context.out(line)
  }
  return problems.length > 0 ? 2 : 0
}

const lineOf = ({ id, name, version, agent, listen, hours }: Customer, wallMs: number) => ({
  customer: id,
  name,
  version,
  ...(listen ? { listen } : { model: agent.model, voice: agent.voice, audio: agent.audio }),
  ...(hours ? { hours: openingOf(hours, wallMs) } : {}),
})

const openingOf = (hours: Hours, wallMs: number) => {
  const { isOpen, changesAtMs } = openAt(hours, wallMs)
  return {
    isOpen,
    ...(changesAtMs === undefined ? {} : { changesAt: new Date(changesAtMs).toISOString() }),
  }
}
