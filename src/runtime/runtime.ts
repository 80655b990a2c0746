/**
 * What the program needs of the runtime it is on. `bun.ts`, `deno.ts` and `node.ts` implement it, with the same sections in
 * the same order; only `main.ts` (and the tests of the runtimes) chooses between them.
 */
import type { Socket, SocketEvents } from './socket.ts'

export type Runtime = Readonly<{
  name: 'bun' | 'deno' | 'node'
  version: string
  /** Starts an HTTP and WebSocket server; resolves once it listens. Rejects when the port is taken. */
  serve: (options: ServeOptions) => Promise<Server>
  /** Opens an outbound WebSocket. Never throws: a refused or timed out handshake arrives as `closed`. */
  connect: (url: string, options: ConnectOptions, events: SocketEvents) => Socket
}>

export type ServeOptions = Readonly<{
  hostname: string
  /** 0 takes any free port. */
  port: number
  fetch: (request: Request, connection: Connection) => Response | Promise<Response>
  /**
   * Told when it listens and will never answer anybody, because the code for it, which is loaded after the port is open, cannot be
   * loaded. Whoever asks is answered 503 then.
   */
  onUnable?: (error: Error) => void
  /** A longer message from a peer closes its socket; default 64 KiB. */
  maxMessageBytes?: number
}>

/** The connection a request came on: how a handler turns the request into a WebSocket. */
export type Connection = Readonly<{
  /** Upgrades this request. Return the response it gives; `open` runs once the socket is open. */
  accept: (open: (socket: Socket) => SocketEvents) => Response
  /** Whom it comes from: the IP address of the peer, or of the proxy before it. Absent for a request made within the process. */
  address?: () => string | undefined
}>

export type Server = Readonly<{
  port: number
  /** Stops listening, closes the sockets that are left, and resolves when nothing of the server runs any more. */
  stop: () => Promise<void>
}>

export type ConnectOptions = Readonly<{
  headers?: Readonly<Record<string, string>>
  /** How long the handshake may take; then `closed` with code 1006. */
  timeoutMs: number
  /** A longer message from the peer closes the socket; default 16 MiB. */
  maxMessageBytes?: number
}>
