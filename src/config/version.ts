/**
 * The version of a customer: a fingerprint of the texts it was made of, so that a record can say which instructions a call
 * ran on. It tells versions apart and proves nothing: 64-bit FNV-1a is not a cryptographic hash.
 *
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */

/** Fingerprints texts in their order, as 16 hex digits. A zero byte stands between two texts. */
export const fingerprint = (texts: readonly string[]): string => {
  // In two halves, because a bigint for each byte of all knowledge is most of the time that reading a configuration takes.
  let high = 0xcbf29ce4
  let low = 0x84222325
  for (const byte of new TextEncoder().encode(texts.join('\0'))) {
    low = (low ^ byte) >>> 0
    // The prime is 2^40 + 0x1b3; of the product of both only its low 64 bits count.
    const product = low * PRIME_LOW
    high = (Math.imul(high, PRIME_LOW) + (low << 8) + Math.floor(product / 2 ** 32)) >>> 0
    low = product >>> 0
  }
  return hex(high) + hex(low)
}

const PRIME_LOW = 0x1b3

const hex = (half: number): string => half.toString(16).padStart(8, '0')
