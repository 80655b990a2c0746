/**
 * The agent's voice on its way to the caller.
 *
 * Audio of a response that the caller has spoken over is refused before anything is done with it. The rest is sent at once, in
 * whole frames: Twilio queues it. What the model says before the line is open waits here, and is the first thing heard.
 */
import { decodedLength } from '../audio/base64.ts'
import type { Transcoder } from '../audio/transcoder.ts'
import type { AgentPart, Happening } from '../call/events.ts'
import { keepAudio } from './kept-audio.ts'

export type AgentLane = Readonly<{
  /** Takes a delta of the model. */
  audio: (delta: AgentPart & Readonly<{ payload: string }>) => void
  /** The model has sent all of an item. */
  ended: (part: AgentPart) => void
  /** The model has sent all of a response, whatever it has said of its items. */
  responseEnded: (responseId: string) => void
  /** The line is open: what waited goes out, and from now on everything goes straight through. */
  open: (line: OpenLine) => void
  /** The line is gone: what comes from now on waits for the next one. */
  close: () => void
  /** Forgets what is not a whole frame yet: the queue at Twilio was cleared. */
  drop: () => void
  /** The session that spoke is gone: what it said last is sent, filled up to a whole frame. */
  cutOff: () => void
  counts: () => AgentAudioCounts
}>

/** What takes the agent's voice once the caller can hear it. */
export type OpenLine = Readonly<{
  play: (payload: string, part: AgentPart) => void
  /** Runs `action`, and hands the network in one piece all that it sends. */
  together: (action: () => void) => void
}>

export type AgentAudioCounts = Readonly<{ sentMs: number; refused: number; droppedMs: number }>

export type AgentLaneOptions = Readonly<{
  transcoder: Transcoder
  isWanted: (responseId: string) => boolean
  /** How much may be sent in one piece now, so that marks come where they are wanted. */
  pieceMs: () => number
  happened: (happening: Happening) => void
}>

type Piece = Readonly<{ part: AgentPart; frames: string; modelMs: number; ended: boolean }>

const KEPT_MS = 120_000
const BYTES_PER_MS = 8
/** Base64 can be cut without decoding after each three bytes; three frames are the least that is whole frames, too. */
const CUT_MS = 60
const CUT_CHARS = 640

/** Makes the lane of one call. */
export const createAgentLane = (options: AgentLaneOptions): AgentLane => {
  const { transcoder, isWanted, happened } = options
  const early = keepAudio<Piece>(KEPT_MS)
  let line: OpenLine | undefined
  let current: AgentPart | undefined
  let sentMs = 0
  let refused = 0

  const send = (piece: Piece) => {
    if (!line) return early.keep(piece, msOf(piece.frames))
    const { play, together } = line
    const { part, ended } = piece
    let { frames, modelMs } = piece
    // A delta is a few pieces with a mark after each.
    together(() => {
      while (frames !== '') {
        const head = frames.slice(0, charsIn(options.pieceMs()))
        frames = frames.slice(head.length)
        const headMs = msOf(head)
        play(head, part)
        sentMs += headMs
        const headModelMs = frames === '' ? modelMs : headMs
        modelMs -= headModelMs
        happened({ type: 'agent-audio-sent', ...part, sentMs: headMs, modelMs: headModelMs })
      }
    })
    if (modelMs > 0) happened({ type: 'agent-audio-sent', ...part, sentMs: 0, modelMs })
    if (ended) happened({ type: 'agent-audio-ended', ...part })
  }

  const finish = (part: AgentPart) => {
    if (!isWanted(part.responseId)) return drop()
    current = undefined
    send({ part, frames: transcoder.endOfItem(), modelMs: 0, ended: true })
  }

  const drop = () => {
    current = undefined
    transcoder.dropItem()
  }

  return {
    audio: ({ responseId, itemId, contentIndex, payload }) => {
      const part = { responseId, itemId, contentIndex }
      if (!isWanted(responseId)) {
        refused += 1
        return happened({ type: 'agent-audio-refused', ...part })
      }
      // Not every server says that an item has ended.
      if (current && !isSame(current, part)) finish(current)
      current = part
      const modelMs = transcoder.modelMs(payload)
      send({ part, frames: transcoder.toCaller(payload), modelMs, ended: false })
    },
    ended: ({ responseId, itemId, contentIndex }) => {
      const part = { responseId, itemId, contentIndex }
      if (current && isSame(current, part)) finish(part)
    },
    responseEnded: (responseId) => {
      if (current?.responseId === responseId) finish(current)
    },
    open: (opened) => {
      line = opened
      for (const piece of early.release()) send(piece)
    },
    close: () => {
      line = undefined
      drop()
    },
    drop,
    cutOff: () => {
      if (current) finish(current)
    },
    counts: () => ({ sentMs, refused, droppedMs: early.droppedMs() }),
  }
}

const msOf = (frames: string): number => decodedLength(frames) / BYTES_PER_MS

const charsIn = (pieceMs: number): number => Math.max(1, Math.floor(pieceMs / CUT_MS)) * CUT_CHARS

const isSame = (one: AgentPart, other: AgentPart): boolean =>
  one.itemId === other.itemId && one.contentIndex === other.contentIndex
