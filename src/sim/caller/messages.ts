/**
 * What Twilio sends on a media stream and what it accepts, written down a second time on purpose:
 * the caller must not share code with the server it tests, or both would be wrong together.
 *
 * Twilio sends its counters as JSON strings, and it is strict with what it receives: one field too
 * many and a message is ignored with warning 31951.
 * https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
import { base64Decode, base64Encode, decodedLength } from '../../audio/base64.ts'

/** Which stream of which call this is, and the `<Parameter>`s its TwiML carried. */
export type StreamIdentity = Readonly<{
  accountSid: string
  callSid: string
  streamSid: string
  customParameters: Readonly<Record<string, string>>
}>

/** The first message on every socket. It has neither a sequence number nor a streamSid. */
export const connectedMessage = (): string =>
  '{"event":"connected","protocol":"Call","version":"1.0.0"}'

/** Whose voice it is, seen from Twilio: what comes in from the caller, and what goes out to them. */
export type Track = 'inbound' | 'outbound'

/** Tells whose stream this is. Its sequence number is always "1". */
export const startMessage = (
  stream: StreamIdentity,
  tracks: readonly Track[] = ['inbound'],
): string =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    streamSid: stream.streamSid,
    start: {
      accountSid: stream.accountSid,
      callSid: stream.callSid,
      streamSid: stream.streamSid,
      tracks,
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: stream.customParameters,
    },
  })

/**
 * One frame of caller audio. `timestampMs` is when it begins, counted from the start of the stream.
 */
export const mediaMessage = (
  { streamSid, sequenceNumber, track = 'inbound', chunk, timestampMs, codes }: Readonly<
    {
      streamSid: string
      sequenceNumber: number
      track?: Track
      chunk: number
      timestampMs: number
      codes: Uint8Array
    }
  >,
): string =>
  `{"event":"media","sequenceNumber":"${sequenceNumber}","streamSid":"${streamSid}",` +
  `"media":{"track":"${track}","chunk":"${chunk}","timestamp":"${timestampMs}",` +
  `"payload":"${base64Encode(codes)}"}}`

/**
 * One key pressed. The track is called "inbound_track" here and "inbound" in media, as Twilio has
 * it.
 */
export const dtmfMessage = (streamSid: string, sequenceNumber: number, digit: string): string =>
  JSON.stringify({
    event: 'dtmf',
    sequenceNumber: String(sequenceNumber),
    streamSid,
    dtmf: { track: 'inbound_track', digit },
  })

/** Gives a mark back. */
export const markMessage = (streamSid: string, sequenceNumber: number, name: string): string =>
  JSON.stringify({
    event: 'mark',
    sequenceNumber: String(sequenceNumber),
    streamSid,
    mark: { name },
  })

/** The last message of a stream that ends in order. */
export const stopMessage = (stream: StreamIdentity, sequenceNumber: number): string =>
  JSON.stringify({
    event: 'stop',
    sequenceNumber: String(sequenceNumber),
    streamSid: stream.streamSid,
    stop: { accountSid: stream.accountSid, callSid: stream.callSid },
  })

/**
 * What a server may say on a bidirectional stream; anything else is `invalid`, with what is wrong
 * with it.
 */
export type ServerMessage =
  | Readonly<{ event: 'media'; codes: Uint8Array }>
  | Readonly<{ event: 'mark'; name: string }>
  | Readonly<{ event: 'clear' }>
  | Readonly<{ event: 'invalid'; problem: string }>

/** Reads one message of the server as strictly as Twilio does. Never throws. */
export const readServerMessage = (text: string, streamSid: string): ServerMessage => {
  const message = parseObject(text)
  if (!message) return invalid('the message is not a JSON object')
  if (message.streamSid !== streamSid) return invalid('streamSid is not the one of this stream')
  switch (message.event) {
    case 'media':
      return readMedia(message)
    case 'mark':
      return readMark(message)
    case 'clear':
      return hasOnly(message, ['event', 'streamSid'])
        ? { event: 'clear' }
        : invalid('clear has fields that do not belong there')
    default:
      return invalid('the event is none of media, mark and clear')
  }
}

const readMedia = (message: Fields): ServerMessage => {
  const { media } = message
  if (
    !hasOnly(message, ['event', 'streamSid', 'media']) || !isObject(media) ||
    !hasOnly(media, ['payload']) || typeof media.payload !== 'string'
  ) return invalid('media must hold media.payload and nothing else')
  const codes = new Uint8Array(decodedLength(media.payload))
  return base64Decode(media.payload, codes) === codes.length
    ? { event: 'media', codes }
    : invalid('media.payload is not base64')
}

const readMark = (message: Fields): ServerMessage => {
  const { mark } = message
  if (
    !hasOnly(message, ['event', 'streamSid', 'mark']) || !isObject(mark) ||
    !hasOnly(mark, ['name']) || typeof mark.name !== 'string'
  ) return invalid('mark must hold mark.name and nothing else')
  return { event: 'mark', name: mark.name }
}

const invalid = (problem: string): ServerMessage => ({ event: 'invalid', problem })

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const hasOnly = (fields: Fields, names: readonly string[]): boolean =>
  Object.keys(fields).every((name) => names.includes(name))

const parseObject = (text: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
