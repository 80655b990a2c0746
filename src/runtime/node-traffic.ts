/** What comes in on Node: requests by hono's listener, sockets by `ws`. `node.ts` says why it is a file of its own. */
import { Buffer } from 'node:buffer'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { WebSocketServer } from 'ws'
import { rawOf } from './connect.ts'
import type { Connection, ServeOptions } from './runtime.ts'
import { guardSocket, type Socket, type SocketEvents } from './socket.ts'

/** What a server of Node does with what it gets. */
export type Traffic = Readonly<{
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** The owner of the stream takes its errors. */
  upgrade: (handshake: Handshake) => Promise<void>
  /** Ends the sockets that are left. */
  hangUp: () => void
}>

/** A request that asks to be a socket. */
export type Handshake = Readonly<{ request: IncomingMessage; stream: Duplex; head: Buffer }>

const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024

/** Makes it for one server. */
export const createTraffic = (options: ServeOptions): Traffic => {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  // `ws` itself would report a longer message as an error and 1006; the guard closes with a code that says why.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4 * maxMessageBytes })
  return {
    answer: getRequestListener(
      (request, { incoming }) =>
        options.fetch(realOf(request), {
          ...NO_UPGRADE,
          address: () => incoming.socket.remoteAddress,
        }),
      // Its own kind of Response is not to become everybody's.
      { overrideGlobalObjects: false },
    ),
    upgrade: (handshake) => upgrade(options, maxMessageBytes, sockets, handshake),
    hangUp: () => {
      for (const socket of sockets.clients) socket.terminate()
    },
  }
}

/** hono makes a new request of one whose length is not told, to limit it, and only of a real one can another be made. */
const realOf = (request: Request): Request => {
  const hasNoBody = request.method === 'GET' || request.method === 'HEAD'
  return hasNoBody || request.headers.has('content-length') ? request : request.clone()
}

const NO_UPGRADE: Connection = {
  accept: () => new Response('expected a WebSocket handshake', { status: 426 }),
}

/** Node hands an upgrade over before anyone has answered; the app answers, and only if it accepts the handshake is done. */
const upgrade = async (
  options: ServeOptions,
  maxMessageBytes: number,
  sockets: WebSocketServer,
  { request, stream, head }: Handshake,
): Promise<void> => {
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
