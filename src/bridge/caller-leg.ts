/** The caller's leg once its stream has begun: what Twilio says, told to the bridge. */
import type { Happening } from '../call/events.ts'
import type { Log } from '../log.ts'
import type { SocketEvents } from '../runtime/socket.ts'
import { cutMedia, decodePlain, type MediaCut } from '../twilio/decode.ts'
import type { StreamMessage } from '../twilio/messages.ts'
import type { CallerLane } from './caller-lane.ts'

export type CallerLeg =
  & SocketEvents
  & Readonly<{
    /** Whether the caller's end has said anything at all since this was asked last: the peer was alive then. */
    isAlive: () => boolean
    /** Listens no more: a socket that was given up may still say something. */
    leave: () => void
  }>

export type CallerLegOptions = Readonly<{
  log: Log
  lane: Pick<CallerLane, 'frame'>
  happened: (happening: Happening) => void
  /** Is told of an exception in here, which is a mistake of ours. */
  fault: (error: unknown) => void
}>

/** Gives what listens to the socket of a stream after its `start`. */
export const listenToCaller = (options: CallerLegOptions): CallerLeg => {
  const { log, lane, happened, fault } = options
  let hasSpoken = true
  let isLeft = false

  const receive = (message: StreamMessage) => {
    switch (message.type) {
      case 'media':
        if (lane.frame(message.timestampMs, message.payload)) return
        return log.debug('caller.malformed-message', { problem: 'a payload that is not base64' })
      case 'mark':
        return happened({ type: 'mark-echoed', name: message.name })
      case 'dtmf':
        return happened({ type: 'caller-pressed-key', digit: message.digit })
      case 'stop':
        return happened({ type: 'caller-hung-up' })
      case 'connected':
      case 'start':
        return log.debug('caller.repeated-message', { type: message.type })
      case 'unknown':
        return log.debug('caller.unknown-message', { event: message.event })
      case 'malformed':
        return log.debug('caller.malformed-message', { problem: message.problem })
    }
  }

  return {
    message: (text) => {
      if (isLeft) return
      try {
        hasSpoken = true
        if (cutMedia(text, cut) && lane.frame(cut.timestampMs, cut.payload)) return
        receive(decodePlain(text))
      } catch (error) {
        fault(error)
      }
    },
    closed: ({ code, reason }) => {
      if (isLeft) return
      log.debug('caller.socket-closed', { code, reason })
      try {
        happened({ type: 'stream-lost' })
      } catch (error) {
        fault(error)
      }
    },
    isAlive: () => {
      const isAlive = hasSpoken
      hasSpoken = false
      return isAlive
    },
    leave: () => {
      isLeft = true
    },
  }
}

/** All legs cut into it, one after the other. */
const cut: MediaCut = { timestampMs: 0, payload: '' }
