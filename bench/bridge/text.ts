/** Reading as little as can be of a text that is known: the load must be lighter than what it measures. */
import { decodedLength } from '../../src/audio/base64.ts'

/** What stands between `before` and the next quotation mark; '' if `before` is not there. */
export const between = (text: string, before: string): string => {
  const at = text.indexOf(before)
  return at < 0 ? '' : text.slice(at + before.length, text.indexOf('"', at + before.length))
}

/** How many bytes of audio stand after `before`. */
export const bytesAfter = (text: string, before: string): number =>
  decodedLength(between(text, before))

/** Base64 of noise: what is in it costs nobody anything, how long it is does. */
export const noise = (bytes: number): string =>
  crypto.getRandomValues(new Uint8Array(bytes)).toBase64()
