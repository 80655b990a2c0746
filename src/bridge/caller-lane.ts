/**
 * The caller's voice on its way to the model.
 *
 * Fifty frames a second come through here on every call: no decision, no parse, no closure. What comes before the model is
 * ready is kept and sent in one go; where Twilio sent nothing, silence is put in, because a model that is sent nothing does
 * not hear that the caller has stopped.
 */
import { decodedLength } from '../audio/base64.ts'
import { FRAME_MS, SILENT_FRAME } from '../audio/frame.ts'
import type { Transcoder } from '../audio/transcoder.ts'
import type { GapFinder } from '../twilio/gaps.ts'
import { keepAudio } from './kept-audio.ts'

export type CallerLane = Readonly<{
  /** Takes a frame from Twilio. */
  frame: (timestampMs: number, payload: string) => void
  /** The model is ready: what was kept goes out, and from now on everything goes straight through. */
  open: () => void
  /** Looks whether frames stopped coming while the caller speaks; to be called a few times a second. */
  tick: (nowMs: number, callerSpeaks: boolean) => void
  counts: () => CallerAudioCounts
}>

export type CallerAudioCounts = Readonly<{ frames: number; filledMs: number; droppedMs: number }>

export type CallerLaneOptions = Readonly<{
  transcoder: Transcoder
  gaps: GapFinder
  nowMs: () => number
  toModel: (payload: string) => void
}>

const KEPT_MS = 10_000
const BYTES_PER_MS = 8
/** Without a frame for this long in the middle of speech, the phone is taken to suppress silence. */
const QUIET_MS = 750
const FILL_MS = 1_000
const LONGEST_FILL_MS = 10_000

/** Makes the lane of one stream. */
export const createCallerLane = (options: CallerLaneOptions): CallerLane => {
  const { transcoder, gaps } = options
  const early = keepAudio<string>(KEPT_MS)
  let isOpen = false
  let frames = 0
  let filledMs = 0
  let filledSinceFrameMs = 0
  let lastFrameAtMs = options.nowMs()

  const pass = (payload: string, ms: number) => {
    const audio = transcoder.toModel(payload)
    if (audio === '') return
    if (isOpen) options.toModel(audio)
    else early.keep(audio, ms)
  }

  const fill = (ms: number) => {
    for (let left = ms; left >= FRAME_MS; left -= FRAME_MS) pass(SILENT_FRAME, FRAME_MS)
    filledMs += ms
  }

  return {
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
      isOpen = true
      for (const audio of early.release()) options.toModel(audio)
    },
    tick: (nowMs, callerSpeaks) => {
      const quiet = nowMs - lastFrameAtMs >= QUIET_MS + filledSinceFrameMs
      if (!callerSpeaks || !quiet || filledSinceFrameMs >= LONGEST_FILL_MS) return
      fill(FILL_MS)
      gaps.filled(FILL_MS)
      filledSinceFrameMs += FILL_MS
    },
    counts: () => ({ frames, filledMs, droppedMs: early.droppedMs() }),
  }
}
