/**
 * Node: `node:http`, and for what comes in by it `node-traffic.ts`. That is loaded when the port is open: it brings `fetch` and TLS,
 * which take longer to load than all that a server needs to listen.
 */
import process from 'node:process'
import { connectLater } from './connect-later.ts'
import type { Runtime, ServeOptions, Server } from './runtime.ts'

// An import would read each name of the module, and one of them brings `fetch`.
const { createServer } = process.getBuiltinModule('node:http')

// --- server ---

const serve = (options: ServeOptions): Promise<Server> => {
  const load = async () => (await import('./node-traffic.ts')).createTraffic(options)
  let loading: ReturnType<typeof load> | undefined
  const traffic = () => loading ??= load()
  const server = createServer(async (request, response) =>
    (await traffic()).answer(request, response)
  )
  server.on('upgrade', async (request, stream, head) => {
    // The peer may tear the connection while the app thinks about it.
    stream.on('error', () => stream.destroy())
    await (await traffic()).upgrade({ request, stream, head })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.hostname, () => {
      // Before anyone asks, but not before whoever started this has gone on.
      setImmediate(traffic)
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address ? address.port : options.port,
        stop: async () => {
          const { hangUp } = await traffic()
          hangUp()
          await new Promise<void>((stopped) => {
            server.close(() => stopped())
            server.closeAllConnections()
          })
        },
      })
    })
  })
}

// --- sockets ---

const connect = connectLater(async () => (await import('./connect.ts')).connect)

// --- runtime ---

export const runtime: Runtime = { name: 'node', version: process.versions.node, serve, connect }
