/**
 * Opens outbound WebSockets by the runtime's own `new WebSocket(url, { headers })`.
 *
 * The web's API has no place for the status of a refused handshake, which decides whether to try again. Bun and Deno say it in
 * the text of the error; Node says nothing, so it does not use this.
 */
import type { ConnectOptions, Runtime } from './runtime.ts'
import { guardSocket, type RawSocket } from './socket.ts'

// What this file uses of the global one, whose second argument the web's types do not know.
declare const WebSocket: new (
  url: string,
  options: { headers: Record<string, string>; perMessageDeflate: boolean },
) => BuiltInSocket
type BuiltInSocket = {
  onopen: () => void
  onmessage: (event: { data: unknown }) => void
  onerror: (event: { message?: string }) => void
  onclose: (event: { code: number; reason: string }) => void
  send: (text: string) => void
  close: (code?: number, reason?: string) => void
  readonly bufferedAmount: number
  /** Bun's alone. */
  terminate?: () => void
}

const DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024

export const connect: Runtime['connect'] = (url, options, events) => {
  const { timeoutMs, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options
  const socket = open(url, options)
  const guarded = guardSocket(rawOf(socket), maxMessageBytes, () => events, events)
  const patience = setTimeout(() => {
    socket.close()
    guarded.closed(1006, `no handshake in ${timeoutMs} ms`)
  }, timeoutMs)
  let failure = ''
  socket.onopen = () => {
    clearTimeout(patience)
    guarded.opened()
  }
  socket.onmessage = ({ data }) => guarded.message(data)
  // An error comes before the close, and is where the status is.
  socket.onerror = ({ message }) => failure = message ?? ''
  socket.onclose = ({ code, reason }) => {
    clearTimeout(patience)
    guarded.closed(code, reason || failure, statusIn(failure))
  }
  return guarded.socket
}

// Deno offers no compression; Bun does unless it is told.
const open = (url: string, { headers = {} }: ConnectOptions): BuiltInSocket =>
  new WebSocket(url, { headers: { ...headers }, perMessageDeflate: false })

/** `... failed: Expected 101 status code: 429` on Bun, `... Invalid status code: 429` on Deno. */
const statusIn = (failure: string): number | undefined => {
  const status = /status code: (\d{3})\b/.exec(failure)?.[1]
  return status === undefined ? undefined : Number(status)
}

const rawOf = (socket: BuiltInSocket): RawSocket => ({
  send: (text) => {
    socket.send(text)
    return true
  },
  close: (code, reason) => socket.close(code, reason),
  // Deno and Node cannot tear a socket; the guard does not wait for it.
  terminate: () => socket.terminate ? socket.terminate() : socket.close(),
  bufferedBytes: () => socket.bufferedAmount,
})
