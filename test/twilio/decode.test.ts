import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutMedia, decode, decodePlain } from '../../src/twilio/decode.ts'
import { anyText, isCutRight } from './any-text.ts'

const MZ = 'MZ0123456789abcdef0123456789abcdef'
const CA = 'CA0123456789abcdef0123456789abcdef'
const AC = 'AC0123456789abcdef0123456789abcdef'

describe('decode()', () => {
  it('takes the greeting of the protocol', () => {
    expect(decode('{"event":"connected","protocol":"Call","version":"1.0.0"}'))
      .toEqual({ type: 'connected', protocol: 'Call', version: '1.0.0' })
  })

  it('takes the start of a stream with its parameters', () => {
    const text =
      `{"event":"start","sequenceNumber":"1","streamSid":"${MZ}","start":{"accountSid":"${AC}","callSid":"${CA}","streamSid":"${MZ}","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"token":"k9..","agent":"front-desk"}}}`
    expect(decode(text)).toEqual({
      type: 'start',
      streamSid: MZ,
      callSid: CA,
      accountSid: AC,
      tracks: ['inbound'],
      encoding: 'audio/x-mulaw',
      sampleRateHz: 8000,
      channels: 1,
      parameters: { token: 'k9..', agent: 'front-desk' },
    })
  })

  it('takes a start without parameters as one with none', () => {
    expect(decode(`{"event":"start","start":{"callSid":"${CA}","streamSid":"${MZ}"}}`))
      .toMatchObject({ type: 'start', parameters: {}, tracks: [] })
  })

  it('makes a number of the timestamp that Twilio sends as text', () => {
    const text =
      `{"event":"media","sequenceNumber":"2","streamSid":"${MZ}","media":{"track":"inbound","chunk":"1","timestamp":"64","payload":"//79/A=="}}`
    expect(decode(text))
      .toEqual({ type: 'media', track: 'inbound', timestampMs: 64, payload: '//79/A==' })
  })

  it('takes numbers where the documentation promises numbers', () => {
    expect(decode('{"event":"media","media":{"track":"inbound","timestamp":64,"payload":"/w=="}}'))
      .toEqual({ type: 'media', track: 'inbound', timestampMs: 64, payload: '/w==' })
  })

  it('takes media in any order of keys, with spaces, escapes and fields of the future', () => {
    const text =
      '{ "media": { "payload": "\\/w==", "codec": "x", "timestamp": "5", "track": "inbound" }, "event": "media" }'
    expect(decode(text))
      .toEqual({ type: 'media', track: 'inbound', timestampMs: 5, payload: '/w==' })
  })

  it('keeps the digit of a DTMF message', () => {
    const text =
      `{"event":"dtmf","streamSid":"${MZ}","sequenceNumber":"310","dtmf":{"track":"inbound_track","digit":"5"}}`
    expect(decode(text)).toEqual({ type: 'dtmf', digit: '5' })
  })

  it('keeps the name of a mark', () => {
    const text =
      `{"event":"mark","sequenceNumber":"415","streamSid":"${MZ}","mark":{"name":"item_ab:400:m7"}}`
    expect(decode(text)).toEqual({ type: 'mark', name: 'item_ab:400:m7' })
  })

  it('takes the stop of a stream', () => {
    const text =
      `{"event":"stop","sequenceNumber":"901","streamSid":"${MZ}","stop":{"accountSid":"${AC}","callSid":"${CA}"}}`
    expect(decode(text)).toEqual({ type: 'stop', callSid: CA })
  })

  it('names an event that it does not know', () => {
    expect(decode('{"event":"volume","volume":{"level":3}}'))
      .toEqual({ type: 'unknown', event: 'volume' })
  })

  it.each([
    ['text that is no JSON', 'hello', 'no event'],
    ['an array', '[1,2]', 'no event'],
    ['a null', 'null', 'no event'],
    ['an event that is no text', '{"event":7}', 'no event'],
    [
      'a start without a call',
      '{"event":"start","start":{}}',
      'start without streamSid or callSid',
    ],
    ['media without a payload', '{"event":"media","media":{"timestamp":"1"}}', 'no payload'],
    [
      'media without a time',
      '{"event":"media","media":{"payload":""}}',
      'media without a timestamp',
    ],
    ['a mark without a name', '{"event":"mark"}', 'no name'],
    ['a digit that is a number', '{"event":"dtmf","dtmf":{"digit":5}}', 'no digit'],
  ])('calls %s malformed', (_, text, problem) => {
    expect(decode(text)).toEqual({ type: 'malformed', problem })
  })

  it('means the same by the short way as by a full parse, whatever a peer sends', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decode(text)).toEqual(decodePlain(text))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('cutMedia()', () => {
  const into = { timestampMs: 0, payload: '' }

  it('cuts the time and the payload out of what Twilio writes', () => {
    const text =
      `{"event":"media","sequenceNumber":"2","streamSid":"${MZ}","media":{"track":"inbound","chunk":"1","timestamp":"18553","payload":"//79/A=="}}`
    expect(cutMedia(text, into)).toBe(true)
    expect(into).toEqual({ timestampMs: 18_553, payload: '//79/A==' })
  })

  it.each([
    ['another track', '"track":"outbound","chunk":"1","timestamp":"5","payload":"/w=="}}'],
    ['a time that is none', '"track":"inbound","chunk":"1","timestamp":"","payload":"/w=="}}'],
    [
      'a field of the future',
      '"track":"inbound","chunk":"1","timestamp":"5","payload":"/w==","x":1}}',
    ],
    [
      'a payload that comes twice',
      '"track":"inbound","chunk":"1","timestamp":"5","payload":"","payload":"/w=="}}',
    ],
  ])('leaves %s to a full parse', (_, rest) => {
    const text = `{"event":"media","sequenceNumber":"2","streamSid":"${MZ}","media":{${rest}`
    expect(cutMedia(text, into)).toBe(false)
  })

  it('means the same as a full parse wherever its payload is base64', () => {
    fc.assert(fc.property(anyText, isCutRight), { numRuns: 2_000 })
  })
})
