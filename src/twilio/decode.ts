/**
 * Turns the text of one Media Streams message into a `StreamMessage`. Never throws: the peer may send what it likes.
 *
 * Twilio documents `sequenceNumber`, `chunk` and `timestamp` as numbers and sends strings; both are taken.
 */
import type { StreamMessage } from './messages.ts'

/** Decodes one message. Fields we do not use are not kept. */
export const decode = (text: string): StreamMessage =>
  cutMedia(text, CUT) && BASE64.test(CUT.payload)
    ? { type: 'media', track: 'inbound', timestampMs: CUT.timestampMs, payload: CUT.payload }
    : decodePlain(text)

/** What is cut out of a `media` message. */
export type MediaCut = { timestampMs: number; payload: string }

/**
 * Cuts a `media` message exactly as Twilio writes it; false for one that differs in anything (order, spaces, escapes, new fields),
 * which is for `decodePlain`. Fifty of them a second come on every call, so there is no parse and no object for each. It stands
 * for a full parse only if the payload then proves to be base64: what else is in it is not looked at here.
 */
export const cutMedia = (text: string, into: MediaCut): boolean => {
  MEDIA_HEAD.lastIndex = 0
  if (!MEDIA_HEAD.test(text)) return false
  const start = MEDIA_HEAD.lastIndex
  const end = text.length - MEDIA_TAIL.length
  if (text.indexOf('"', start) !== end || !text.endsWith(MEDIA_TAIL)) return false
  into.timestampMs = numberBefore(text, start - AFTER_TIMESTAMP.length)
  into.payload = text.slice(start, end)
  return true
}

// Sticky and tested, not executed: that says where it ended and makes no array of what it found.
const MEDIA_HEAD =
  /\{"event":"media","sequenceNumber":"\d+","streamSid":"\w+","media":\{"track":"inbound","chunk":"\d+","timestamp":"\d{1,15}","payload":"/y
const AFTER_TIMESTAMP = '","payload":"'
const MEDIA_TAIL = '"}}'
const BASE64 = /^[\w+/=]*$/
const CUT: MediaCut = { timestampMs: 0, payload: '' }

/** The digits that end at `end`, as a number. */
const numberBefore = (text: string, end: number): number => {
  let value = 0
  let unit = 1
  for (let at = end - 1; text[at] !== '"'; at--) {
    value += unit * (text.charCodeAt(at) - ZERO)
    unit *= 10
  }
  return value
}

const ZERO = 48

/** Decodes by a full parse: the meaning of a message, against which the short way is tested. */
export const decodePlain = (text: string): StreamMessage => {
  const message = parse(text)
  const event = read(message, 'event')
  if (typeof event !== 'string') return { type: 'malformed', problem: 'no event' }
  switch (event) {
    case 'connected':
      return {
        type: 'connected',
        protocol: string(read(message, 'protocol')),
        version: string(read(message, 'version')),
      }
    case 'start':
      return decodeStart(message)
    case 'media':
      return decodeMediaFields(read(message, 'media'))
    case 'dtmf':
      return required('digit', read(message, 'dtmf'), (digit) => ({ type: 'dtmf', digit }))
    case 'mark':
      return required('name', read(message, 'mark'), (name) => ({ type: 'mark', name }))
    case 'stop':
      return { type: 'stop', callSid: string(read(read(message, 'stop'), 'callSid')) }
    default:
      return { type: 'unknown', event }
  }
}

const decodeStart = (message: unknown): StreamMessage => {
  const start = read(message, 'start')
  const streamSid = read(start, 'streamSid') ?? read(message, 'streamSid')
  const callSid = read(start, 'callSid')
  if (typeof streamSid !== 'string' || typeof callSid !== 'string') {
    return { type: 'malformed', problem: 'start without streamSid or callSid' }
  }
  const format = read(start, 'mediaFormat')
  return {
    type: 'start',
    streamSid,
    callSid,
    accountSid: string(read(start, 'accountSid')),
    tracks: strings(read(start, 'tracks')),
    encoding: string(read(format, 'encoding')),
    sampleRateHz: number(read(format, 'sampleRate')),
    channels: number(read(format, 'channels')),
    parameters: parameters(read(start, 'customParameters')),
  }
}

const decodeMediaFields = (media: unknown): StreamMessage => {
  const timestampMs = number(read(media, 'timestamp'))
  return required(
    'payload',
    media,
    (payload) =>
      Number.isFinite(timestampMs)
        ? { type: 'media', track: string(read(media, 'track')), timestampMs, payload }
        : { type: 'malformed', problem: 'media without a timestamp' },
  )
}

const required = (
  key: string,
  within: unknown,
  make: (value: string) => StreamMessage,
): StreamMessage => {
  const value = read(within, key)
  return typeof value === 'string' ? make(value) : { type: 'malformed', problem: `no ${key}` }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const read = (from: unknown, key: string): unknown =>
  typeof from === 'object' && from !== null && Object.hasOwn(from, key)
    ? Reflect.get(from, key)
    : undefined

const string = (value: unknown): string => typeof value === 'string' ? value : ''

const number = (value: unknown): number =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : NaN

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

const parameters = (value: unknown): Record<string, string> => {
  const pairs = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(pairs.filter((pair) => typeof pair[1] === 'string'))
}
