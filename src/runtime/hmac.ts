/** Keyed hashes, in one call and at once: `crypto.subtle` would make a socket wait in the middle of its first message. */
import { Buffer } from 'node:buffer'
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA256 of a text, as base64url. */
export const hmac = (key: string, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url')

/** HMAC-SHA256 of a text, as lower-case hex. */
export const hmacHex = (key: string, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex')

/** SHA-256 of a text, as lower-case hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Compares two texts in a time that does not depend on where they differ. */
export const isEqual = (one: string, other: string): boolean => {
  const left = Buffer.from(one)
  const right = Buffer.from(other)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** A secret nobody can guess: 32 random bytes as base64url. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')

/** HMAC-SHA256 of a text, as base64 with its padding; the key is text or base64. */
export const hmacBase64 = (key: string, keyIs: 'utf8' | 'base64', text: string): string =>
  createHmac('sha256', Buffer.from(key, keyIs)).update(text).digest('base64')
