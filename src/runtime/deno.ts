/** Deno: its own server and sockets; see `connect-own.ts` for the outbound leg. */
import { connect } from './connect-own.ts'
import type { Connection, Runtime, ServeOptions, Server } from './runtime.ts'
import { guardSocket, type RawSocket } from './socket.ts'

// What this file uses of Deno.
type DenoServer = { addr: { port: number }; finished: Promise<void> }
declare const Deno: {
  version: { deno: string }
  serve: (
    options: {
      hostname: string
      port: number
      signal: AbortSignal
      onListen: () => void
      onError: (error: unknown) => Response
    },
    handler: (
      request: Request,
      info: Readonly<{ remoteAddr: Readonly<{ hostname: string }> }>,
    ) => Response | Promise<Response>,
  ) => DenoServer
  upgradeWebSocket: (
    request: Request,
    options: { idleTimeout: number },
  ) => { socket: WebSocket; response: Response }
}

const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024

// --- server ---

// A taken port is thrown: the promise makes a rejection of it.
const serve = (options: ServeOptions): Promise<Server> =>
  new Promise((resolve) => {
    // Deno's own `shutdown` would wait for event streams, which have no end.
    const stopping = new AbortController()
    const server = start(options, stopping.signal)
    const { port } = server.addr
    const finished = listenOn(server, () => start({ ...options, port }, stopping.signal), stopping)
    const stop = () => {
      stopping.abort()
      return finished
    }
    resolve({ port, stop })
  })

const AGAIN_MS = 200

/**
 * Listens anew until it is stopped. Where no file can be opened any more, a connection that comes ends Deno's server, which the others
 * outlive; the sockets that are open stay, and whoever filled the table may leave again.
 */
const listenOn = async (
  first: DenoServer,
  startAgain: () => DenoServer,
  { signal }: AbortController,
): Promise<void> => {
  for (let server: DenoServer | undefined = first;;) {
    await server?.finished.catch(() => {})
    if (signal.aborted) return
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    if (signal.aborted) return
    server = attempt(startAgain)
  }
}

/** The table of files may be full still. */
const attempt = (startAgain: () => DenoServer): DenoServer | undefined => {
  try {
    return startAgain()
  } catch {
    return undefined
  }
}

const start = (options: ServeOptions, signal: AbortSignal): DenoServer => {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  return Deno.serve(
    {
      hostname: options.hostname,
      port: options.port,
      signal,
      onListen: () => {},
      onError: () => new Response('internal error', { status: 500 }),
    },
    (request, { remoteAddr }) =>
      options.fetch(request, {
        ...connectionOf(request, maxMessageBytes),
        address: () => remoteAddr.hostname,
      }),
  )
}

const connectionOf = (request: Request, maxMessageBytes: number): Connection => ({
  accept: (open) => {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
      return new Response('expected a WebSocket handshake', { status: 426 })
    }
    // No pings: Deno leaves their timer running when a close is cut short, and that keeps the process for a minute. The owner of a
    // socket knows better when silence means that the peer is gone.
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 })
    const guarded = guardSocket(rawOf(socket), maxMessageBytes, open)
    socket.onopen = () => guarded.opened()
    socket.onmessage = ({ data }) => guarded.message(data)
    // An error comes before the close and says less.
    socket.onerror = () => {}
    // A lost peer is code 0 here, and `close` may come twice.
    socket.onclose = ({ code, reason }) => guarded.closed(code, reason)
    return response
  },
})

// --- sockets ---

const rawOf = (socket: WebSocket): RawSocket => ({
  send: (text) => {
    socket.send(text)
    return true
  },
  close: (code, reason) => socket.close(code, reason),
  // Deno cannot tear a socket; the guard does not wait for it.
  terminate: () => socket.close(),
  bufferedBytes: () => socket.bufferedAmount,
})

// --- runtime ---

export const runtime: Runtime = { name: 'deno', version: Deno.version.deno, serve, connect }
