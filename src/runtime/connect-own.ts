/**
 * Opens outbound WebSockets on Deno and Bun: by their own, because `ws` costs Deno nearly twice the CPU and Bun a copy of every
 * message (`bench/README.md`).
 *
 * What they do not always do is to say why a handshake was refused: over TLS Deno asks a second time by HTTP/2 and tells of that
 * failure alone. Then `ws` asks once more, for the status.
 */
import { connect as connectBuiltIn } from './connect-built-in.ts'
import { connect as connectByWs } from './connect.ts'
import type { Runtime } from './runtime.ts'
import type { Socket } from './socket.ts'

export const connect: Runtime['connect'] = (url, options, events) => {
  const giveUpAtMs = performance.now() + options.timeoutMs
  let phase: 'connecting' | 'open' | 'given-up' = 'connecting'
  let socket: Socket = connectBuiltIn(url, options, {
    opened: () => {
      phase = 'open'
      events.opened?.()
    },
    message: events.message,
    closed: (close) => {
      const timeoutMs = giveUpAtMs - performance.now()
      const isExplained = phase !== 'connecting' || close.httpStatus !== undefined
      if (isExplained || timeoutMs < 1) events.closed(close)
      else socket = connectByWs(url, { ...options, timeoutMs }, events)
    },
  })

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
