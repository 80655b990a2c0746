/** Keys that the agent presses, as they go to the caller: mu-law of their tones. */
import { base64Encode } from '../audio/base64.ts'
import { muLawEncode } from '../audio/g711.ts'
import { keyTones } from '../audio/keys.ts'

/** Gives the tones of some keys as base64 mu-law at 8 kHz, and how long they last in ms. */
export const keySound = (keys: string): Readonly<{ payload: string; ms: number }> => {
  const pcm = keyTones(keys)
  const codes = new Uint8Array(pcm.length)
  muLawEncode(pcm, codes)
  return { payload: base64Encode(codes), ms: pcm.length / 8 }
}
