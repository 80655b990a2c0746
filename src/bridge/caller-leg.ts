/** The caller's leg once its stream has begun: what Twilio says, told to the bridge. */
import type { Happening } from '../call/events.ts'
import type { Log } from '../log.ts'
import type { SocketEvents } from '../runtime/socket.ts'
import { decode } from '../twilio/decode.ts'

export type CallerLegEvents = Readonly<{
  frame: (timestampMs: number, payload: string) => void
  happened: (happening: Happening) => void
  /** Any message at all: the peer is alive. */
  heard: () => void
}>

/** Gives what listens to the socket of a stream after its `start`. */
export const listenToCaller = (log: Log, events: CallerLegEvents): SocketEvents => ({
  message: (text) => {
    events.heard()
    const message = decode(text)
    switch (message.type) {
      case 'media':
        return events.frame(message.timestampMs, message.payload)
      case 'mark':
        return events.happened({ type: 'mark-echoed', name: message.name })
      case 'dtmf':
        return events.happened({ type: 'caller-pressed-key', digit: message.digit })
      case 'stop':
        return events.happened({ type: 'caller-hung-up' })
      case 'connected':
      case 'start':
        return log.debug('caller.repeated-message', { type: message.type })
      case 'unknown':
        return log.debug('caller.unknown-message', { event: message.event })
      case 'malformed':
        return log.debug('caller.malformed-message', { problem: message.problem })
    }
  },
  closed: ({ code, reason }) => {
    log.debug('caller.socket-closed', { code, reason })
    events.happened({ type: 'stream-lost' })
  },
})
