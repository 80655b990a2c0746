/** How a clip of the agent's sounds on the phone: the very bytes, if nothing is lost or doubled. */
import { base64Decode, base64Encode, decodedLength } from '../../src/audio/base64.ts'
import { createTranscoder } from '../../src/audio/transcoder.ts'
import { encodeSound } from '../../src/sim/model/sound.ts'
import type { Clip } from '../../src/sim/model/clips.ts'

/** Gives mu-law in whole frames, as a session of this format is heard. */
export const throughTheLine = ({ sound }: Clip, audio: 'pcm' | 'pcmu'): Uint8Array => {
  const format = audio === 'pcm'
    ? { type: 'audio/pcm' as const, rate: 24_000 as const }
    : { type: 'audio/pcmu' as const }
  const transcoder = createTranscoder(audio)
  const frames = transcoder.toCaller(base64Encode(encodeSound(sound, format)))
  return Uint8Array.from([...bytesOf(frames), ...bytesOf(transcoder.endOfItem())])
}

const bytesOf = (payload: string): Uint8Array => {
  const codes = new Uint8Array(decodedLength(payload))
  base64Decode(payload, codes)
  return codes
}
