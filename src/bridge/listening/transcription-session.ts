/**
 * One session of the Realtime API that only writes down, from the handshake to its end. It counts as ready when the server has echoed
 * the audio format that was asked for.
 */
import type { Cancel, Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { decode } from '../../realtime/decode.ts'
import { appendAudio, commitAudio, SESSION_EVENT_ID, sessionUpdate } from '../../realtime/encode.ts'
import type { Endpoint } from '../../realtime/endpoint.ts'
import type { RealtimeEvent } from '../../realtime/events.ts'
import { isRetryable, nameOfEnd } from '../../realtime/failure.ts'
import {
  inputProblem,
  transcriptionSessionOf,
  type TranscriptionSettings,
} from '../../realtime/transcription.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { Socket } from '../../runtime/socket.ts'
import type { SessionEnd } from '../realtime-session.ts'

export type TranscriptionSessionOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  endpoint: Endpoint
  settings: TranscriptionSettings
}>

export type TranscriptionSessionEvents = Readonly<{
  ready: () => void
  /** What the session says of turns and words. */
  event: (event: RealtimeEvent) => void
  /** Exactly once, and nothing after it; not after `close`. */
  ended: (end: SessionEnd) => void
}>

export type TranscriptionSession = Readonly<{
  append: (payload: string) => void
  commit: (eventId: string) => void
  bufferedBytes: () => number
  /** Ends the session as if its socket had broken; `ended` follows. */
  abandon: (cause: string) => void
  /** Ends the session, also one that is still being opened. Nothing is told afterwards. */
  close: () => void
}>

const READY_WITHIN_MS = 8_000

/** Opens a session. `ready` or `ended` follows. */
export const openTranscriptionSession = (
  options: TranscriptionSessionOptions,
  events: TranscriptionSessionEvents,
): TranscriptionSession => {
  const { endpoint: { url, headers }, log, settings } = options
  let phase: 'opening' | 'ready' | 'ended' = 'opening'
  let errorCode: string | undefined

  const close = () => {
    phase = 'ended'
    cancelTimeout()
    socket.close()
  }

  const end = (cause: string, isRetryable: boolean) => {
    if (phase === 'ended') return
    close()
    events.ended({ cause, isRetryable })
  }

  const updated = (problem: string | undefined) => {
    if (problem !== undefined) {
      log.error('listening.wrong-format', { problem })
      return end('wrong-format', false)
    }
    if (phase !== 'opening') return
    phase = 'ready'
    cancelTimeout()
    events.ready()
  }

  const receive = (event: RealtimeEvent) => {
    // Only an error that is the last word says why a session ended.
    errorCode = event.type === 'error' ? event.code : undefined
    switch (event.type) {
      case 'session-updated':
        return updated(inputProblem(event.session))
      case 'error':
        if (event.eventId !== SESSION_EVENT_ID) return events.event(event)
        log.error('listening.session-refused', { code: event.code, problem: event.message })
        return end('session-refused', false)
      case 'malformed':
        return log.debug('listening.malformed-event', { problem: event.problem })
      default:
        return events.event(event)
    }
  }

  const socket: Socket = options.connect(url, { headers, timeoutMs: READY_WITHIN_MS }, {
    opened: () => void socket.send(sessionUpdate(transcriptionSessionOf(settings))),
    message: (text) => {
      if (phase !== 'ended') receive(decode(text))
    },
    closed: (close) =>
      end(nameOfEnd({ ...close, errorCode }), isRetryable({ ...close, errorCode })),
  })
  const cancelTimeout: Cancel = options.clock.after(
    READY_WITHIN_MS,
    () => end('not-ready-in-time', true),
  )
  return {
    append: (payload) => void socket.send(appendAudio(payload)),
    commit: (eventId) => void socket.send(commitAudio(eventId)),
    bufferedBytes: socket.bufferedBytes,
    abandon: (cause) => {
      socket.terminate()
      end(cause, true)
    },
    close,
  }
}
