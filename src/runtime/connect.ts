/**
 * Opens outbound WebSockets by `ws`, on every runtime: it alone tells the status of a refused handshake, which decides whether
 * to try again. What that costs against the built-in sockets is measured in `bench/`.
 */
import { WebSocket } from 'ws'
import type { Runtime } from './runtime.ts'
import { guardSocket, type RawSocket } from './socket.ts'

const DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024

export const connect: Runtime['connect'] = (url, options, events) => {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  const socket = new WebSocket(url, {
    headers: { ...options.headers },
    handshakeTimeout: options.timeoutMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  })
  const guarded = guardSocket(rawOf(socket), maxMessageBytes, () => events, events)
  let failure = ''
  socket.on('open', () => guarded.opened())
  socket.on('message', (data, isBinary) => guarded.message(isBinary ? data : String(data)))
  // Whoever listens to this has to end the request, and is told of no close afterwards.
  socket.on('unexpected-response', (request, response) => {
    request.destroy()
    guarded.closed(1006, `HTTP ${response.statusCode}`, response.statusCode)
  })
  socket.on('error', (error) => failure = error.message)
  socket.on('close', (code, reason) => guarded.closed(code, String(reason) || failure))
  return guarded.socket
}

/** What the guard needs of a socket of `ws`. */
export const rawOf = (socket: WebSocket): RawSocket => ({
  send: (text) => {
    socket.send(text)
    return true
  },
  close: (code, reason) => socket.close(code, reason),
  terminate: () => socket.terminate(),
  bufferedBytes: () => socket.bufferedAmount,
})
