/**
 * The sound that is kept back from a recording: silence is written in its place, and it is given back once it may be heard. What nobody
 * has said anything of yet is kept back on the left, where a turn may still be told of, and is not on the right, where all is known
 * before it is written. Bounded: past the bounds the oldest is dropped, and stays silent.
 */
import { MU_LAW_SILENCE } from '../audio/g711.ts'
import type { Channel } from './stereo-track.ts'
import type { Fate } from './withheld.ts'

/** A stretch of a channel in samples, and whether what is in it may be heard. */
export type Stretch = Readonly<{ channel: Channel; from: number; to: number; fate: Fate }>

/** Sound of one channel that begins at a sample. */
export type Piece = Readonly<{ channel: Channel; at: number; codes: Uint8Array }>

export type KeptBack = Readonly<{
  /** Silences what of this sound, left and right by turns, may not be heard, or not yet, and keeps the latter. */
  keep: (sound: Uint8Array, at: number, stretches: readonly Stretch[]) => void
  /** Gives back what may be heard by now, and forgets what will not be. */
  release: (stretches: readonly Stretch[]) => readonly Piece[]
}>

/** Two minutes. */
const MOST_KEPT = 120 * 8_000
/** How long a turn may have gone on that is told of: half a minute. */
const MOST_UNTOLD = 30 * 8_000
const CHANNELS = [0, 1] as const

/** Makes the store of one recording. */
export const createKeptBack = (): KeptBack => {
  let pieces: readonly Piece[] = []
  let end = 0

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
      end = at + sound.length / 2
      for (const channel of CHANNELS) {
        for (const { from, to, fate } of partsOf(channel, at, end, stretches)) {
          if (fate === 'kept') continue
          if (fate !== 'muted') {
            hold([{ channel, at: from, codes: takeOut(sound, channel, from - at, to - at) }])
          }
          silence(sound, channel, from - at, to - at)
        }
      }
    },
    release: (stretches) => {
      const heard: Piece[] = []
      pieces = pieces.flatMap(({ channel, at, codes }) => {
        const left: Piece[] = []
        for (const { from, to, fate } of partsOf(channel, at, at + codes.length, stretches)) {
          const part = { channel, at: from, codes: codes.subarray(from - at, to - at) }
          if (fate === 'kept') heard.push(part)
          if (fate === 'open' || fate === 'untold' && to > end - MOST_UNTOLD) left.push(part)
        }
        return left
      })
      return heard
    },
  }
}

type Part = Readonly<{ from: number; to: number; fate: Fate | 'untold' }>

/** Cuts a piece where stretches begin and end, and says what becomes of each part: the least that any of them allows. */
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
    const fates = over.flatMap(({ from, to, fate }) => from < end && to > begin ? [fate] : [])
    const least = (['muted', 'open', 'kept'] as const).find((fate) => fates.includes(fate))
    return { from: begin, to: end, fate: least ?? (channel === 0 ? 'untold' : 'kept') }
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
