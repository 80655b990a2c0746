/**
 * One session with the OpenAI Realtime API, from the handshake to its end.
 *
 * It is set up as soon as the socket is open and counts as ready when the server has echoed the audio formats that were asked for,
 * not before, and has been told what was said before it.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { decode } from '../realtime/decode.ts'
import {
  createItems,
  type PastItem,
  SESSION_EVENT_ID,
  sessionChange,
  sessionUpdate,
} from '../realtime/encode.ts'
import type { Endpoint } from '../realtime/endpoint.ts'
import type { RealtimeEvent } from '../realtime/events.ts'
import { isRetryable, nameOfEnd } from '../realtime/failure.ts'
import {
  agentChangeOf,
  formatProblem,
  sessionOf,
  type SessionSettings,
} from '../realtime/session.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Socket, SocketClose } from '../runtime/socket.ts'

export type RealtimeSessionOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  endpoint: Endpoint
  /** What it is to be like now: who speaks in it, and what they may do, may change while it is being opened. */
  settings: () => SessionSettings
  /** How long it may take to become ready. */
  timeoutMs: number
  /** What was said so far; asked for at the moment the session can be told. */
  past: () => readonly PastItem[]
}>

export type RealtimeSessionEvents = Readonly<{
  /** `expiresAtS` is when the server will end the session, in seconds since 1970. */
  ready: (expiresAtS: number | undefined) => void
  event: (event: RealtimeEvent) => void
  /** Exactly once, and nothing after it; not after `close`. */
  ended: (end: SessionEnd) => void
}>

export type SessionEnd = Readonly<{ cause: string; isRetryable: boolean }>

export type RealtimeSession = Readonly<{
  send: Socket['send']
  bufferedBytes: () => number
  /** Ends the session as if its socket had broken; `ended` follows. */
  abandon: (cause: string) => void
  /** Ends the session, also one that is still being opened. Nothing is told afterwards. */
  close: () => void
}>

/** Opens a session. `ready` or `ended` follows. */
export const openRealtimeSession = (
  options: RealtimeSessionOptions,
  events: RealtimeSessionEvents,
): RealtimeSession => {
  const { log, settings, timeoutMs } = options
  const audio = settings().audio
  let phase: 'opening' | 'ready' | 'ended' = 'opening'
  let expiresAtS: number | undefined
  let errorCode: string | undefined
  let told = ''

  const end = (cause: string, isRetryable: boolean) => {
    if (phase === 'ended') return
    close()
    events.ended({ cause, isRetryable })
  }

  const close = () => {
    phase = 'ended'
    cancelTimeout()
    socket.close()
  }

  const closed = (close: SocketClose) => {
    if (phase === 'ended') return
    const socketEnd = { ...close, errorCode }
    log.warn('model.socket-closed', socketEnd)
    end(nameOfEnd(socketEnd), isRetryable(socketEnd))
  }

  const receive = (event: RealtimeEvent) => {
    switch (event.type) {
      case 'session-created':
        expiresAtS = event.expiresAtS
        return
      case 'session-updated':
        return updated(formatProblem(audio, event.session))
      case 'error':
        errorCode = event.code
        if (event.eventId !== SESSION_EVENT_ID) return events.event(event)
        log.error('model.session-refused', { code: event.code, problem: event.message })
        return end('session-refused', false)
      case 'unknown':
        return log.debug('model.unknown-event', { name: event.name })
      case 'malformed':
        return log.debug('model.malformed-event', { problem: event.problem })
      default:
        // Only an error that is the last word says why a session ended.
        errorCode = undefined
        return events.event(event)
    }
  }

  const updated = (problem: string | undefined) => {
    if (problem !== undefined) {
      log.error('model.wrong-format', { problem })
      return end('wrong-format', false)
    }
    if (phase !== 'opening') return
    phase = 'ready'
    cancelTimeout()
    for (const text of options.past().flatMap((item) => createItems(item))) socket.send(text)
    const change = changeTo(settings())
    if (change !== told) socket.send(change)
    // It is as long as all that the agent knows.
    told = ''
    events.ready(expiresAtS)
  }

  const { url, headers } = options.endpoint
  const socket: Socket = options.connect(url, { headers, timeoutMs }, {
    opened: () => {
      const first = settings()
      told = changeTo(first)
      socket.send(sessionUpdate(sessionOf(first)))
    },
    message: (text) => {
      if (phase !== 'ended') receive(decode(text))
    },
    closed,
  })
  const cancelTimeout: Cancel = options.clock.after(timeoutMs, () => end('not-ready-in-time', true))
  return {
    send: socket.send,
    bufferedBytes: socket.bufferedBytes,
    abandon: (cause) => {
      // Nothing is waited for from a socket that is stuck.
      socket.terminate()
      end(cause, true)
    },
    close,
  }
}

/** What the server is told of an agent that goes on in a session. */
const changeTo = (settings: SessionSettings): string => sessionChange(agentChangeOf(settings))
