/**
 * The caller's line: the stream of theirs that is joined to the call now, if there is one. A stream may break and another come, and
 * whoever speaks to the caller need not know.
 */
import type { Socket, SocketEvents } from '../runtime/socket.ts'
import { createStreamEncoder, type StreamEncoder } from '../twilio/encode.ts'
import { type CallerLeg, type CallerLegOptions, listenToCaller } from './caller-leg.ts'
import { CALLER_STUCK_BYTES } from './pressure.ts'

/** Without a stream nothing is sent. */
export type CallerLine = Readonly<{
  /** Joins a stream in place of the one before; gives what listens to its socket from then on. */
  join: (socket: Socket, streamSid: string) => SocketEvents
  /** Sends audio to be played after what is queued, base64 mu-law. */
  play: (payload: string) => void
  /** Sends a mark behind it. */
  mark: (name: string) => void
  /** Drops what was sent and not yet played. */
  clear: () => void
  /** Whether the stream must be given up at `nowMs`, because nothing comes from it or its socket takes nothing. */
  isLost: (nowMs: number) => boolean
  /** Gives the stream up, whatever its socket says still. */
  leave: () => void
  /** The call is over: Twilio learns it by the close of the socket, and asks what to do. */
  close: (reason: string) => void
}>

/** A socket that says nothing for this long belongs to a phone that is gone. */
const SILENT_MS = 60_000

/** Makes the line of a call, on which no stream has begun yet. */
export const createCallerLine = (options: CallerLegOptions): CallerLine => {
  let stream: Readonly<{ socket: Socket; encode: StreamEncoder; leg: CallerLeg }> | undefined
  let heardAtMs = 0
  return {
    join: (socket, streamSid) => {
      const leg = listenToCaller(options)
      stream = { socket, encode: createStreamEncoder(streamSid), leg }
      return leg
    },
    play: (payload) => void stream?.socket.send(stream.encode.media(payload)),
    mark: (name) => void stream?.socket.send(stream.encode.mark(name)),
    clear: () => void stream?.socket.send(stream.encode.clear()),
    isLost: (nowMs) => {
      if (!stream) return false
      if (stream.leg.isAlive()) heardAtMs = nowMs
      const isStuck = stream.socket.bufferedBytes() > CALLER_STUCK_BYTES
      return isStuck || nowMs - heardAtMs > SILENT_MS
    },
    leave: () => {
      const left = stream
      stream = undefined
      left?.leg.leave()
      left?.socket.close(1000, 'stream lost')
    },
    close: (reason) => stream?.socket.close(1000, reason),
  }
}
