/**
 * One text WebSocket that behaves the same on Bun, Deno and Node, whoever opened it.
 *
 * The runtimes disagree on nearly everything around the edges: a lost peer is close code 1006 here and 0 there, `close`
 * arrives twice, an exception in a handler may kill the process. `guardSocket` is the one place where that is made equal.
 */

/** What we may do with a socket. Sending on a closed one and closing it again do nothing. */
export type Socket = Readonly<{
  /** Queues one text message; false when the socket is no longer open and the message was dropped. */
  send: (text: string) => boolean
  /** Starts the closing handshake. `code` is 1000 or 3000-4999. Also ends a socket that is still connecting. */
  close: (code?: number, reason?: string) => void
  /** Bytes accepted by `send` that the network has not taken yet. */
  bufferedBytes: () => number
}>

/** How a socket ended. 1006 stands for every end without a closing handshake. */
export type SocketClose = Readonly<{
  code: number
  reason: string
  /** The HTTP status of an opening handshake that was refused. */
  httpStatus?: number
}>

/** What a socket tells its owner: `opened` at most once, then messages, then `closed` exactly once and nothing after it. */
export type SocketEvents = Readonly<{
  opened?: () => void
  message: (text: string) => void
  closed: (close: SocketClose) => void
}>
