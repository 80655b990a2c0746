/**
 * What Twilio Media Streams says to us, decoded once: numbers are numbers and names are ours, whatever the wire called them.
 *
 * https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */

/** The first message after `connected`: which call this stream belongs to, and what we gave Twilio to hand back. */
export type StreamStart = Readonly<{
  type: 'start'
  streamSid: string
  callSid: string
  accountSid: string
  tracks: readonly string[]
  encoding: string
  sampleRateHz: number
  channels: number
  /** The `<Parameter>`s of the TwiML. */
  parameters: Readonly<Record<string, string>>
}>

/** A frame of the caller's voice: base64 mu-law at 8 kHz, and its time in ms since the stream began. */
export type StreamMedia = Readonly<{
  type: 'media'
  track: string
  timestampMs: number
  payload: string
}>

/** Every message of the protocol, and two for what is none: a future event, and text that is no message at all. */
export type StreamMessage =
  | Readonly<{ type: 'connected'; protocol: string; version: string }>
  | StreamStart
  | StreamMedia
  | Readonly<{ type: 'dtmf'; digit: string }>
  | Readonly<{ type: 'mark'; name: string }>
  | Readonly<{ type: 'stop'; callSid: string }>
  | Readonly<{ type: 'unknown'; event: string }>
  | Readonly<{ type: 'malformed'; problem: string }>
