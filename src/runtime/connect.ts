/**
 * Opens outbound WebSockets by `ws`, which tells the status of a refused handshake: it decides whether to try again.
 *
 * Node's way; on Bun and Deno it stands in where their own says nothing (`connect-own.ts`). What the ways cost is in `bench/README.md`.
 */
import { WebSocket } from 'ws'
import { unusable } from './connect-unusable.ts'
import type { ConnectOptions, Runtime } from './runtime.ts'
import { guardSocket, type RawSocket } from './socket.ts'

const DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024

export const connect: Runtime['connect'] = (url, options, events) => {
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options
  const socket = open(url, options, maxMessageBytes)
  if (socket instanceof Error) return unusable(events, socket.message)
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

/** An address or a header that cannot be sent is thrown by `ws`; what it says of a header is its name alone. */
const open = (
  url: string,
  { headers, timeoutMs }: ConnectOptions,
  maxMessageBytes: number,
): WebSocket | Error => {
  try {
    return new WebSocket(url, {
      headers: { ...headers },
      handshakeTimeout: timeoutMs,
      // `ws` itself would end a longer message with 1006; the guard closes with a code that says why.
      maxPayload: 4 * maxMessageBytes,
      perMessageDeflate: false,
    })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
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
