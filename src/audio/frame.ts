/**
 * Cuts a stream of mu-law into whole 20 ms frames: the model's deltas have any length, and an odd
 * frame crackles.
 */
import { base64Encode } from './base64.ts'
import { MU_LAW_SILENCE } from './g711.ts'

/** How long a frame lasts. */
export const FRAME_MS = 20

/** The bytes of one frame of mu-law at 8 kHz. */
export const FRAME_BYTES = 160

/** One frame of silence in base64. */
export const SILENT_FRAME: string = base64Encode(
  new Uint8Array(FRAME_BYTES).fill(MU_LAW_SILENCE),
)

/** Carries what is not a whole frame yet. What it gives is valid until it is used again. */
export type Framer = Readonly<{
  /** Takes bytes and gives the frames that are whole now, perhaps none, in the framer's memory. */
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
  let memory = new Uint8Array(20 * FRAME_BYTES)
  let given = 0 // bytes handed out last, at the start of the memory; the carried ones follow them
  let carried = 0

  const push = (bytes: Uint8Array): Uint8Array => {
    const total = carried + bytes.length
    memory.copyWithin(0, given, given + carried)
    if (total > memory.length) memory = grow(memory, total)
    memory.set(bytes, carried)
    carried = total % FRAME_BYTES
    given = total - carried
    return memory.subarray(0, given)
  }

  const end = (last: Uint8Array = NOTHING): Uint8Array => {
    push(last)
    if (carried > 0) {
      memory.fill(MU_LAW_SILENCE, given + carried, given + FRAME_BYTES)
      given += FRAME_BYTES
      carried = 0
    }
    return memory.subarray(0, given)
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

// Whole frames, so that the last one can always be filled up in place.
const grow = (memory: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> => {
  const grown = new Uint8Array(Math.ceil(bytes / FRAME_BYTES) * FRAME_BYTES)
  grown.set(memory)
  return grown
}
