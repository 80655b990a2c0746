/** Reads an answer up to a bound: whoever sends it decides how long it is, and we how much of it we hold. */

/** Reads a whole body. Rejects, and stops the sender, when it is longer than `maxBytes`. */
export const readBounded = async (response: Response, maxBytes: number): Promise<Uint8Array> => {
  const reader = response.body?.getReader()
  if (!reader) return new Uint8Array()
  const pieces: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(pieces, length)
    pieces.push(value)
    length += value.length
    if (length > maxBytes) {
      await reader.cancel()
      throw new Error(`it is longer than ${(maxBytes / 1024 / 1024).toFixed()} MiB`)
    }
  }
}

const joined = (pieces: readonly Uint8Array[], length: number): Uint8Array => {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
