/**
 * One text WebSocket that behaves the same on Bun, Deno and Node, whoever opened it.
 *
 * The runtimes disagree on nearly everything around the edges: a lost peer is close code 1006 here and 0 there, `close`
 * arrives twice, an exception in a handler may kill the process, a peer that never answers a close holds the socket for half
 * a minute. `guardSocket` is the one place where that is made equal.
 */

/** What we may do with a socket. Sending on one that is not open and closing it again do nothing. */
export type Socket = Readonly<{
  /** Queues one text message; false when it was dropped because the socket is not open. */
  send: (text: string) => boolean
  /** Runs `action`, and hands the network all that it sends in one piece, where the runtime can. */
  together: (action: () => void) => void
  /** Starts the closing handshake. `code` is 1000 or 3000-4999. Also ends a socket that is still connecting. */
  close: (code?: number, reason?: string) => void
  /** Ends it at once and without a handshake, as a lost network would; Deno's own sockets can only close. */
  terminate: () => void
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

/** What a runtime's own socket can do; the rest is made of this. */
export type RawSocket = Readonly<{
  /** False when the runtime refused the message. */
  send: (text: string) => boolean
  /** Absent where each message is handed over by itself. */
  together?: (action: () => void) => void
  close: (code: number, reason: string) => void
  /** Ends it without a handshake, where the runtime can. */
  terminate: () => void
  bufferedBytes: () => number
}>

/** What a runtime reports of its socket, as often and in whatever order it likes. */
export type GuardedSocket = Readonly<{
  socket: Socket
  opened: () => void
  /** Binary messages are nothing either of our peers sends, and are ignored. */
  message: (data: unknown) => void
  closed: (code: number, reason: string, httpStatus?: number) => void
}>

/** How long a peer may take to answer our close. */
const CLOSING_MS = 2_000

/** Close code for a message over the limit, which the three report in three ways. */
const TOO_BIG = 4009

/** Close code for an exception in the owner's handler. */
const FAULT = 4500

/**
 * Makes a runtime's socket safe. Who listens is asked once it is open; a socket that we opened ourselves has `listener` before
 * that, because it may never get there.
 */
export const guardSocket = (
  raw: RawSocket,
  maxMessageBytes: number,
  listen: (socket: Socket) => SocketEvents,
  listener?: SocketEvents,
): GuardedSocket => {
  let events = listener
  let state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting'
  let ownClose: SocketClose | undefined
  let closing: ReturnType<typeof setTimeout> | undefined

  const finish = (close: SocketClose) => {
    if (state === 'closed') return
    state = 'closed'
    clearTimeout(closing)
    protect(() => events?.closed(close))
  }

  const close = (code = 1000, reason = '') => {
    if (state === 'closing' || state === 'closed') return
    // A socket that is still connecting has no handshake to close by.
    if (state === 'open') ownClose = { code, reason }
    state = 'closing'
    closing = setTimeout(terminate, CLOSING_MS)
    raw.close(code, reason)
  }

  const terminate = () => {
    if (state === 'closed') return
    // First told, then done: Bun reports the close from within.
    finish({ code: 1006, reason: 'terminated' })
    raw.terminate()
  }

  const protect = (handler: () => void) => {
    try {
      handler()
    } catch (error) {
      fault(error)
    }
  }

  const fault = (error: unknown) => {
    console.error('socket.fault', error)
    close(FAULT, 'internal error')
  }

  const socket: Socket = {
    send: (text) => state === 'open' && raw.send(text),
    together: raw.together ?? ((action) => action()),
    close,
    terminate,
    bufferedBytes: raw.bufferedBytes,
  }

  return {
    socket,
    opened: () => {
      if (state !== 'connecting') return
      state = 'open'
      protect(() => {
        events = listen(socket)
        events.opened?.()
      })
    },
    message: (data) => {
      if (state !== 'open' || typeof data !== 'string') return
      if (data.length > maxMessageBytes) return close(TOO_BIG, 'message too big')
      // As `protect`, without a closure for each message.
      try {
        events?.message(data)
      } catch (error) {
        fault(error)
      }
    },
    closed: (code, reason, httpStatus) => {
      const isLost = code === 0 || code === 1006
      // After our own close some runtimes call the answer a loss, or do not repeat the code.
      if (ownClose && (isLost || code === 1005)) return finish(ownClose)
      finish({
        code: isLost ? 1006 : code,
        reason,
        ...(httpStatus === undefined ? {} : { httpStatus }),
      })
    },
  }
}
