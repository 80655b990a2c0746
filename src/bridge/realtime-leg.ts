/**
 * The model's leg over the OpenAI Realtime API.
 *
 * The session is set up as soon as the socket is open and counts as ready when the server has echoed the audio formats we asked
 * for, not before. A handshake that fails for a passing reason is tried again, while the caller can still be expected to wait.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { decode } from '../realtime/decode.ts'
import {
  appendAudio,
  cancelResponse,
  createResponse,
  SESSION_EVENT_ID,
  sessionUpdate,
  truncateItem,
} from '../realtime/encode.ts'
import type { Endpoint } from '../realtime/endpoint.ts'
import type { RealtimeEvent } from '../realtime/events.ts'
import { isRetryable, nameOfEnd } from '../realtime/failure.ts'
import { formatProblem, sayExactly, sessionOf, type SessionSettings } from '../realtime/session.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Socket, SocketClose } from '../runtime/socket.ts'
import { happeningOf } from './happenings.ts'
import type { ModelLeg, ModelLegEvents } from './model-leg.ts'

export type RealtimeLegOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  endpoint: Endpoint
  settings: SessionSettings
}>

/** A session that is not ready by then is not waited for any longer. */
const GIVE_UP_MS = 8_000
const RETRY_MS = 250

/** Opens a session. `model-ready` or `model-lost` follows; the bridge is told nothing after either end. */
export const openRealtimeLeg = (options: RealtimeLegOptions, events: ModelLegEvents): ModelLeg => {
  const { clock, log, settings } = options
  const openedAtMs = clock.nowMs()
  let phase: 'opening' | 'ready' | 'closed' = 'opening'
  let socket: Socket | undefined
  let wait: Cancel | undefined
  let attempts = 0
  let errorCode: string | undefined

  const open = () => {
    attempts += 1
    errorCode = undefined
    const timeoutMs = openedAtMs + GIVE_UP_MS - clock.nowMs()
    socket = options.connect(
      options.endpoint.url,
      { headers: options.endpoint.headers, timeoutMs },
      {
        opened: () => socket?.send(sessionUpdate(sessionOf(settings))),
        message: (text) => {
          if (phase !== 'closed') receive(decode(text))
        },
        closed,
      },
    )
    wait = clock.after(timeoutMs, () => lose('not-ready-in-time'))
  }

  const closed = (close: SocketClose) => {
    wait?.()
    if (phase === 'closed') return
    const end = { ...close, errorCode }
    const retryAtMs = clock.nowMs() + RETRY_MS * attempts
    const inTime = retryAtMs < openedAtMs + GIVE_UP_MS
    log.warn('model.socket-closed', { ...close, errorCode, attempts })
    if (phase === 'opening' && isRetryable(end) && inTime) {
      wait = clock.after(RETRY_MS * attempts, open)
    } else {
      lose(nameOfEnd(end))
    }
  }

  const lose = (cause: string) => {
    close()
    events.happened({ type: 'model-lost', cause })
  }

  const close = () => {
    phase = 'closed'
    wait?.()
    socket?.close()
  }

  const receive = (event: RealtimeEvent) => {
    switch (event.type) {
      case 'session-updated':
        return sessionUpdated(formatProblem(settings.audio, event.session))
      case 'error':
        return complained(event)
      case 'output-audio':
        return events.audio(event, event.payload)
      case 'output-audio-done':
        return events.audioEnded(event)
      default: {
        const happening = happeningOf(event)
        if (happening) events.happened(happening)
        else note(event)
      }
    }
  }

  const sessionUpdated = (problem: string | undefined) => {
    if (problem !== undefined) {
      log.error('model.wrong-format', { problem })
      return lose('wrong-format')
    }
    if (phase !== 'opening') return
    phase = 'ready'
    wait?.()
    events.happened({ type: 'model-ready' })
  }

  const complained = ({ code, message, eventId }: Extract<RealtimeEvent, { type: 'error' }>) => {
    errorCode = code
    if (eventId === SESSION_EVENT_ID) {
      log.error('model.session-refused', { code, problem: message })
      return lose('session-refused')
    }
    events.happened({ type: 'model-complained', code, problem: message })
  }

  const note = (event: RealtimeEvent) => {
    if (event.type === 'unknown') log.debug('model.unknown-event', { name: event.name })
    if (event.type === 'malformed') log.debug('model.malformed-event', { problem: event.problem })
  }

  open()
  return {
    appendAudio: (payload) => void socket?.send(appendAudio(payload)),
    requestResponse: (sentence) =>
      void socket?.send(createResponse(sentence === undefined ? undefined : sayExactly(sentence))),
    cancelResponse: (responseId) => void socket?.send(cancelResponse(responseId)),
    truncateItem: (itemId, contentIndex, audioEndMs) =>
      void socket?.send(truncateItem(itemId, contentIndex, audioEndMs)),
    close,
  }
}
