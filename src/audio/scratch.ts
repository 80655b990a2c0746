/** Memory to work in, kept from frame to frame: a call has 100 of them a second. */

/** One block of memory, seen as bytes and as samples, with whatever was left in it. */
export type Scratch = Readonly<{
  /** A view of exactly `length` bytes from the start. */
  bytes: (length: number) => Uint8Array
  /** A view of exactly `length` samples from the start, in the machine's byte order. */
  samples: (length: number) => Int16Array
}>

/** Makes memory that grows when more is asked for, which ends the sharing with earlier views. */
export const createScratch = (): Scratch => {
  let memory = new ArrayBuffer(0)
  let bytes = new Uint8Array(memory)
  let samples = new Int16Array(memory)

  const grow = (needed: number): void => {
    memory = new ArrayBuffer(Math.max(needed, 2 * memory.byteLength))
    bytes = new Uint8Array(memory, 0, 0)
    samples = new Int16Array(memory, 0, 0)
  }

  return {
    bytes: (length) => {
      if (length > memory.byteLength) grow(length)
      if (length !== bytes.length) bytes = new Uint8Array(memory, 0, length)
      return bytes
    },
    samples: (length) => {
      if (2 * length > memory.byteLength) grow(2 * length)
      if (length !== samples.length) samples = new Int16Array(memory, 0, length)
      return samples
    },
  }
}
