/**
 * Long work in slices: indexing ten megabytes takes seconds, and each millisecond of them that is not given back is one in which
 * no frame of any call moves.
 */

/** How long work goes on before others have their turn. A frame is 20 ms. */
const SLICE_MS = 5

/** Gives others their turn when it is time; resolves at once otherwise. */
export type Breathe = () => Promise<void>

/** Makes the pauses of one piece of work. Rejects with the signal's reason when the work is not wanted any more. */
export const createBreathe = (signal?: AbortSignal): Breathe => {
  let sinceMs = performance.now()
  return async () => {
    signal?.throwIfAborted()
    if (performance.now() - sinceMs < SLICE_MS) return
    await new Promise((resolve) => setTimeout(resolve, 0))
    sinceMs = performance.now()
    signal?.throwIfAborted()
  }
}

/** Cuts a text into pieces of at most `size`, at least 2; a letter that takes two places stays whole. */
export const piecesOf = function* (text: string, size = 16_384): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = /[\uD800-\uDBFF]/.test(text[at + size - 1] ?? '') ? at + size - 1 : at + size
    yield text.slice(at, end)
    at = end
  }
}
