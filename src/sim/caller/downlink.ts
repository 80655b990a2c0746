/**
 * From the server to the caller: plays what the server sends, gives marks back when they are due,
 * and keeps the record of what was heard. All times are ms since the start of the stream.
 */
import type { Cancel, Clock } from '../../clock.ts'
import { readServerMessage } from './messages.ts'
import { createPlayOut } from './play-out.ts'
import { SAMPLES_PER_MS } from './track.ts'
import { createWarnings, type TwilioWarning } from './warnings.ts'

/**
 * The server emptied the buffer: how much had been heard by then in all, and how much was thrown
 * away.
 */
export type Clear = Readonly<{ atMs: number; playedMs: number; droppedMs: number }>

/**
 * A mark came back, because play-out reached it or because a `clear` threw it out. On the wire both
 * look the same.
 */
export type ReturnedMark = Readonly<{
  name: string
  atMs: number
  playedMs: number
  cleared: boolean
}>

/** What a caller heard so far. `sentMs` is always `playedMs` + `droppedMs` + `queuedMs`. */
export type DownlinkRecord = Readonly<{
  sentMs: number
  playedMs: number
  droppedMs: number
  queuedMs: number
  /** When the server's first audio arrived. */
  firstPacketAtMs?: number
  clears: readonly Clear[]
  marks: readonly ReturnedMark[]
  warnings: readonly TwilioWarning[]
}>

/** The half of a line that ends at the caller's ear. */
export type Downlink = Readonly<{
  /** Takes one message of the server. */
  receive: (text: string) => void
  /** Samples heard before a place on the stream. */
  played: (at: number) => number
  /** Copies what is to be heard from a place on. */
  read: (from: number, codes: Uint8Array) => void
  record: () => DownlinkRecord
  /** Gives back the marks reached by now, and stops the timer. */
  end: () => void
}>

/** What a downlink needs of its line. `nowMs` is the time on the stream. */
export type DownlinkOptions = Readonly<{
  clock: Clock
  nowMs: () => number
  streamSid: string
  jitterMs: number
  /** Gives a mark back to the server. */
  sendMark: (name: string) => void
}>

/** Makes a line on which nothing has been heard yet. */
export const createDownlink = (options: DownlinkOptions): Downlink => {
  const { clock, nowMs } = options
  const playOut = createPlayOut(Math.round(options.jitterMs * SAMPLES_PER_MS))
  const warnings = createWarnings()
  const clears: Clear[] = []
  const marks: ReturnedMark[] = []
  let sent = 0
  let dropped = 0
  let firstPacketAtMs: number | undefined
  let cancelTimer: Cancel = () => {}

  const now = () => Math.floor(nowMs() * SAMPLES_PER_MS)

  const heardAt = (at: number) => ({
    atMs: at / SAMPLES_PER_MS,
    playedMs: playOut.played(at) / SAMPLES_PER_MS,
  })

  const giveBack = (name: string, at: number, cleared: boolean) => {
    marks.push({ name, ...heardAt(at), cleared })
    options.sendMark(name)
  }

  // Timers may fire early as well as late, so what is due is asked of the clock and the rest waits.
  const giveBackReached = (at = now()) => {
    cancelTimer()
    for (const mark of playOut.takeReached(at)) giveBack(mark.name, mark.at, false)
    const next = playOut.nextMark()
    if (next === undefined) return
    const leftMs = next / SAMPLES_PER_MS - nowMs()
    cancelTimer = clock.after(Math.max(0, leftMs), () => giveBackReached())
  }

  const play = (codes: Uint8Array, at: number) => {
    if (!playOut.add(codes, at)) return warn(31931, at, 'more than ten minutes of audio would wait')
    firstPacketAtMs ??= at / SAMPLES_PER_MS
    sent += codes.length
  }

  const clear = (at: number) => {
    const cleared = playOut.clear(at)
    dropped += cleared.dropped
    clears.push({ ...heardAt(at), droppedMs: cleared.dropped / SAMPLES_PER_MS })
    for (const mark of cleared.marks) giveBack(mark.name, at, true)
  }

  const warn = (code: number, at: number, problem: string) =>
    warnings.add(code, at / SAMPLES_PER_MS, problem)

  const follow = (text: string, at: number) => {
    const message = readServerMessage(text, options.streamSid)
    switch (message.event) {
      case 'media':
        return play(message.codes, at)
      case 'mark':
        return playOut.mark(message.name, at)
      case 'clear':
        return clear(at)
      case 'invalid':
        return warn(31951, at, message.problem)
    }
  }

  return {
    receive: (text) => {
      const at = now()
      giveBackReached(at)
      follow(text, at)
      giveBackReached(at)
    },
    played: playOut.played,
    read: playOut.heard.read,
    record: () => ({
      sentMs: sent / SAMPLES_PER_MS,
      playedMs: playOut.played(now()) / SAMPLES_PER_MS,
      droppedMs: dropped / SAMPLES_PER_MS,
      queuedMs: playOut.queued(now()) / SAMPLES_PER_MS,
      ...(firstPacketAtMs !== undefined && { firstPacketAtMs }),
      clears: [...clears],
      marks: [...marks],
      warnings: warnings.list(),
    }),
    end: () => {
      giveBackReached()
      cancelTimer()
    },
  }
}
