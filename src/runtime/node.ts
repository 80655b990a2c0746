/** Node: `node:http` with hono's request listener, `ws` for sockets in both directions. */
import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import process from 'node:process'
import { WebSocketServer } from 'ws'
import { connect, rawOf } from './connect.ts'
import type { Connection, Runtime, ServeOptions, Server } from './runtime.ts'
import { guardSocket, type Socket, type SocketEvents } from './socket.ts'

// An import reads all that a module has, and a name of this one brings the whole of `fetch`, which takes longer than the rest.
const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http')

const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024

// --- server ---

const serve = (options: ServeOptions): Promise<Server> => {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  // `ws` itself would report a longer message as an error and 1006; the guard closes with a code that says why.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4 * maxMessageBytes })
  const answer = listenerOf(options)
  const server = createServer(async (request, response) => (await answer())(request, response))
  server.on('upgrade', (request, stream, head) => {
    upgrade(options, maxMessageBytes, sockets, { request, stream, head })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.hostname, () => {
      // Before anyone asks, but after the start has gone on in this turn.
      setImmediate(answer)
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address ? address.port : options.port,
        stop: () =>
          new Promise((stopped) => {
            for (const socket of sockets.clients) socket.terminate()
            server.close(() => stopped())
            server.closeAllConnections()
          }),
      })
    })
  })
}

/** Who asks first waits until it is loaded: it brings `fetch`, which a server need not have to listen. */
const listenerOf = ({ fetch }: ServeOptions) => {
  const load = async () => {
    const { getRequestListener } = await import('@hono/node-server')
    return getRequestListener(
      (request, { incoming }) =>
        fetch(request, { ...NO_UPGRADE, address: () => incoming.socket.remoteAddress }),
      // Its own kind of Response is not to become everybody's.
      { overrideGlobalObjects: false },
    )
  }
  let loaded: ReturnType<typeof load> | undefined
  return () => loaded ??= load()
}

const NO_UPGRADE: Connection = {
  accept: () => new Response('expected a WebSocket handshake', { status: 426 }),
}

type Handshake = Readonly<{ request: IncomingMessage; stream: Duplex; head: Buffer }>

/** Node hands an upgrade over before anyone has answered; the app answers, and only if it accepts the handshake is done. */
const upgrade = async (
  options: ServeOptions,
  maxMessageBytes: number,
  sockets: WebSocketServer,
  { request, stream, head }: Handshake,
): Promise<void> => {
  // The peer may tear the connection while the app thinks about it.
  stream.on('error', () => stream.destroy())
  let accepted: ((socket: Socket) => SocketEvents) | undefined
  const accept: Connection['accept'] = (open) => {
    accepted = open
    return new Response(null)
  }
  try {
    const address = () => request.socket.remoteAddress
    const response = await options.fetch(requestOf(request), { accept, address })
    if (!accepted) return await refuse(stream, response)
    const open = accepted
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const raw = { ...rawOf(socket), together: corked(stream) }
      const guarded = guardSocket(raw, maxMessageBytes, open)
      socket.on('message', (data, isBinary) => guarded.message(isBinary ? data : String(data)))
      socket.on('error', () => {})
      socket.on('close', (code, reason) => guarded.closed(code, String(reason)))
      guarded.opened()
    })
  } catch {
    await refuse(stream, new Response('internal error', { status: 500 }))
  }
}

/** Node hands over what was written while a stream was corked in one call of the kernel. */
const corked = (stream: Duplex) => (action: () => void): void => {
  stream.cork()
  try {
    action()
  } finally {
    stream.uncork()
  }
}

const requestOf = ({ url, headers, rawHeaders }: IncomingMessage): Request => {
  const pairs: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at], rawHeaders[at + 1]])
  const base = `http://${headers.host ?? 'localhost'}`
  return new Request(URL.canParse(url ?? '', base) ? new URL(url ?? '', base) : base, {
    headers: pairs,
  })
}

const refuse = async (stream: Duplex, response: Response): Promise<void> => {
  const body = await response.text()
  const status = `${response.status} ${STATUS_CODES[response.status] ?? ''}`
  const type = response.headers.get('content-type') ?? 'text/plain'
  // A peer who does not hang up would keep the server from stopping.
  stream.once('finish', () => stream.destroy())
  stream.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${
      Buffer.byteLength(body)
    }\r\n` +
      `Connection: close\r\n\r\n${body}`,
  )
}

// --- runtime ---

export const runtime: Runtime = { name: 'node', version: process.versions.node, serve, connect }
