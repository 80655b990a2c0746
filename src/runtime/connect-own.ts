/**
 * Opens outbound WebSockets on Deno and Bun: by their own, because `ws` costs Deno nearly twice the CPU and Bun a copy of every
 * message (`bench/README.md`).
 *
 * What they do not always do is to say why a handshake was refused: over TLS Deno asks a second time by HTTP/2 and tells of that
 * failure alone. Then `ws` asks once more, for the status.
 */
import { connect as connectBuiltIn } from './connect-built-in.ts'
import type { Runtime } from './runtime.ts'
import type { Socket, SocketClose } from './socket.ts'

type Connect = Runtime['connect']

/** Makes a `connect` of what loads `ws`, should it be needed. */
export const connectBy = (loadWs: () => Promise<Connect>): Connect => (url, options, events) => {
  const giveUpAtMs = performance.now() + options.timeoutMs
  let phase: 'connecting' | 'open' | 'given-up' = 'connecting'
  let socket: Socket = connectBuiltIn(url, options, {
    opened: () => {
      phase = 'open'
      events.opened?.()
    },
    message: events.message,
    closed: (close) => {
      const isExplained = phase !== 'connecting' || close.httpStatus !== undefined
      if (isExplained) events.closed(close)
      else void askAgain(close)
    },
  })

  const askAgain = async (close: SocketClose): Promise<void> => {
    // Where it cannot be loaded nobody can say more.
    const connectByWs = await loadWs().catch(() => undefined)
    const timeoutMs = giveUpAtMs - performance.now()
    if (!connectByWs || phase === 'given-up' || timeoutMs < 1) events.closed(close)
    else socket = connectByWs(url, { ...options, timeoutMs }, events)
  }

  const giveUp = (): void => {
    if (phase === 'connecting') phase = 'given-up'
  }
  return {
    send: (text) => socket.send(text),
    together: (action) => socket.together(action),
    close: (code, reason) => {
      giveUp()
      socket.close(code, reason)
    },
    terminate: () => {
      giveUp()
      socket.terminate()
    },
    bufferedBytes: () => socket.bufferedBytes(),
  }
}

/** Opens a socket. Most processes never need `ws`, and a start need not wait for it. */
export const connect: Connect = connectBy(async () => (await import('./connect.ts')).connect)
