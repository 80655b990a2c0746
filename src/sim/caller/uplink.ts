/**
 * From the caller to the server: a frame of audio every 20 ms, and keys, marks and `stop` under the
 * same running number.
 *
 * The schedule is absolute: frame n covers [20n, 20n + 20) and leaves when it is over. A late timer
 * sends what is due at once and moves nothing after it; a timer set anew from each frame would
 * drift by a percent and starve the server.
 */
import { FRAME_BYTES, FRAME_MS } from '../../audio/frame.ts'
import type { Cancel, Clock } from '../../clock.ts'
import {
  connectedMessage,
  dtmfMessage,
  markMessage,
  mediaMessage,
  startMessage,
  stopMessage,
  type StreamIdentity,
} from './messages.ts'
import type { Voice } from './voice.ts'

/** The half of a line that begins at the caller's mouth. */
export type Uplink = Readonly<{
  /** Sends the frames that are over and sets the timer for the next one. */
  sendDueFrames: () => void
  sendDigit: (digit: string) => void
  sendMark: (name: string) => void
  sendStop: () => void
  /** Sends no more frames. */
  end: () => void
}>

/** What an uplink needs of its line. */
export type UplinkOptions = Readonly<{
  send: (text: string) => void
  clock: Clock
  /** Time on the stream. */
  nowMs: () => number
  stream: StreamIdentity
  voice: Pick<Voice, 'frame'>
  suppressSilence: boolean
  /** Called after each frame time, sent or not; `atMs` is where the frame ends. */
  eachFrame: (atMs: number) => void
}>

/**
 * Opens the stream: sends `connected` and `start`. The frames follow once `sendDueFrames` was
 * called.
 */
export const createUplink = (options: UplinkOptions): Uplink => {
  const { send, clock, nowMs, stream, voice } = options
  const codes = new Uint8Array(FRAME_BYTES)
  let sequenceNumber = 1
  let chunk = 0
  let frames = 0
  let ended = false
  let cancelTimer: Cancel = () => {}

  const sendFrame = () => {
    const timestampMs = frames++ * FRAME_MS
    const speaks = voice.frame(timestampMs / FRAME_MS * FRAME_BYTES, codes)
    if (speaks || !options.suppressSilence) {
      sequenceNumber++
      chunk++
      send(
        mediaMessage({ streamSid: stream.streamSid, sequenceNumber, chunk, timestampMs, codes }),
      )
    }
    options.eachFrame(frames * FRAME_MS)
  }

  const sendDueFrames = () => {
    cancelTimer()
    while (!ended && nowMs() >= (frames + 1) * FRAME_MS) sendFrame()
    if (ended) return
    cancelTimer = clock.after(Math.max(0, (frames + 1) * FRAME_MS - nowMs()), sendDueFrames)
  }

  send(connectedMessage())
  send(startMessage(stream))
  return {
    sendDueFrames,
    sendDigit: (digit) => send(dtmfMessage(stream.streamSid, ++sequenceNumber, digit)),
    sendMark: (name) => send(markMessage(stream.streamSid, ++sequenceNumber, name)),
    sendStop: () => send(stopMessage(stream, ++sequenceNumber)),
    end: () => {
      ended = true
      cancelTimer()
    },
  }
}
