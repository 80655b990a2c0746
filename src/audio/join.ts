/**
 * Joins short payloads into one: fewer and larger messages cost the machine less, for a delay that is known. Base64 cannot be
 * joined as text where a payload does not end on three bytes, and a frame of 160 does not.
 */
import { base64Decode, base64Encode, decodedLength } from './base64.ts'
import { createScratch } from './scratch.ts'

/** Makes a joiner with a buffer of its own. A payload that is not base64 gives no audio. */
export const createJoiner = (): (payloads: readonly string[]) => string => {
  const scratch = createScratch()
  return (payloads) => {
    const bytes = scratch.bytes(payloads.reduce((sum, each) => sum + decodedLength(each), 0))
    let length = 0
    for (const payload of payloads) {
      length += Math.max(0, base64Decode(payload, bytes.subarray(length)))
    }
    return base64Encode(bytes.subarray(0, length))
  }
}
