/**
 * An item as `conversation.item.retrieved` shows it: with the bytes of its audio, which it has
 * nowhere else.
 */
import { base64Encode } from '../../audio/base64.ts'
import type { Entry } from './conversation.ts'
import type { Item } from './events.ts'
import type { SessionObject } from './session-config.ts'
import { cutSound, encodeSound } from './sound.ts'

/** Adds the audio to the item of an entry, in the format of its side of the session. */
export const retrieved = ({ item, sound, audioMs }: Entry, { audio }: SessionObject): Item => {
  if (item.type !== 'message' || item.role === 'system' || !sound) return item
  const heard = cutSound(sound, 0, audioMs)
  if (item.role === 'user') {
    const bytes = base64Encode(encodeSound(heard, audio.input.format))
    const content = item.content.map((part) =>
      part.type === 'input_audio' ? { ...part, audio: bytes } : part
    )
    return { ...item, content }
  }
  const bytes = base64Encode(encodeSound(heard, audio.output.format))
  const content = item.content.map((part) =>
    part.type === 'output_audio' ? { ...part, audio: bytes } : part
  )
  return { ...item, content }
}
