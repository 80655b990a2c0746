/** `tandem serve`: answers calls until it is told to stop. */
import type { Command } from 'commander'
import { startLog } from '../log.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { startAll } from './start.ts'

/** Adds the command to the program. */
export const addServe = (
  program: Command,
  context: CommandContext,
  exit: (code: ExitCode) => void,
) =>
  program.command('serve')
    .description('answer calls; prints one line of JSON when it listens')
    .option('--json', 'write the log as JSON lines (the default when no terminal reads it)')
    .option('--pii', 'keep what callers say in the log')
    .action(async (options: { json?: true; pii?: true }) => {
      const format = options.json || !context.isTerminal ? 'json' : 'text'
      const makeLog = (level: Parameters<typeof startLog>[0]['level']) =>
        startLog({ level, format, pii: options.pii === true, write: context.err })
      const started = await startAll(context, context.variables, makeLog)
      if (typeof started === 'number') return exit(started)
      const { service, isBuiltInModel, log, stop } = started
      context.onStop(async () => {
        log.info('service.stopping', { calls: service.exchange.count() })
        await stop()
        log.info('service.stopped')
        context.exitNow(0)
      })
      context.out(JSON.stringify({
        event: 'listening',
        url: service.url,
        port: service.port,
        publicUrl: service.publicUrl,
        machine: service.machine,
        runtime: context.runtime.name,
        version: context.runtime.version,
        model: isBuiltInModel ? 'built-in' : 'openai',
      }))
      if (isBuiltInModel) {
        log.warn('service.built-in-model', {
          hint: 'no OPENAI_API_KEY: the built-in parrot answers every call',
        })
      }
    })
