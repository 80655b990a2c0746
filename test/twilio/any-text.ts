/** Whatever a peer may send on a stream: media as Twilio writes it and nearly so, damaged texts, and no JSON at all. */
import fc from 'fast-check'
import { base64Decode, decodedLength } from '../../src/audio/base64.ts'
import { cutMedia, decodePlain } from '../../src/twilio/decode.ts'

const STREAM_SID = 'MZ0123456789abcdef0123456789abcdef'

const media = fc.record({
  track: fc.constantFrom('inbound', 'outbound', 'in"bound', ''),
  chunk: fc.constantFrom('1', '007', '', 'x'),
  timestamp: fc.constantFrom('0', '18553', '-1', '1e3', ''),
  payload: fc.oneof(fc.base64String(), fc.string()),
  streamSid: fc.constantFrom(STREAM_SID, '', 'M"Z'),
}).map(({ streamSid, ...media }) =>
  JSON.stringify({ event: 'media', sequenceNumber: '2', streamSid, media })
)

/** The same fields in any order, numbers for texts, and fields of the future. */
const reordered = fc.tuple(
  fc.shuffledSubarray(
    ['"event":"media"', '"streamSid":"MZ1"', '"sequenceNumber":2', '"later":{"a":[1]}'],
    { minLength: 1 },
  ),
  fc.shuffledSubarray(
    ['"track":"inbound"', '"chunk":"1"', '"timestamp":"5"', '"payload":"\\/w=="', '"codec":""'],
  ),
).map(([outer, inner]) => `{${outer.join(',')},"media":{${inner.join(',')}}}`)

const damaged = fc.tuple(media, fc.nat(400), fc.string({ maxLength: 3 }))
  .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1))

export const anyText: fc.Arbitrary<string> = fc.oneof(
  media,
  reordered,
  damaged,
  fc.string(),
  fc.json(),
)

/** Whether what the call's own way cuts out of a text, and believes once it is decoded, is what a full parse finds. */
export const isCutRight = (text: string): boolean => {
  const cut = { timestampMs: 0, payload: '' }
  if (!cutMedia(text, cut)) return true
  if (base64Decode(cut.payload, new Uint8Array(decodedLength(cut.payload))) < 0) return true
  const parsed = decodePlain(text)
  return parsed.type === 'media' && parsed.track === 'inbound' &&
    parsed.timestampMs === cut.timestampMs && parsed.payload === cut.payload
}
