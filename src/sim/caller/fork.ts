/**
 * A stream that only listens in (`<Start><Stream>`): Twilio sends what the two parties of a call say, frame by frame, and takes
 * nothing. The call it belongs to goes on whatever becomes of it.
 */
import { FRAME_BYTES, FRAME_MS } from '../../audio/frame.ts'
import type { Cancel, Clock } from '../../clock.ts'
import type { Socket, SocketEvents } from '../../runtime/socket.ts'
import {
  connectedMessage,
  mediaMessage,
  startMessage,
  stopMessage,
  type StreamIdentity,
  type Track,
} from './messages.ts'
import { SAMPLES_PER_MS } from './track.ts'
import { createVoice, type Spoken, type Voice } from './voice.ts'

/** A fork as the two people on the phone have it in hand. */
export type Fork = Readonly<{
  streamSid: string
  /** Time on the stream; stands still once it has ended. */
  nowMs: () => number
  /** The one who called says 8 kHz speech, or, on the outbound track, the one who was called. */
  say: (track: Track, pcm: Int16Array) => Spoken
  /** Ends the stream in order: `stop`, then the closing handshake. */
  end: () => void
  isOpen: () => boolean
  /** What the server sent, which it must not. */
  received: readonly string[]
}>

export type ForkOptions = Readonly<{
  /** An open socket; what comes from it goes to the `events` that `createFork` returns. */
  socket: Pick<Socket, 'send' | 'close'>
  clock: Clock
  stream: StreamIdentity
  tracks: readonly Track[]
  ended: (how: 'in-order' | 'server-closed') => void
}>

/** Starts a fork on an open socket. */
export const createFork = (
  { socket, clock, stream, tracks, ended }: ForkOptions,
): Readonly<{ fork: Fork; events: Pick<SocketEvents, 'message' | 'closed'> }> => {
  const startedMs = clock.nowMs()
  const voices: Readonly<Record<Track, Voice>> = { inbound: createVoice(), outbound: createVoice() }
  const codes = new Uint8Array(FRAME_BYTES)
  const received: string[] = []
  let sequenceNumber = 1
  let frames = 0
  let endedAtMs: number | undefined
  let cancelTimer: Cancel = () => {}

  const nowMs = () => endedAtMs ?? clock.nowMs() - startedMs

  const sendFrame = () => {
    const timestampMs = frames++ * FRAME_MS
    for (const track of tracks) {
      voices[track].frame(timestampMs * SAMPLES_PER_MS, codes)
      sequenceNumber++
      const chunk = sequenceNumber - 1
      const { streamSid } = stream
      socket.send(mediaMessage({ streamSid, sequenceNumber, track, chunk, timestampMs, codes }))
    }
  }

  const sendDueFrames = () => {
    while (endedAtMs === undefined && nowMs() >= (frames + 1) * FRAME_MS) sendFrame()
    if (endedAtMs !== undefined) return
    cancelTimer = clock.after(Math.max(0, (frames + 1) * FRAME_MS - nowMs()), sendDueFrames)
  }

  const finish = (how: 'in-order' | 'server-closed') => {
    if (endedAtMs !== undefined) return
    endedAtMs = nowMs()
    cancelTimer()
    ended(how)
  }

  socket.send(connectedMessage())
  socket.send(startMessage(stream, tracks))
  sendDueFrames()
  return {
    fork: {
      streamSid: stream.streamSid,
      nowMs,
      say: (track, pcm) => voices[track].say(pcm, Math.floor(nowMs() * SAMPLES_PER_MS)),
      end: () => {
        if (endedAtMs !== undefined) return
        socket.send(stopMessage(stream, ++sequenceNumber))
        socket.close(1000)
        finish('in-order')
      },
      isOpen: () => endedAtMs === undefined,
      received,
    },
    events: {
      message: (text) => void received.push(text),
      closed: () => finish('server-closed'),
    },
  }
}
