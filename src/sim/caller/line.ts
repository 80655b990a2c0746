/**
 * Twilio's end of one media stream: the caller's voice goes out in frames, what the server sends is
 * played, and what really was heard is written down.
 *
 * That record is the truth that tests hold a server's own beliefs against. All its times are ms
 * since the stream started.
 */
import { MU_LAW_SILENCE } from '../../audio/g711.ts'
import type { Clock } from '../../clock.ts'
import type { Socket, SocketClose, SocketEvents } from '../../runtime/socket.ts'
import { createDownlink, type DownlinkRecord } from './downlink.ts'
import type { StreamIdentity } from './messages.ts'
import { SAMPLES_PER_MS } from './track.ts'
import { createUplink } from './uplink.ts'
import { type Background, createVoice, type Spoken } from './voice.ts'

/**
 * How a stream ended: the caller hung up, the socket was torn on our side, the server closed it, or
 * it was lost on the way (close code 1006).
 */
export type LineEnd = Readonly<{
  how: 'hung-up' | 'torn' | 'server-closed' | 'lost'
  atMs: number
  code?: number
  reason?: string
}>

/** What happened on a line so far. */
export type LineRecord = DownlinkRecord & Readonly<{ streamSid: string; end?: LineEnd }>

/**
 * A live media stream as the person on the phone has it in hand. After its end nothing does
 * anything any more.
 */
export type Line = Readonly<{
  streamSid: string
  /** Time on the stream; stands still once it has ended. */
  nowMs: () => number
  /** Says 8 kHz speech from the next frame on, or right behind what is being said. */
  say: (pcm: Int16Array) => Spoken
  /** Presses one key: 0-9, *, #, A-D. Throws a RangeError for any other. */
  pressKey: (digit: string) => void
  /** Ends the stream in order: `stop`, then the closing handshake. */
  hangUp: () => void
  /** Closes the socket without `stop`, as when Twilio's machine goes away. */
  vanish: () => void
  /**
   * Keeps the socket open and lets nothing through any more, as when the network between goes away.
   */
  freeze: () => void
  /** Bytes of the server's audio heard before a time; by default before now. */
  playedBytes: (atMs?: number) => number
  /** Mu-law as heard from a time on, 0xff where nothing played and where it is not yet time. */
  heard: (fromMs: number, lengthMs: number) => Uint8Array
  /** Mu-law as said from a time on, 0xff where nothing was said and where it is not yet time. */
  said: (fromMs: number, lengthMs: number) => Uint8Array
  record: () => LineRecord
}>

/** What a line needs, and how the caller and the carrier on it behave. */
export type LineOptions = Readonly<{
  /** An open socket; what comes from it goes to the `events` that `createLine` returns. */
  socket: Pick<Socket, 'send' | 'close'>
  clock: Clock
  stream: StreamIdentity
  background?: Background
  /**
   * Sends no frames while the caller says nothing, as some carriers do: the timestamps then have
   * gaps.
   */
  suppressSilence?: boolean
  /** How long audio that arrives on an idle line waits before it is heard; default 0. */
  jitterMs?: number
  /** Called after each frame time, none left out, sent or not. `atMs` is where the frame ends. */
  eachFrame?: (line: Line, atMs: number) => void
  /** Called for what the caller does, whoever made him do it. */
  acted?: (act: LineAct) => void
  ended?: (end: LineEnd) => void
}>

/** What a caller did on a line. Hanging up is told by its end. */
export type LineAct =
  | Readonly<{ event: 'said' } & Spoken>
  | Readonly<{ event: 'pressed'; digit: string; atMs: number }>

/** Starts a stream on an open socket. */
export const createLine = (
  options: LineOptions,
): Readonly<{ line: Line; events: Pick<SocketEvents, 'message' | 'closed'> }> => {
  const { socket, clock, stream } = options
  const startedMs = clock.nowMs()
  let frozen = false
  let end: LineEnd | undefined

  const nowMs = () => end ? end.atMs : clock.nowMs() - startedMs
  const voice = createVoice(options.background)
  const uplink = createUplink({
    send: (text) => void (frozen || socket.send(text)),
    clock,
    nowMs,
    stream,
    voice,
    suppressSilence: options.suppressSilence ?? false,
    eachFrame: (atMs) => options.eachFrame?.(line, atMs),
  })
  const downlink = createDownlink({
    clock,
    nowMs,
    streamSid: stream.streamSid,
    jitterMs: options.jitterMs ?? 0,
    sendMark: uplink.sendMark,
  })

  const finish = (how: LineEnd['how'], close?: SocketClose) => {
    if (end) return
    downlink.end()
    uplink.end()
    end = { how, atMs: nowMs(), ...(close && { code: close.code, reason: close.reason }) }
    options.ended?.(end)
  }

  const line: Line = {
    streamSid: stream.streamSid,
    nowMs,
    say: (pcm) => {
      const spoken = voice.say(pcm, samplesIn(nowMs()))
      if (!end) options.acted?.({ event: 'said', ...spoken })
      return spoken
    },
    pressKey: (digit) => {
      if (!/^[0-9*#A-D]$/.test(digit)) {
        throw new RangeError(`pressKey() takes one of 0-9 * # A-D, not ${JSON.stringify(digit)}`)
      }
      if (end) return
      uplink.sendDigit(digit)
      options.acted?.({ event: 'pressed', digit, atMs: nowMs() })
    },
    hangUp: () => {
      uplink.sendDueFrames()
      if (end) return
      downlink.end()
      uplink.sendStop()
      socket.close(1000)
      finish('hung-up')
    },
    vanish: () => {
      if (end) return
      socket.close(3000)
      finish('torn')
    },
    freeze: () => {
      frozen = true
    },
    playedBytes: (atMs = Infinity) => downlink.played(samplesIn(Math.min(atMs, nowMs()))),
    heard: (fromMs, lengthMs) => readUntil(nowMs(), downlink.read, fromMs, lengthMs),
    said: (fromMs, lengthMs) => readUntil(nowMs(), voice.said.read, fromMs, lengthMs),
    record: () => ({ streamSid: stream.streamSid, ...downlink.record(), ...(end && { end }) }),
  }

  uplink.sendDueFrames()
  return {
    line,
    events: {
      message: (text) => void (end || frozen || downlink.receive(text)),
      closed: (close) => finish(close.code === 1006 ? 'lost' : 'server-closed', close),
    },
  }
}

const samplesIn = (ms: number): number => Math.floor(ms * SAMPLES_PER_MS)

/** Reads a stretch of a track; what lies past `nowMs` is still silent. */
const readUntil = (
  nowMs: number,
  read: (from: number, codes: Uint8Array) => void,
  fromMs: number,
  lengthMs: number,
): Uint8Array => {
  const codes = new Uint8Array(samplesIn(lengthMs)).fill(MU_LAW_SILENCE)
  const from = samplesIn(fromMs)
  read(from, codes.subarray(0, Math.max(0, samplesIn(nowMs) - from)))
  return codes
}
