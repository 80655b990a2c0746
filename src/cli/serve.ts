/** `tandem serve`: answers calls until it is told to stop. */
import { startLog } from '../log.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { startAll } from './start.ts'

export type ServeOptions = Readonly<{ json?: true; pii?: true }>

/** Starts the service. It goes on after this has resolved, until the process is told to stop. */
export const serve = async (context: CommandContext, options: ServeOptions): Promise<ExitCode> => {
  const format = options.json || !context.isTerminal ? 'json' : 'text'
  const makeLog = (level: Parameters<typeof startLog>[0]['level']) =>
    startLog({ level, format, pii: options.pii === true, write: context.err })
  let stopService = () => {}
  const started = await startAll(context, context.variables, makeLog, {
    onDrainAsked: () => stopService(),
  })
  if (typeof started === 'number') return started
  const { service, isBuiltInModel, log, stop } = started
  let isStopping = false
  stopService = async () => {
    if (isStopping) return
    isStopping = true
    await stop()
    log.info('service.stopped')
    context.exitNow(0)
  }
  context.onStop(() => stopService())
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
  return 0
}
