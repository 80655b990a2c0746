/**
 * Records how calls sound, as the two ends had it: the caller on the left, on the right what the caller heard of the agent, each at
 * its time. All of it lies on the clock on which things come in here, the caller's audio as well as the echoes of what was played.
 */
import { base64Decode, decodedLength } from '../audio/base64.ts'
import { createScratch } from '../audio/scratch.ts'
import type { CallSound, SentSound } from '../bridge/call-sound.ts'
import type { CallEvent } from '../call/events.ts'
import type { CallState } from '../call/state.ts'
import type { Playback } from '../call/playback.ts'
import type { Log } from '../log.ts'
import { createSoundMuter } from './mute-sound.ts'
import { heardOfLine, NOTHING_PLAYED, PLACED_AFTER_MS, sentPiece } from './played.ts'
import { createSoundFile, type SoundFile, type SoundFileOptions } from './sound-file.ts'
import { createStereoTrack } from './stereo-track.ts'
import { agentLine, type WithheldRules } from './withheld.ts'

export type SoundOptions = Readonly<{
  /** Opens the file of a call of a customer's. */
  open: (customer: string, callSid: string) => ReturnType<SoundFileOptions['open']>
  /** Is told of a recording that is on the disk, and whose call is over and not handed to another process. */
  ended?: (customer: string, callSid: string) => void
  /** Milliseconds since 1970. */
  wallMs: () => number
  log: Log
}>

export type SoundRecorder = Readonly<{
  /** Records a call from its first stream on; with rules for what is muted, only what may be heard by these. */
  begin: (customer: string, callSid: string, muting?: WithheldRules) => CallSound
  /** Whether a call is being recorded, or its recording is not on the disk yet. */
  isOpen: (customer: string, callSid: string) => boolean
  /** Resolves when what has ended is on the disk. Never rejects. */
  settled: () => Promise<void>
}>

const SAMPLES_PER_MS = 8
/** What the caller said may be this late, and what they heard is known by then. */
const WRITTEN_AFTER_MS = PLACED_AFTER_MS + 700
const WRITTEN_EVERY_MS = 1_000
/** For what comes early, and for a moment in which nothing was written. */
const SPARE_MS = 1_800
const TRACK_S = (WRITTEN_AFTER_MS + WRITTEN_EVERY_MS + SPARE_MS) / 1_000
/** How much sooner a frame may come than it was said, as clocks differ, and how much later. */
const EARLY_MS = 40
const LATE_MS = 1_000

/** Makes what records the calls of this process. */
export const createSoundRecorder = ({ open, ended, wallMs, log }: SoundOptions): SoundRecorder => {
  const files = new Map<SoundFile, string>()
  // Of the caller, whose frames go into the track at once; what was sent has to wait, and has memory of its own.
  const frame = createScratch()

  const openFile = (customer: string, callSid: string): SoundFile => {
    const file = createSoundFile({
      open: () => open(customer, callSid),
      wallMs,
      failed: (problem) => log.error('recording.failed', { callSid, customer, problem }),
    })
    files.set(file, `${customer}/${callSid}`)
    return file
  }

  const begin = (customer: string, callSid: string, muting?: WithheldRules): CallSound => {
    const track = createStereoTrack(TRACK_S)
    let played = NOTHING_PLAYED
    let file: SoundFile | undefined
    let startMs = 0
    let streamMs = 0
    let writtenMs = 0
    let isOver = false

    const muter = muting && createSoundMuter({
      ...muting,
      startMs: () => startMs,
      file: () => file,
    })

    const put = (channel: 0 | 1, atMs: number, codes: Uint8Array) =>
      track.put(channel, Math.round((atMs - startMs) * SAMPLES_PER_MS), codes)

    const writeUntil = (ms: number) => {
      let at = Math.round((writtenMs - startMs) * SAMPLES_PER_MS)
      writtenMs = ms
      for (const piece of track.take(Math.round((ms - startMs) * SAMPLES_PER_MS))) {
        muter?.pass(piece, at)
        at += piece.length / 2
        file?.write(piece)
      }
    }

    const finish = (isCallOver: boolean) => {
      isOver = true
      const whole = file
      if (!whole) return
      whole.end()
      void whole.settled().then(() => {
        files.delete(whole)
        if (isCallOver) ended?.(customer, callSid)
      })
    }

    /** A mistake of ours costs the rest of the recording and nothing else. */
    const guarded = <Given extends readonly unknown[]>(action: (...given: Given) => void) =>
    (
      ...given: Given
    ): void => {
      if (isOver) return
      try {
        action(...given)
      } catch (error) {
        log.error('recording.fault', { callSid, customer, error })
        finish(false)
      }
    }

    return {
      newStream: guarded((atMs: number) => {
        streamMs = atMs
        if (file) return
        file = openFile(customer, callSid)
        startMs = atMs
        writtenMs = atMs
      }),
      caller: guarded((timestampMs: number, payload: string, atMs: number, isSecret: boolean) => {
        const codes = isSecret ? undefined : decoded(payload, frame.bytes(decodedLength(payload)))
        if (!codes) return
        const lateMs = atMs - streamMs - timestampMs - codes.length / SAMPLES_PER_MS
        // A timestamp that cannot be true counts from another moment than the start of the stream.
        if (lateMs < -EARLY_MS || lateMs > LATE_MS) streamMs += lateMs
        put(0, streamMs + timestampMs, codes)
      }),
      sent: guarded((payload: string, positionMs: number, what: SentSound) => {
        if (what.is === 'keys' && muter?.isKept(what.keys) === false) return
        const codes = decoded(payload, new Uint8Array(decodedLength(payload)))
        const line = what.is === 'line' ? agentLine(what) : undefined
        if (codes) played = sentPiece(played, { codes, positionMs, line })
      }),
      hears: guarded((how, atMs) => muter?.hears(how, atMs)),
      moved: guarded((event: CallEvent, before: CallState, after: CallState) => {
        const { atMs } = event
        muter?.take(event, before)
        const [next, heard] = heardOfLine(played, lineOf(before), lineOf(after), atMs)
        played = next
        for (const { codes, line, atMs: fromMs } of heard) {
          put(1, fromMs, codes)
          if (line !== undefined) {
            muter?.played(line, fromMs, fromMs + codes.length / SAMPLES_PER_MS)
          }
        }
        if (after.phase === 'ended') {
          muter?.end()
          if (file) writeUntil(atMs)
          return finish(after.reason !== 'handed-over')
        }
        const dueMs = atMs - WRITTEN_AFTER_MS
        if (file && dueMs - writtenMs >= WRITTEN_EVERY_MS) writeUntil(dueMs)
      }),
    }
  }

  return {
    begin,
    isOpen: (customer, callSid) => [...files.values()].includes(`${customer}/${callSid}`),
    settled: async () => {
      await Promise.all([...files.keys()].map((file) => file.settled()))
    },
  }
}

const lineOf = (state: CallState): Playback | undefined =>
  state.phase === 'talking' ? state.playback : undefined

const decoded = (payload: string, codes: Uint8Array): Uint8Array | undefined =>
  base64Decode(payload, codes) < 0 ? undefined : codes
