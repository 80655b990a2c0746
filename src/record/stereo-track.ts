/** The last seconds of a recording: two channels are put in where they belong, and taken out together once nothing more can come. */
import { MU_LAW_SILENCE } from '../audio/g711.ts'

/** 0 is the caller, on the left; 1 the agent, on the right. */
export type Channel = 0 | 1

/** Positions are samples since the beginning. */
export type StereoTrack = Readonly<{
  /** Puts audio in; what lies before what was taken, or too far ahead, is left out. */
  put: (channel: Channel, at: number, codes: Uint8Array) => void
  /** Takes all up to a position, left and right by turns, in pieces of a few seconds at most. */
  take: (until: number) => readonly Uint8Array[]
}>

const RATE_HZ = 8_000

/** Makes a track of so many seconds that is silent where nothing is put. */
export const createStereoTrack = (seconds = 4): StereoTrack => {
  const capacity = seconds * RATE_HZ
  const kept = new Uint8Array(2 * capacity).fill(MU_LAW_SILENCE)
  let from = 0

  const takeSome = (count: number): Uint8Array => {
    const taken = kept.slice(0, 2 * count)
    kept.copyWithin(0, 2 * count)
    kept.fill(MU_LAW_SILENCE, 2 * (capacity - count))
    from += count
    return taken
  }

  return {
    put: (channel, at, codes) => {
      const first = Math.max(0, from - at)
      const last = Math.min(codes.length, from + capacity - at)
      for (let i = first; i < last; i++) kept[2 * (at + i - from) + channel] = codes[i]
    },
    take: (until) => {
      const pieces: Uint8Array[] = []
      while (from < until) pieces.push(takeSome(Math.min(capacity, until - from)))
      return pieces
    },
  }
}
