/**
 * Node: `node:http`, and for what comes in by it `node-traffic.ts`. That is loaded when the port is open: it brings `fetch` and TLS,
 * which take longer to load than all that a server needs to listen.
 */
import process from 'node:process'
import { connectLater } from './connect-later.ts'
import type { createTraffic, Traffic } from './node-traffic.ts'
import type { Runtime } from './runtime.ts'

// An import would read each name of the module, and one of them brings `fetch`.
const { createServer } = process.getBuiltinModule('node:http')

// --- server ---

/** What is loaded once the port is open. */
type Later = () => Promise<Readonly<{ createTraffic: typeof createTraffic }>>

/** Makes a `serve` of the code for what comes in, which need not be there yet. */
export const serveBy = (load: Later): Runtime['serve'] => (options) => {
  const loadTraffic = async (): Promise<Traffic | undefined> => {
    try {
      return (await load()).createTraffic(options)
    } catch (error) {
      options.onUnable?.(error instanceof Error ? error : new Error(String(error)))
      return undefined
    }
  }
  let loading: ReturnType<typeof loadTraffic> | undefined
  const traffic = () => loading ??= loadTraffic()
  const server = createServer(async (request, response) => {
    const loaded = await traffic()
    if (loaded) return await loaded.answer(request, response)
    response.writeHead(503, { connection: 'close' }).end('cannot answer')
  })
  server.on('upgrade', async (request, stream, head) => {
    // The peer may tear the connection while the app thinks about it.
    stream.on('error', () => stream.destroy())
    const loaded = await traffic()
    if (loaded) return await loaded.upgrade({ request, stream, head })
    stream.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
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
          const loaded = await traffic()
          loaded?.hangUp()
          await new Promise<void>((stopped) => {
            server.close(() => stopped())
            server.closeAllConnections()
          })
        },
      })
    })
  })
}

const serve = serveBy(async () => {
  // A service that could open no socket would answer calls, and have nobody to talk to them.
  const [traffic] = await Promise.all([import('./node-traffic.ts'), import('./connect.ts')])
  return traffic
})

// --- sockets ---

const connect = connectLater(async () => (await import('./connect.ts')).connect)

// --- runtime ---

export const runtime: Runtime = { name: 'node', version: process.versions.node, serve, connect }
