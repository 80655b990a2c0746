/**
 * A network in memory: servers and sockets as a runtime has them, on a virtual clock. Whatever is served here runs as it would on a
 * real port, and a message takes as long as it does between two data centres of one city.
 */
import type { Connection, Runtime, ServeOptions } from '../../runtime/runtime.ts'
import type { Socket, SocketEvents } from '../../runtime/socket.ts'
import type { VirtualClock } from './clock.ts'
import { createSocketPair } from './socket-pair.ts'

export type VirtualNetwork =
  & Pick<Runtime, 'serve' | 'connect'>
  & Readonly<{
    /** Asks a server of this network. Rejects, as `fetch` does, where nobody listens. */
    fetch: (url: string, init: RequestInit) => Promise<Response>
  }>

const LATENCY_MS = 10

/** Makes a network with nobody on it. */
export const createVirtualNetwork = (clock: VirtualClock): VirtualNetwork => {
  const servers = new Map<number, ServeOptions['fetch']>()
  let nextPort = 1

  const serverOf = (url: string) => servers.get(Number(new URL(url).port))

  /** A handler may do real things, such as loading a library. */
  const answer = async (
    server: ServeOptions['fetch'],
    request: Request,
    connection: Connection,
  ): Promise<Response> => {
    const answered = clock.outside()
    try {
      return await server(request, connection)
    } finally {
      answered()
    }
  }

  return {
    serve: (options) => {
      const port = options.port || nextPort++
      servers.set(port, options.fetch)
      return Promise.resolve({
        port,
        stop: () => {
          servers.delete(port)
          return Promise.resolve()
        },
      })
    },
    connect: (url, { headers, timeoutMs }, events) => {
      const server = serverOf(url)
      return openSocket(clock, events, timeoutMs, (connection) => {
        if (!server) return Promise.resolve(undefined)
        const request = new Request(url.replace(/^ws/, 'http'), {
          headers: { ...headers, upgrade: 'websocket' },
        })
        return answer(server, request, connection)
      })
    },
    fetch: async (url, init) => {
      const server = serverOf(url)
      if (!server) throw new TypeError(`nobody listens at ${url}`)
      return await answer(server, new Request(url, init), NO_UPGRADE)
    },
  }
}

const NO_UPGRADE: Connection = {
  accept: () => new Response('expected a WebSocket handshake', { status: 426 }),
}

/** Does the opening handshake and joins the two ends, unless it takes too long or is given up first. */
const openSocket = (
  clock: VirtualClock,
  events: SocketEvents,
  timeoutMs: number,
  ask: (connection: Connection) => Promise<Response | undefined>,
): Socket => {
  const [here, there] = createSocketPair(clock, LATENCY_MS)
  let isOpen = false
  let isOver = false

  const fail = (reason: string, httpStatus?: number) => {
    if (isOpen || isOver) return
    isOver = true
    cancelTimeout()
    events.closed({ code: 1006, reason, ...(httpStatus === undefined ? {} : { httpStatus }) })
  }
  const cancelTimeout = clock.after(timeoutMs, () => fail('timeout'))

  let open: ((socket: Socket) => SocketEvents) | undefined
  const accept: Connection['accept'] = (accepted) => {
    open = accepted
    return new Response(null)
  }
  const shakeHands = async () => {
    const response = await ask({ accept })
    if (isOver) return
    if (!response) return fail('nobody listens there')
    if (!open) return fail('refused', response.status)
    cancelTimeout()
    isOpen = true
    there.listen(open(there.socket))
    here.listen(events)
  }
  clock.after(2 * LATENCY_MS, () => void shakeHands())

  const give = (end: () => void) => () => isOpen ? end() : fail('given up')
  return {
    send: (text) => isOpen && here.socket.send(text),
    together: here.socket.together,
    close: (code, reason) => give(() => here.socket.close(code, reason))(),
    terminate: give(here.socket.terminate),
    bufferedBytes: here.socket.bufferedBytes,
  }
}
