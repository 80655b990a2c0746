/**
 * The sound that is kept back from a recording: silence is written in its place, and it is given back once nothing speaks against it
 * any more. Bounded: past the bound the oldest is dropped, and stays silent.
 */
import { MU_LAW_SILENCE } from '../audio/g711.ts'
import type { Channel } from './stereo-track.ts'

/** A stretch of a channel in samples, and whether what is in it may still be heard. */
export type Stretch = Readonly<{ channel: Channel; from: number; to: number; isOpen: boolean }>

/** Sound of one channel that begins at a sample. */
export type Piece = Readonly<{ channel: Channel; at: number; codes: Uint8Array }>

export type KeptBack = Readonly<{
  /** Silences what of this sound, left and right by turns, lies in a stretch, and keeps what may still be heard. */
  keep: (sound: Uint8Array, at: number, stretches: readonly Stretch[]) => void
  /** Gives back what lies in no stretch any more, and forgets what will not be heard. */
  release: (stretches: readonly Stretch[]) => readonly Piece[]
}>

/** Two minutes. */
const MOST_KEPT = 120 * 8_000
const CHANNELS = [0, 1] as const

/** Makes the store of one recording. */
export const createKeptBack = (): KeptBack => {
  let pieces: readonly Piece[] = []

  const hold = (more: readonly Piece[]) => {
    pieces = [...pieces, ...more]
    let kept = pieces.reduce((sum, { codes }) => sum + codes.length, 0)
    while (kept > MOST_KEPT) {
      kept -= pieces[0].codes.length
      pieces = pieces.slice(1)
    }
  }

  return {
    keep: (sound, at, stretches) => {
      for (const channel of CHANNELS) {
        for (const { from, to, fate } of partsOf(channel, at, at + sound.length / 2, stretches)) {
          if (fate === 'free') continue
          if (fate === 'open') {
            hold([{ channel, at: from, codes: takeOut(sound, channel, from - at, to - at) }])
          }
          silence(sound, channel, from - at, to - at)
        }
      }
    },
    release: (stretches) => {
      const free: Piece[] = []
      pieces = pieces.flatMap(({ channel, at, codes }) => {
        const open: Piece[] = []
        for (const { from, to, fate } of partsOf(channel, at, at + codes.length, stretches)) {
          const part = { channel, at: from, codes: codes.subarray(from - at, to - at) }
          if (fate === 'free') free.push(part)
          if (fate === 'open') open.push(part)
        }
        return open
      })
      return free
    },
  }
}

type Part = Readonly<{ from: number; to: number; fate: 'free' | 'open' | 'muted' }>

/** Cuts a piece where stretches begin and end, and says what becomes of each part; to be muted comes before all else. */
const partsOf = (
  channel: Channel,
  from: number,
  to: number,
  stretches: readonly Stretch[],
): readonly Part[] => {
  const over = stretches.filter((each) =>
    each.channel === channel && each.from < to && each.to > from
  )
  const inside = over.flatMap((each) => [each.from, each.to]).filter((at) => at > from && at < to)
  const edges = [...new Set([from, ...inside.toSorted((a, b) => a - b), to])]
  return edges.slice(1).map((end, index): Part => {
    const begin = edges[index]
    const covering = over.filter((each) => each.from < end && each.to > begin)
    const fate = covering.some(({ isOpen }) => !isOpen)
      ? 'muted'
      : covering.length > 0
      ? 'open'
      : 'free'
    return { from: begin, to: end, fate }
  })
}

const takeOut = (sound: Uint8Array, channel: Channel, from: number, to: number): Uint8Array => {
  const codes = new Uint8Array(to - from)
  for (let i = 0; i < codes.length; i++) codes[i] = sound[2 * (from + i) + channel]
  return codes
}

const silence = (sound: Uint8Array, channel: Channel, from: number, to: number): void => {
  for (let i = from; i < to; i++) sound[2 * i + channel] = MU_LAW_SILENCE
}
