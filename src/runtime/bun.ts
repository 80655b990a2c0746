/** Bun: its own server and sockets; see `connect-own.ts` for the outbound leg. */
import { connect } from './connect-own.ts'
import type { Connection, Runtime, ServeOptions, Server } from './runtime.ts'
import { type GuardedSocket, guardSocket, type Socket, type SocketEvents } from './socket.ts'

// What this file uses of Bun.
type BunSocket = {
  data: SocketData
  send: (text: string) => number
  cork: (action: () => void) => void
  close: (code: number, reason: string) => void
  terminate: () => void
  getBufferedAmount: () => number
}
type SocketData = { open: (socket: Socket) => SocketEvents; guarded?: GuardedSocket }
type BunServer = {
  port: number
  requestIP: (request: Request) => Readonly<{ address: string }> | null
  upgrade: (request: Request, options: { data: SocketData }) => boolean
  stop: (closeActiveConnections: boolean) => Promise<void>
}
declare const Bun: {
  version: string
  serve: (options: {
    hostname: string
    port: number
    idleTimeout: number
    fetch: (request: Request, server: BunServer) => Response | Promise<Response>
    error: (error: Error) => Response
    websocket: {
      maxPayloadLength: number
      open: (socket: BunSocket) => void
      message: (socket: BunSocket, data: string | Uint8Array) => void
      close: (socket: BunSocket, code: number, reason: string) => void
    }
  }) => BunServer
}

const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024

// --- server ---

// A taken port is thrown: the promise makes a rejection of it.
const serve = (options: ServeOptions): Promise<Server> =>
  new Promise((resolve) => {
    const server = start(options)
    resolve({ port: server.port, stop: () => server.stop(true) })
  })

const start = (options: ServeOptions): BunServer => {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  return Bun.serve({
    hostname: options.hostname,
    port: options.port,
    // Event streams are quiet for longer than Bun's 10 s.
    idleTimeout: 120,
    fetch: (request, server) => options.fetch(request, connectionOf(request, server)),
    error: () => new Response('internal error', { status: 500 }),
    websocket: {
      // Bun itself would end a longer message with 1006; the guard closes with a code that says why.
      maxPayloadLength: 4 * maxMessageBytes,
      open: (socket) => {
        const guarded = guardSocket(rawOf(socket), maxMessageBytes, socket.data.open)
        socket.data.guarded = guarded
        guarded.opened()
      },
      message: (socket, data) => socket.data.guarded?.message(data),
      close: (socket, code, reason) => socket.data.guarded?.closed(code, reason),
    },
  })
}

const connectionOf = (request: Request, server: BunServer): Connection => ({
  accept: (open) =>
    server.upgrade(request, { data: { open } })
      ? new Response(null)
      : new Response('expected a WebSocket handshake', { status: 426 }),
  address: () => server.requestIP(request)?.address,
})

// --- sockets ---

const rawOf = (socket: BunSocket) => ({
  // 0 says that the message was dropped, or had no bytes; -1 that it waits.
  send: (text: string) => socket.send(text) !== 0 || text === '',
  together: (action: () => void) => socket.cork(action),
  close: (code: number, reason: string) => socket.close(code, reason),
  terminate: () => socket.terminate(),
  bufferedBytes: () => socket.getBufferedAmount(),
})

// --- runtime ---

export const runtime: Runtime = { name: 'bun', version: Bun.version, serve, connect }
