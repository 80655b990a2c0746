/**
 * The version of a customer: a fingerprint of the texts it was made of, so that a record can say which instructions a call
 * ran on. It tells versions apart and proves nothing: 64-bit FNV-1a is not a cryptographic hash.
 *
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */

const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n

/** Fingerprints texts in their order, as 16 hex digits. A zero byte stands between two texts. */
export const fingerprint = (texts: readonly string[]): string => {
  let hash = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(texts.join('\0'))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  }
  return hash.toString(16).padStart(16, '0')
}
