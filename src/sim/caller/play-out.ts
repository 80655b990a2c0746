/**
 * Twilio's play-out buffer: what the server sent waits here until the caller hears it, 8 bytes to
 * the millisecond.
 *
 * Nothing ticks. Where play-out stands is computed from the time that is handed in, in samples
 * since the stream started, so the answer is exact however late a timer was.
 */
import { createTrack, SAMPLES_PER_MS, type Track } from './track.ts'

/** Twilio refuses audio (warning 31931) when more than this would wait: ten minutes. */
const MAX_QUEUED_SAMPLES = 10 * 60_000 * SAMPLES_PER_MS

/** The buffer of one stream. `now` and `at` are samples since the stream started. */
export type PlayOut = Readonly<{
  /**
   * Queues audio; it starts at once when nothing is playing. False when the queue is full and all
   * of it was refused.
   */
  add: (codes: Uint8Array, now: number) => boolean
  /** Puts a mark behind all that is queued. */
  mark: (name: string, now: number) => void
  /** Takes the marks that play-out has reached, in the order they came. */
  takeReached: (now: number) => readonly Mark[]
  /** The place of the first mark that is still to be reached. */
  nextMark: () => number | undefined
  /** Throws away what is not yet played; every pending mark comes back. */
  clear: (now: number) => Readonly<{ dropped: number; marks: readonly Mark[] }>
  /** Samples heard before a place. */
  played: (at: number) => number
  /** Samples still to be heard. */
  queued: (now: number) => number
  /** The audio as heard; what `clear` dropped is not in it. */
  heard: Pick<Track, 'read'>
}>

/** A mark and the place on the time line it stands at. */
export type Mark = Readonly<{ name: string; at: number }>

/**
 * Makes an empty buffer. `jitter` is how many samples audio on an idle line waits before it is
 * heard.
 */
export const createPlayOut = (jitter = 0): PlayOut => {
  const track = createTrack()
  const pending: Mark[] = []
  const queued = (now: number) => track.samplesBefore(Infinity) - track.samplesBefore(now)

  return {
    add: (codes, now) => {
      if (queued(now) + codes.length > MAX_QUEUED_SAMPLES) return false
      track.append(codes, track.end() > now ? track.end() : now + jitter)
      return true
    },
    mark: (name, now) => {
      pending.push({ name, at: Math.max(now, track.end()) })
    },
    takeReached: (now) => {
      const ahead = pending.findIndex((mark) => mark.at > now)
      return pending.splice(0, ahead < 0 ? pending.length : ahead)
    },
    nextMark: () => pending[0]?.at,
    clear: (now) => ({ dropped: track.cut(now), marks: pending.splice(0) }),
    played: track.samplesBefore,
    queued,
    heard: track,
  }
}
