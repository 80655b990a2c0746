/**
 * Cuts a stream of mu-law into whole 20 ms frames: the model's deltas have any length, and an odd
 * frame crackles.
 */
import { base64Encode } from './base64.ts'
import { MU_LAW_SILENCE } from './g711.ts'
import { createScratch } from './scratch.ts'

/** How long a frame lasts. */
export const FRAME_MS = 20

/** The bytes of one frame of mu-law at 8 kHz. */
export const FRAME_BYTES = 160

/** One frame of silence in base64. */
export const SILENT_FRAME: string = base64Encode(
  new Uint8Array(FRAME_BYTES).fill(MU_LAW_SILENCE),
)

/** Carries what is not a whole frame yet. What it gives is valid until any framer is used again. */
export type Framer = Readonly<{
  /** Takes bytes and gives the frames that are whole now, perhaps none. */
  push: (bytes: Uint8Array) => Uint8Array
  /** Takes last bytes, if any, and gives all that is left, the final frame filled with silence. */
  end: (last?: Uint8Array) => Uint8Array
  /** Forgets what is carried. */
  drop: () => void
  /** How many bytes wait for their frame to become whole. */
  readonly carried: number
}>

/** Makes a framer that carries nothing yet. */
export const createFramer = (): Framer => {
  const carry = new Uint8Array(FRAME_BYTES)
  let carried = 0

  /** What was carried and the bytes after it, with room to fill the last frame up. */
  const join = (bytes: Uint8Array): Uint8Array => {
    const joined = given.bytes(Math.ceil((carried + bytes.length) / FRAME_BYTES) * FRAME_BYTES)
    joined.set(carry.subarray(0, carried))
    joined.set(bytes, carried)
    return joined
  }

  const push = (bytes: Uint8Array): Uint8Array => {
    const joined = join(bytes)
    const total = carried + bytes.length
    carried = total % FRAME_BYTES
    carry.set(joined.subarray(total - carried, total))
    return joined.subarray(0, total - carried)
  }

  const end = (last: Uint8Array = NOTHING): Uint8Array => {
    const frames = join(last).fill(MU_LAW_SILENCE, carried + last.length)
    carried = 0
    return frames
  }

  const drop = (): void => {
    carried = 0
  }

  return {
    push,
    end,
    drop,
    get carried() {
      return carried
    },
  }
}

const NOTHING = new Uint8Array(0)

/** What a framer gave last; all of them share it. */
const given = createScratch()
