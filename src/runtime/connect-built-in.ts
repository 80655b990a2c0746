/**
 * Opens outbound WebSockets by the runtime's own `new WebSocket(url, { headers })`, whose error text may or may not hold the
 * status of a refused handshake: the web's API has no place for it.
 */
import { unusable } from './connect-unusable.ts'
import type { ConnectOptions, Runtime } from './runtime.ts'
import { guardSocket, type RawSocket } from './socket.ts'

// What this file uses of the global one; the web's types do not know of headers.
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
  /** Bun alone has it. */
  terminate?: () => void
  readonly bufferedAmount: number
}

const DEFAULT_MAX_MESSAGE_BYTES = 16 * 1024 * 1024

export const connect: Runtime['connect'] = (url, options, events) => {
  const { timeoutMs, maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = options
  const socket = open(url, options)
  if (!socket) return unusable(events, 'the address or a header cannot be sent')
  const guarded = guardSocket(rawOf(socket), maxMessageBytes, () => events, events)
  const patience = setTimeout(() => {
    guarded.closed(1006, `no handshake in ${Math.round(timeoutMs)} ms`)
    socket.close()
  }, timeoutMs)
  let failure = ''
  socket.onopen = () => {
    clearTimeout(patience)
    guarded.opened()
  }
  socket.onmessage = ({ data }) => guarded.message(data)
  // The error comes before the close.
  socket.onerror = ({ message }) => failure = message ?? ''
  socket.onclose = ({ code, reason }) => {
    clearTimeout(patience)
    guarded.closed(code, reason || failure, statusIn(failure))
  }
  return guarded.socket
}

/** What the runtimes throw quotes the whole header, and with it the key, so it goes no further. */
const open = (url: string, { headers }: ConnectOptions): BuiltInSocket | undefined => {
  try {
    // Bun would offer to compress what is compressed already; the others never do.
    return new WebSocket(url, { headers: { ...headers }, perMessageDeflate: false })
  } catch {
    return undefined
  }
}

/**
 * Deno: `... Invalid status code: 429`, or over HTTP/2 `... Invalid status code 429 Too Many Requests`. Bun:
 * `... Expected 101 status code: 429`.
 */
const statusIn = (failure: string): number | undefined => {
  const status = /status code:? (\d{3})\b/.exec(failure)?.[1]
  return status === undefined ? undefined : Number(status)
}

const rawOf = (socket: BuiltInSocket): RawSocket => ({
  send: (text) => {
    socket.send(text)
    return true
  },
  close: (code, reason) => socket.close(code, reason),
  // The web's API cannot tear a socket; the guard does not wait for it.
  terminate: () => socket.terminate ? socket.terminate() : socket.close(),
  bufferedBytes: () => socket.bufferedAmount,
})
