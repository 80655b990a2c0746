/**
 * One speaker of a call between humans: their audio on its way to a transcriber of their own, and their words on the way back.
 *
 * A transcriber that breaks is followed by another, for as long as the call lasts; what is said meanwhile is kept, bounded, by the
 * same lane that carries a caller to an agent.
 */
import { decodedLength } from '../../audio/base64.ts'
import { FRAME_MS, SILENT_FRAME } from '../../audio/frame.ts'
import { createTranscoder } from '../../audio/transcoder.ts'
import type { Cancel, Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Endpoint } from '../../realtime/endpoint.ts'
import type { RealtimeEvent } from '../../realtime/events.ts'
import { isCutByClient, type TranscriptionSettings } from '../../realtime/transcription.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import { createCallerLane } from '../caller-lane.ts'
import { judge, MODEL_CONGESTED_BYTES, type Pressure } from '../pressure.ts'
import type { SessionEnd } from '../realtime-session.ts'
import { retryDelayMs } from '../retry.ts'
import { createTurnCutter, type Cut, NO_CUTTER } from './turn-cutter.ts'
import { openTranscriptionSession, type TranscriptionSession } from './transcription-session.ts'

export type ListenedTrack = Readonly<{
  /** Takes a frame of this speaker. */
  frame: (timestampMs: number, payload: string) => void
  /** To be called a few times a second. */
  tick: () => void
  /** The speaker is gone: what was said is put into words, and nothing more comes. */
  finish: () => void
  /** Whether all that was said has been put into words. */
  isDone: () => boolean
  close: () => void
  /** How much was never heard by a transcriber, because it was away for too long. */
  droppedMs: () => number
}>

export type ListenedTrackOptions = Readonly<{
  speaker: string
  connect: Runtime['connect']
  clock: Clock
  /** Between 0 and 1: spreads the calls that lost the same server. */
  random: () => number
  log: Log
  endpoint: Endpoint
  settings: TranscriptionSettings
}>

/** What is told of a speaker; times are in ms since the stream began. */
export type ListenedTrackEvents = Readonly<{
  began: (itemId: string, atMs: number) => void
  /** The words of a turn, which may be none. */
  wrote: (itemId: string, atMs: number, text: string) => void
  /** The transcriber broke; what it has not put into words will be heard again, under other names. */
  interrupted: (cause: string) => void
  resumed: () => void
  /** There is no use in trying again. */
  lost: (cause: string) => void
}>

const BYTES_PER_MS = 8
/** How long a transcriber must have been well for its end to count as the first. */
const WELL_MS = 10_000
/** After this many attempts in a row the server is taken to be away for longer. */
const QUICK_ATTEMPTS = 8
const SLOW_RETRY_MS = 30_000
/** Silence that lets a server notice that a speaker is gone. */
const LAST_SILENCE_MS = 1_000
/** How long a server may take to say that it noticed somebody, after the last audio. */
const LAST_NOTICE_MS = 1_500

/** Begins to listen; the transcriber is opened at once. */
export const listenToTrack = (
  options: ListenedTrackOptions,
  events: ListenedTrackEvents,
): ListenedTrack => {
  const { clock, log, random } = options
  let phase: 'opening' | 'ready' | 'closed' = 'opening'
  let session: TranscriptionSession | undefined
  let attempts = 0
  let isInterrupted = false
  let readyAtMs = 0
  let cancelRetry: Cancel = () => {}
  let pressure: Pressure = { is: 'flowing' }
  let finishedAtMs: number | undefined
  /** How much audio this session has had, and where on the stream that began; not known while it is sent what was kept. */
  let sentMs = 0
  let originMs: number | undefined
  let framesEndMs = 0
  /** The turns of this session that have no words yet, by where in its audio they began. */
  const turns = new Map<string, number>()
  const cutter = isCutByClient(options.settings.model)
    ? createTurnCutter(options.speaker)
    : NO_CUTTER

  const send = (payload: string) => {
    sentMs += decodedLength(payload) / BYTES_PER_MS
    session?.append(payload)
    for (const cut of cutter.push(payload)) follow(cut)
  }

  const follow = ({ is, itemId, positionMs }: Cut) =>
    is === 'begun' ? began(itemId, positionMs) : commit(itemId, positionMs)

  const cutRest = () => {
    if (phase === 'ready' && finishedAtMs !== undefined) cutter.rest().forEach(follow)
  }

  const lane = createCallerLane({
    transcoder: createTranscoder('pcmu'),
    nowMs: clock.nowMs,
    toModel: send,
  })

  const timeOf = (positionMs: number): number => Math.max(0, (originMs ?? 0) + positionMs)

  const began = (itemId: string, positionMs: number) => {
    turns.set(itemId, positionMs)
    lane.keepTurn(itemId)
    if (originMs !== undefined) events.began(itemId, timeOf(positionMs))
  }

  const commit = (itemId: string, positionMs: number) => {
    // Of silence, too, words may come: loudness is not all.
    if (!turns.has(itemId)) turns.set(itemId, positionMs)
    session?.commit(itemId)
  }

  const wrote = (itemId: string, text: string) => {
    const positionMs = turns.get(itemId) ?? sentMs
    turns.delete(itemId)
    lane.forgetTurn(itemId)
    attempts = 0
    events.wrote(itemId, timeOf(positionMs), text)
  }

  const receive = (event: RealtimeEvent) => {
    switch (event.type) {
      case 'speech-started':
        return began(event.itemId, event.audioStartMs ?? 0)
      case 'input-committed':
        return cutter.named(event.itemId)
      case 'input-transcript':
        return event.final ? wrote(cutter.ours(event.itemId), event.text) : undefined
      case 'input-transcript-failed':
        log.warn('listening.turn-failed', { problem: event.message })
        return wrote(cutter.ours(event.itemId), '')
      case 'error':
        log.warn('listening.complained', { code: event.code, problem: event.message })
        if (event.eventId !== undefined && cutter.refused(event.eventId)) wrote(event.eventId, '')
        return
      default:
        return undefined
    }
  }

  const ready = () => {
    phase = 'ready'
    readyAtMs = clock.nowMs()
    sentMs = 0
    originMs = undefined
    lane.open()
    originMs = framesEndMs - sentMs
    cutRest()
    for (const [itemId, positionMs] of turns) events.began(itemId, timeOf(positionMs))
    if (isInterrupted) events.resumed()
    isInterrupted = false
  }

  const open = () => {
    attempts += 1
    session = openTranscriptionSession(options, { ready, event: receive, ended })
  }

  const ended = ({ cause, isRetryable }: SessionEnd) => {
    if (phase === 'ready' && clock.nowMs() - readyAtMs >= WELL_MS) attempts = 0
    phase = 'opening'
    pressure = { is: 'flowing' }
    turns.clear()
    cutter.startAfresh()
    lane.close()
    if (!isRetryable) {
      phase = 'closed'
      return events.lost(cause)
    }
    if (!isInterrupted) events.interrupted(cause)
    isInterrupted = true
    const slowMs = attempts > QUICK_ATTEMPTS ? SLOW_RETRY_MS * (1 + random()) / 2 : 0
    cancelRetry = clock.after(Math.max(slowMs, retryDelayMs(attempts, random())), open)
  }

  open()
  return {
    frame: (timestampMs, payload) => {
      if (phase === 'closed') return
      lane.frame(timestampMs, payload)
      framesEndMs = timestampMs + decodedLength(payload) / BYTES_PER_MS
      if (phase === 'ready' && pressure.is === 'flowing') originMs = framesEndMs - sentMs
    },
    tick: () => {
      const nowMs = clock.nowMs()
      lane.tick(nowMs, turns.size > 0 && finishedAtMs === undefined)
      if (phase !== 'ready') return
      const [next, relief] = judge(
        pressure,
        session?.bufferedBytes() ?? 0,
        MODEL_CONGESTED_BYTES.pcmu,
        nowMs,
      )
      pressure = next
      if (relief === 'pause') lane.pause()
      if (relief === 'resume') lane.resume()
      if (relief === 'replace') session?.abandon('stuck')
    },
    finish: () => {
      finishedAtMs = clock.nowMs()
      for (let ms = 0; ms < LAST_SILENCE_MS; ms += FRAME_MS) {
        lane.frame(framesEndMs, SILENT_FRAME)
        framesEndMs += FRAME_MS
      }
      cutRest()
    },
    isDone: () =>
      phase === 'closed' || phase === 'ready' && turns.size === 0 && finishedAtMs !== undefined &&
        clock.nowMs() - Math.max(finishedAtMs, readyAtMs) >= LAST_NOTICE_MS,
    close: () => {
      phase = 'closed'
      cancelRetry()
      session?.close()
    },
    droppedMs: () => lane.counts().droppedMs,
  }
}
