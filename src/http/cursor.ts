/** Where a page of calls ends, as a word for the next question; what is in it is nobody's business. */
import type { CallCursor } from '../store/record-store.ts'

/** Writes the place after a call. */
export const writeCursor = ({ startedAt, callSid }: CallCursor): string =>
  new TextEncoder().encode(`${startedAt}.${callSid}`).toBase64({
    alphabet: 'base64url',
    omitPadding: true,
  })

/** Reads it; undefined for what is none. */
export const readCursor = (text: string): CallCursor | undefined => {
  const [, startedAt, callSid] = /^(\d{1,16})\.(.+)$/.exec(decoded(text)) ?? []
  return callSid === undefined ? undefined : { startedAt: Number(startedAt), callSid }
}

const decoded = (text: string): string => {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: 'base64url' }))
  } catch {
    return ''
  }
}
