/** The port of the service, open before the rest is put together: not before that is the public address known. Who rings early waits. */
import type { Environment } from './config/environment.ts'
import { messageOf, StartError } from './errors.ts'
import type { Runtime, ServeOptions, Server } from './runtime/runtime.ts'

export type OpenPort = Readonly<{
  server: Server
  /** Answers all who have asked by now, and whoever asks from now on. */
  answerBy: (fetch: ServeOptions['fetch']) => void
}>

export type OpenPortOptions =
  & Pick<ServeOptions, 'onUnable'>
  & Readonly<{
    runtime: Pick<Runtime, 'serve'>
    environment: Pick<Environment, 'host' | 'port'>
  }>

/** Opens the port. Rejects with `StartError` where that cannot be done. */
export const openPort = async (
  { runtime, environment: { host, port }, onUnable }: OpenPortOptions,
): Promise<OpenPort> => {
  const answering = Promise.withResolvers<ServeOptions['fetch']>()
  let answer: ServeOptions['fetch'] = async (request, connection) =>
    (await answering.promise)(request, connection)
  const server = await runtime.serve({
    hostname: host,
    port,
    fetch: (request, connection) => answer(request, connection),
    ...(onUnable ? { onUnable } : {}),
  }).catch((cause) => {
    const problem = `cannot start on ${host}:${port}: ${messageOf(cause)}; ` +
      'HOST must be an address of this machine, and PORT one where nobody else listens'
    throw new StartError('cannot-listen', problem, { cause })
  })
  return {
    server,
    answerBy: (fetch) => {
      answer = fetch
      answering.resolve(fetch)
    },
  }
}
