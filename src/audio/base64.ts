/**
 * Base64 as both wires carry audio. The language's own is fast, but it throws on bad text, stops
 * silently when the target is full and skips white space; here whatever is not one clean run of
 * base64 is -1, however big the target is.
 */

/** Writes bytes as base64 with padding. */
export const base64Encode = (bytes: Uint8Array): string => bytes.toBase64()

/**
 * Decodes to the start of `into`, which needs room for `decodedLength(text)` bytes. Returns that
 * length, or -1 when the text is not base64 or does not fit. Padding may be absent.
 */
export const base64Decode = (text: string, into: Uint8Array): number => {
  try {
    const { written } = into.setFromBase64(text)
    return isAllOf(text, written) ? written : -1
  } catch {
    return -1
  }
}

/** How many bytes the text stands for if it is base64, judged by its length and padding alone. */
export const decodedLength = (text: string): number =>
  Math.floor(((text.length - paddingOf(text)) * 3) / 4)

/** Whether each character but the padding went into these bytes, and padding, if any, is whole. */
const isAllOf = (text: string, bytes: number): boolean => {
  const padding = paddingOf(text)
  const isPaddingWhole = padding === 0 || text.length % 4 === 0
  return isPaddingWhole && text.length - padding === Math.ceil((4 * bytes) / 3)
}

const paddingOf = (text: string): number => text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
