/** `tandem serve`: answers calls until it is told to stop. */
import { messageOf } from '../errors.ts'
import { startLog } from '../log.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { startAll, type Started } from './start.ts'

export type ServeOptions = Readonly<{ json?: true; pii?: true }>

/** Starts the service. It goes on after this has resolved, until the process is told to stop. */
export const serve = async (context: CommandContext, options: ServeOptions): Promise<ExitCode> => {
  const format = options.json || !context.isTerminal ? 'json' : 'text'
  const makeLog = (level: Parameters<typeof startLog>[0]['level']) =>
    startLog({ level, format, pii: options.pii === true, write: context.err })
  const asked = Promise.withResolvers<void>()
  const unable = Promise.withResolvers<Error>()
  // Before the start: the first process of a container would otherwise not hear it until it is over.
  context.onStop(asked.resolve)
  const started = await startAll(context, context.variables, makeLog, {
    onDrainAsked: asked.resolve,
    onUnable: unable.resolve,
  })
  if (typeof started === 'number') return started
  const { service, isBuiltInModel, log } = started
  context.onHangUp(() => hangUp(context, started, asked.resolve))
  context.onFault((error) => log.error('service.fault', { error }))
  const end = once((code: ExitCode) => stop(context, started, code))
  void asked.promise.then(() => end(0))
  // No call can be on: nobody was ever answered.
  void unable.promise.then(({ message }) => {
    context.err(
      `cannot answer at ${service.url}: a part of the program cannot be loaded; install it again: ${message}`,
    )
    end(1)
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
  return 0
}

/** Whoever closes the terminal is gone; where there is none the configuration is meant, as with other servers. */
const hangUp = ({ isTerminal }: CommandContext, { service, log }: Started, end: () => void) => {
  if (isTerminal) return end()
  log.info('config.read-again')
  void service.readConfigAgain()
}

const stop = async (context: CommandContext, started: Started, code: ExitCode): Promise<void> => {
  const problem = await started.stop().then(() => undefined, messageOf)
  if (problem === undefined) started.log.info('service.stopped')
  else started.log.error('service.not-stopped', { problem })
  context.exitOnceRead(problem === undefined ? code : 1)
}

const once = <Given>(action: (given: Given) => unknown) => {
  let isDone = false
  return (given: Given): void => {
    if (isDone) return
    isDone = true
    action(given)
  }
}
