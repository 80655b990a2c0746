/**
 * The caller's voice on its way to the model.
 *
 * Fifty frames a second come through here on every call: no decision, no parse, no closure. Where Twilio sent nothing, silence is put
 * in, because a model that is sent nothing does not hear that the caller has stopped. The latest audio is always kept: all that came
 * while the model was away, and the turn that it has not put into words yet, because a session that breaks forgets it.
 */
import { decodedLength } from '../audio/base64.ts'
import { FRAME_MS, SILENT_FRAME } from '../audio/frame.ts'
import { createJoiner } from '../audio/join.ts'
import type { Transcoder } from '../audio/transcoder.ts'
import { createGapFinder } from '../twilio/gaps.ts'
import { keepAudio } from './kept-audio.ts'

export type CallerLane = Readonly<{
  /** A stream begins, with a time line of its own. */
  newStream: () => void
  /** Takes a frame from Twilio. */
  frame: (timestampMs: number, payload: string) => void
  /** The model is there: what was kept goes out, and from now on everything goes straight through. */
  open: () => void
  /** The model is away: from now on everything is kept. */
  close: () => void
  /** The model does not keep up: what comes waits, two seconds of it, until it does. */
  pause: () => void
  resume: () => void
  /** Sends this many frames in one message, 1 to 3: less work for the machine, a little more delay for the caller. */
  join: (frames: number) => void
  /** The caller has begun a turn; it is kept from shortly before now until it is forgotten. */
  keepTurn: (itemId: string) => void
  /** A turn and those before it need not be heard again; what came after it is kept. */
  forgetTurn: (itemId: string) => void
  /** Looks whether frames stopped coming while the caller speaks; to be called a few times a second. */
  tick: (nowMs: number, callerSpeaks: boolean) => void
  counts: () => CallerAudioCounts
}>

export type CallerAudioCounts = Readonly<{ frames: number; filledMs: number; droppedMs: number }>

export type CallerLaneOptions = Readonly<{
  transcoder: Transcoder
  nowMs: () => number
  toModel: (payload: string) => void
}>

const BYTES_PER_MS = 8
/** Turn detection tells of a turn some hundred ms after it began. */
const ALWAYS_KEPT_MS = 800
const KEPT_TURN_MS = 15_000
const KEPT_WHILE_CLOSED_MS = 10_000
const PAUSED_MS = 2_000
/** Without a frame for this long in the middle of speech, the phone is taken to suppress silence. */
const QUIET_MS = 750
const FILL_MS = 1_000
const LONGEST_FILL_MS = 10_000

/** Makes the lane of one call; the model is away at first. */
export const createCallerLane = (options: CallerLaneOptions): CallerLane => {
  const { transcoder } = options
  let gaps = createGapFinder()
  const kept = keepAudio<string>(KEPT_WHILE_CLOSED_MS)
  let isOpen = false
  /** Until then a turn may be told of that is in what was sent all at once when the model came. */
  let catchingUpUntilMs = 0
  /** The turns that are kept, oldest first, and where on the line of all audio they begin. */
  let turns: readonly Readonly<{ itemId: string; fromMs: number }>[] = []
  /** Whether the turns are those of a session that broke: the next one hears them again, under other names. */
  let isHeardAgain = false
  let passedMs = 0
  let lostBefore = 0
  let droppedMs = 0
  let frames = 0
  let filledMs = 0
  let filledSinceFrameMs = 0
  let lastFrameAtMs = options.nowMs()
  let isPaused = false
  let framesJoined = 1
  const waiting = keepAudio<string>(PAUSED_MS)
  const joining: string[] = []
  const joined = createJoiner()

  const pass = (payload: string, ms: number) => {
    passedMs += ms
    kept.keep(payload, ms)
    if (!isOpen) return
    if (isPaused) return waiting.keep(payload, ms)
    if (framesJoined === 1) return send(payload)
    joining.push(payload)
    if (joining.length >= framesJoined) flush()
  }

  const flush = () => {
    if (joining.length > 0) send(joined(joining.splice(0)))
  }

  const send = (payload: string) => {
    const audio = transcoder.toModel(payload)
    if (audio !== '') options.toModel(audio)
  }

  const isCatchingUp = () => options.nowMs() < catchingUpUntilMs

  /** What falls out of the store is lost only if the model has never had it. */
  const setLimit = () => {
    if (turns.length > 0) kept.limit(KEPT_TURN_MS)
    else kept.limit(isOpen && !isCatchingUp() ? ALWAYS_KEPT_MS : KEPT_WHILE_CLOSED_MS)
  }

  const fill = (ms: number) => {
    for (let left = ms; left >= FRAME_MS; left -= FRAME_MS) pass(SILENT_FRAME, FRAME_MS)
    filledMs += ms
  }

  return {
    newStream: () => {
      gaps = createGapFinder()
      filledSinceFrameMs = 0
      lastFrameAtMs = options.nowMs()
    },
    frame: (timestampMs, payload) => {
      const ms = decodedLength(payload) / BYTES_PER_MS
      const missingMs = gaps.before(timestampMs, ms)
      if (missingMs > 0) fill(missingMs)
      frames += 1
      filledSinceFrameMs = 0
      lastFrameAtMs = options.nowMs()
      pass(payload, ms)
    },
    open: () => {
      if (isOpen) return
      isOpen = true
      catchingUpUntilMs = options.nowMs() + ALWAYS_KEPT_MS
      droppedMs += kept.droppedMs() - lostBefore
      for (const payload of kept.all()) send(payload)
      setLimit()
    },
    close: () => {
      if (!isOpen) return
      isOpen = false
      isHeardAgain = true
      // All of this is kept besides, for the next session.
      isPaused = false
      waiting.release()
      joining.length = 0
      setLimit()
      lostBefore = kept.droppedMs()
    },
    pause: () => {
      if (!isOpen) return
      flush()
      isPaused = true
    },
    resume: () => {
      isPaused = false
      for (const payload of waiting.release()) send(payload)
    },
    join: (frames) => {
      framesJoined = frames
      if (frames === 1) flush()
    },
    keepTurn: (itemId) => {
      const again = isHeardAgain ? turns[0] : undefined
      const fromMs = again?.fromMs ?? (isCatchingUp() ? 0 : passedMs - ALWAYS_KEPT_MS)
      turns = [...(again ? [] : turns), { itemId, fromMs }]
      isHeardAgain = false
      setLimit()
    },
    forgetTurn: (itemId) => {
      turns = turns.slice(turns.findIndex((turn) => turn.itemId === itemId) + 1)
      const [first] = turns
      if (first) kept.limit(passedMs - first.fromMs)
      else {
        catchingUpUntilMs = 0
        kept.limit(ALWAYS_KEPT_MS)
      }
      // The session that broke has had what is let go of here.
      if (!isOpen) lostBefore = kept.droppedMs()
      setLimit()
    },
    tick: (nowMs, callerSpeaks) => {
      flush()
      setLimit()
      const quiet = nowMs - lastFrameAtMs >= QUIET_MS + filledSinceFrameMs
      if (!callerSpeaks || !quiet || filledSinceFrameMs >= LONGEST_FILL_MS) return
      fill(FILL_MS)
      gaps.filled(FILL_MS)
      filledSinceFrameMs += FILL_MS
    },
    counts: () => ({
      frames,
      filledMs,
      droppedMs: droppedMs + waiting.droppedMs() + (isOpen ? 0 : kept.droppedMs() - lostBefore),
    }),
  }
}
