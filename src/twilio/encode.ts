/**
 * Writes the three messages a server may send on a bidirectional stream. Twilio answers anything more with warning 31951.
 */

/** The encoder of one stream: its constant parts are written once, a message is a concatenation. */
export type StreamEncoder = Readonly<{
  /** Audio to play after what is queued; `payload` is base64 mu-law at 8 kHz, any length. */
  media: (payload: string) => string
  /** A point in the audio: Twilio echoes `name` when it is reached, and when it is cleared. */
  mark: (name: string) => string
  /** Drops what is queued and not yet played. */
  clear: () => string
}>

/** Makes the encoder of the stream `streamSid`. */
export const createStreamEncoder = (streamSid: string): StreamEncoder => {
  const sid = JSON.stringify(streamSid)
  const media = `{"event":"media","streamSid":${sid},"media":{"payload":"`
  const mark = `{"event":"mark","streamSid":${sid},"mark":{"name":`
  const clear = `{"event":"clear","streamSid":${sid}}`
  return {
    media: (payload) => media + payload + '"}}',
    mark: (name) => mark + JSON.stringify(name) + '}}',
    clear: () => clear,
  }
}
