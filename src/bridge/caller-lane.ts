/**
 * The caller's voice on its way to the model.
 *
 * Fifty frames a second come through here on every call: no decision, no parse, no closure, no object. All audio lies on one line
 * (`kept-voice.ts`), and the lane is three positions on it: where what is kept begins, up to where the model was sent, and the end.
 * What is sent at once, what waits because the model is away or slow, and what goes out a few frames at a time differ only in when
 * the second one moves.
 *
 * Where Twilio sent nothing, silence is put in, because a model that is sent nothing does not hear that the caller has stopped. The
 * latest audio is always kept: all that came while the model was away, and the turn that it has not put into words yet, because a
 * session that breaks forgets it.
 */
import { base64Decode, decodedLength } from '../audio/base64.ts'
import { FRAME_BYTES, FRAME_MS, SILENT_FRAME } from '../audio/frame.ts'
import { MU_LAW_SILENCE } from '../audio/g711.ts'
import { createScratch } from '../audio/scratch.ts'
import type { Transcoder } from '../audio/transcoder.ts'
import { createGapFinder } from '../twilio/gaps.ts'
import type { ModelHears } from './call-sound.ts'
import { append, copy, createKeptVoice, keepFrom } from './kept-voice.ts'

export type CallerLane = Readonly<{
  /** A stream begins, with a time line of its own. */
  newStream: () => void
  /** Takes a frame from Twilio; false, and nothing is done, when the payload is not base64. */
  frame: (timestampMs: number, payload: string) => boolean
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
  /** The caller has fallen silent: what a turn that is forgotten leaves behind begins here. */
  endTurn: () => void
  /** A turn and those before it need not be heard again; what came after it is kept. */
  forgetTurn: (itemId: string) => void
  /** Looks whether frames stopped coming while the caller speaks; to be called a few times a second. */
  tick: (nowMs: number, callerSpeaks: boolean) => void
  counts: () => CallerAudioCounts
}>

export type CallerAudioCounts = Readonly<{ frames: number; filledMs: number; droppedMs: number }>

export type CallerLaneOptions = Readonly<{
  transcoder: Pick<Transcoder, 'codesToModel'>
  nowMs: () => number
  toModel: (payload: string) => void
  /** Is told when the model begins to hear the caller, and when it does not any more. */
  hears?: ((how: ModelHears) => void) | undefined
}>

const BYTES_PER_MS = 8
/** Turn detection tells of a turn some hundred ms after it began. */
const ALWAYS_KEPT_MS = 800
const KEPT_TURN_MS = 15_000
const KEPT_WHILE_CLOSED_MS = 10_000
const PAUSED_MS = 2_000
/** Frames that wait for others to come along wait no longer than this, and until the next tick. */
const JOINED_MS = 60
/** Without a frame for this long in the middle of speech, the phone is taken to suppress silence. */
const QUIET_MS = 750
const FILL_MS = 1_000
const LONGEST_FILL_MS = 10_000

const SILENT_CODES = new Uint8Array(FRAME_BYTES).fill(MU_LAW_SILENCE)
/** What all lanes work in, one after the other: the frame that came, and audio that waited. */
const work = { frame: createScratch(), waited: createScratch() }

/** Makes the lane of one call; the model is away at first. */
export const createCallerLane = (options: CallerLaneOptions): CallerLane => {
  const { transcoder, nowMs, toModel, hears } = options
  const voice = createKeptVoice()
  let gaps = createGapFinder()
  let isOpen = false
  let isPaused = false
  /** Up to here the model was sent what there is. Means something only while the lane is open. */
  let sentTo = 0
  let joinedBytes = FRAME_BYTES
  let keptBytes = KEPT_WHILE_CLOSED_MS * BYTES_PER_MS
  /** Until then a turn may be told of that is in what was sent all at once when the model came. */
  let catchingUpUntilMs = 0
  /** The turns that are kept, oldest first, and where on the line they begin. */
  let turns: readonly Readonly<{ itemId: string; from: number }>[] = []
  /** Whether the turns are those of a session that broke: the next one hears them again, under other names. */
  let isHeardAgain = false
  /** Where the caller fell silent, as far as is known. */
  let silentFrom = 0
  let frames = 0
  let filledMs = 0
  let filledSinceFrameMs = 0
  let droppedBytes = 0
  /** A frame that goes out at once does not look at the clock: whether any came, the next tick sees. */
  let hasFrameCome = false
  let lastFrameAtMs = nowMs()
  let waitsSinceMs = 0

  const pass = (codes: Uint8Array, payload: string) => {
    append(voice, codes)
    trim()
    if (!isOpen) return
    const waiting = voice.end - sentTo
    if (isPaused) return dropWaiting(waiting)
    if (waiting < joinedBytes) {
      if (waiting === codes.length) waitsSinceMs = nowMs()
      return
    }
    if (waiting > codes.length) return sendWaiting()
    sentTo = voice.end
    toModel(transcoder.codesToModel(codes, payload))
  }

  /** What falls out of the store is lost only if the model has never had it. */
  const trim = () => {
    const from = voice.end - keptBytes
    if (from <= voice.from) return
    if (isOpen) return keepFrom(voice, Math.min(from, sentTo))
    droppedBytes += from - voice.from
    keepFrom(voice, from)
  }

  const dropWaiting = (waiting: number) => {
    const tooMuch = waiting - PAUSED_MS * BYTES_PER_MS
    if (tooMuch <= 0) return
    droppedBytes += tooMuch
    sentTo += tooMuch
  }

  /** What waited goes out in messages as long as those that go out at once. */
  const sendWaiting = () => {
    while (sentTo < voice.end) {
      const end = Math.min(sentTo + joinedBytes, voice.end)
      const codes = copy(voice, sentTo, end, work.waited.bytes(joinedBytes))
      sentTo = end
      toModel(transcoder.codesToModel(codes))
    }
  }

  /** From here on audio is kept in any case: a turn is told of some time after it began, but not before the last one ended. */
  const justBefore = () => Math.max(silentFrom, voice.end - ALWAYS_KEPT_MS * BYTES_PER_MS)

  const isCatchingUp = () => nowMs() < catchingUpUntilMs

  const endCatchingUp = () => {
    if (catchingUpUntilMs === 0) return
    catchingUpUntilMs = 0
    setLimit()
  }

  const setLimit = () => {
    const isShort = isOpen && turns.length === 0 && !isCatchingUp()
    const longestMs = turns.length > 0 ? KEPT_TURN_MS : KEPT_WHILE_CLOSED_MS
    keptBytes = (isShort ? ALWAYS_KEPT_MS : longestMs) * BYTES_PER_MS
    trim()
  }

  const fill = (ms: number) => {
    for (let left = ms; left >= FRAME_MS; left -= FRAME_MS) pass(SILENT_CODES, SILENT_FRAME)
    filledMs += ms
  }

  return {
    newStream: () => {
      gaps = createGapFinder()
      filledSinceFrameMs = 0
      lastFrameAtMs = nowMs()
    },
    frame: (timestampMs, payload) => {
      const codes = work.frame.bytes(decodedLength(payload))
      if (base64Decode(payload, codes) < 0) return false
      const missingMs = gaps.before(timestampMs, codes.length / BYTES_PER_MS)
      if (missingMs > 0) fill(missingMs)
      frames += 1
      filledSinceFrameMs = 0
      hasFrameCome = true
      pass(codes, payload)
      return true
    },
    open: () => {
      if (isOpen) return
      isOpen = true
      hears?.({ is: 'live', waitedMs: (voice.end - voice.from) / BYTES_PER_MS })
      catchingUpUntilMs = nowMs() + ALWAYS_KEPT_MS
      sentTo = voice.from
      sendWaiting()
      setLimit()
    },
    close: () => {
      if (!isOpen) return
      isHeardAgain = true
      hears?.({ is: 'away' })
      // All that waits is kept besides, for the next session.
      isPaused = false
      isOpen = false
      setLimit()
    },
    pause: () => {
      if (!isOpen) return
      sendWaiting()
      isPaused = true
      hears?.({ is: 'behind' })
    },
    resume: () => {
      if (!isPaused) return
      isPaused = false
      hears?.({ is: 'live', waitedMs: (voice.end - sentTo) / BYTES_PER_MS })
      sendWaiting()
    },
    join: (frames) => {
      joinedBytes = frames * FRAME_BYTES
      if (frames === 1 && isOpen && !isPaused) sendWaiting()
    },
    keepTurn: (itemId) => {
      const again = isHeardAgain ? turns[0] : undefined
      const from = again?.from ?? (isCatchingUp() ? 0 : justBefore())
      turns = [...(again ? [] : turns), { itemId, from }]
      isHeardAgain = false
      setLimit()
    },
    endTurn: () => {
      silentFrom = voice.end
    },
    forgetTurn: (itemId) => {
      turns = turns.slice(turns.findIndex((turn) => turn.itemId === itemId) + 1)
      const [first] = turns
      if (!first) catchingUpUntilMs = 0
      // The session that broke has had what is let go of here, so it is not lost.
      keepFrom(voice, Math.min(first?.from ?? justBefore(), isOpen ? sentTo : Infinity))
      setLimit()
    },
    tick: (atMs, callerSpeaks) => {
      if (atMs >= catchingUpUntilMs) endCatchingUp()
      if (hasFrameCome) lastFrameAtMs = atMs
      hasFrameCome = false
      if (isOpen && !isPaused && atMs - waitsSinceMs >= JOINED_MS) sendWaiting()
      const quiet = atMs - lastFrameAtMs >= QUIET_MS + filledSinceFrameMs
      if (!callerSpeaks || !quiet || filledSinceFrameMs >= LONGEST_FILL_MS) return
      fill(FILL_MS)
      gaps.filled(FILL_MS)
      filledSinceFrameMs += FILL_MS
    },
    counts: () => ({ frames, filledMs, droppedMs: droppedBytes / BYTES_PER_MS }),
  }
}
