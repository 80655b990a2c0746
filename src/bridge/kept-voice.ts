/**
 * The caller's latest audio, as bytes on one line that begins with the call: what a session that comes later must still hear.
 *
 * Every frame of every call is written here, so it is plain memory that is used again: blocks, of which the oldest becomes the
 * newest. Texts instead would each hold on to the whole message they were cut out of.
 */

/** Positions are in bytes of mu-law since the line began, 8 to the ms. Only the functions of this file change it. */
export type KeptVoice = {
  /** Where what is kept begins, and where it ends. */
  from: number
  end: number
  /** The blocks, oldest first, and where on the line the first one begins. */
  readonly blocks: Uint8Array[]
  firstAt: number
}

/** 400 ms of mu-law, which are 20 frames: what is kept between turns is twice that, and the rest of a block is kept for nothing. */
export const BLOCK_BYTES = 3_200

/** Makes an empty line. */
export const createKeptVoice = (): KeptVoice => ({ from: 0, end: 0, blocks: [], firstAt: 0 })

/** Writes bytes at the end. */
export const append = (voice: KeptVoice, bytes: Uint8Array): void => {
  const at = voice.end - voice.firstAt
  const block = Math.floor(at / BLOCK_BYTES)
  const offset = at - block * BLOCK_BYTES
  if (block === voice.blocks.length) voice.blocks.push(new Uint8Array(BLOCK_BYTES))
  const room = BLOCK_BYTES - offset
  if (bytes.length <= room) {
    voice.blocks[block].set(bytes, offset)
    voice.end += bytes.length
    return
  }
  append(voice, bytes.subarray(0, room))
  append(voice, bytes.subarray(room))
}

/** Lets go of what lies before a position. */
export const keepFrom = (voice: KeptVoice, from: number): void => {
  if (from <= voice.from) return
  voice.from = Math.min(from, voice.end)
  if (voice.from - voice.firstAt >= BLOCK_BYTES) reuse(voice)
}

/** A block that is not needed any more becomes the next to be written; when several are not, memory goes back. */
const reuse = (voice: KeptVoice): void => {
  const count = Math.floor((voice.from - voice.firstAt) / BLOCK_BYTES)
  const free = voice.blocks.splice(0, count)
  voice.firstAt += count * BLOCK_BYTES
  const unwritten = voice.firstAt + voice.blocks.length * BLOCK_BYTES - voice.end
  if (unwritten < BLOCK_BYTES) voice.blocks.push(free[0])
}

/** Copies what lies between two positions that are kept, and gives as much of `into`. */
export const copy = (voice: KeptVoice, from: number, end: number, into: Uint8Array): Uint8Array => {
  for (let at = from; at < end;) {
    const block = Math.floor((at - voice.firstAt) / BLOCK_BYTES)
    const offset = at - voice.firstAt - block * BLOCK_BYTES
    const length = Math.min(BLOCK_BYTES - offset, end - at)
    into.set(voice.blocks[block].subarray(offset, offset + length), at - from)
    at += length
  }
  return into.subarray(0, end - from)
}
