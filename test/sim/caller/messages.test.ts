import { describe, expect, test } from 'vitest'
import {
  connectedMessage,
  dtmfMessage,
  markMessage,
  mediaMessage,
  readServerMessage,
  startMessage,
  stopMessage,
} from '../../../src/sim/caller/messages.ts'

const streamSid = 'MZ0123456789abcdef0123456789abcdef'
const stream = {
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  callSid: 'CA0123456789abcdef0123456789abcdef',
  streamSid,
  customParameters: { token: 'k9', agent: 'front-desk' },
}

describe('what Twilio sends', () => {
  test('connected has neither a sequence number nor a streamSid', () => {
    expect(connectedMessage()).toBe('{"event":"connected","protocol":"Call","version":"1.0.0"}')
  })

  test('start names account, call, format and parameters', () => {
    expect(startMessage(stream)).toBe(
      '{"event":"start","sequenceNumber":"1","streamSid":"MZ0123456789abcdef0123456789abcdef",' +
        '"start":{"accountSid":"AC0123456789abcdef0123456789abcdef",' +
        '"callSid":"CA0123456789abcdef0123456789abcdef",' +
        '"streamSid":"MZ0123456789abcdef0123456789abcdef","tracks":["inbound"],' +
        '"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},' +
        '"customParameters":{"token":"k9","agent":"front-desk"}}}',
    )
  })

  test('media carries its three counters as strings', () => {
    const codes = Uint8Array.of(0x7f, 0x7f, 0x7f, 0x7f)
    const numbers = { sequenceNumber: 926, chunk: 925, timestampMs: 18553 }
    expect(mediaMessage({ streamSid, ...numbers, codes })).toBe(
      '{"event":"media","sequenceNumber":"926","streamSid":"MZ0123456789abcdef0123456789abcdef",' +
        '"media":{"track":"inbound","chunk":"925","timestamp":"18553","payload":"f39/fw=="}}',
    )
  })

  test('dtmf calls its track inbound_track', () => {
    expect(dtmfMessage(streamSid, 310, '5')).toBe(
      '{"event":"dtmf","sequenceNumber":"310","streamSid":"MZ0123456789abcdef0123456789abcdef",' +
        '"dtmf":{"track":"inbound_track","digit":"5"}}',
    )
  })

  test('mark gives the name back as it came', () => {
    expect(markMessage(streamSid, 415, 'item_ab:400:m7')).toBe(
      '{"event":"mark","sequenceNumber":"415","streamSid":"MZ0123456789abcdef0123456789abcdef",' +
        '"mark":{"name":"item_ab:400:m7"}}',
    )
  })

  test('stop names account and call', () => {
    expect(stopMessage(stream, 901)).toBe(
      '{"event":"stop","sequenceNumber":"901","streamSid":"MZ0123456789abcdef0123456789abcdef",' +
        '"stop":{"accountSid":"AC0123456789abcdef0123456789abcdef",' +
        '"callSid":"CA0123456789abcdef0123456789abcdef"}}',
    )
  })
})

describe('what Twilio understands', () => {
  test('media is decoded', () => {
    expect(readServerMessage(
      '{"event":"media","streamSid":"MZ0123456789abcdef0123456789abcdef","media":{"payload":"f39/fw=="}}',
      streamSid,
    )).toEqual({ event: 'media', codes: Uint8Array.of(0x7f, 0x7f, 0x7f, 0x7f) })
  })

  test('mark and clear are understood', () => {
    expect(readServerMessage(
      '{"event":"mark","streamSid":"MZ0123456789abcdef0123456789abcdef","mark":{"name":"r12:done"}}',
      streamSid,
    )).toEqual({ event: 'mark', name: 'r12:done' })
    expect(readServerMessage(
      '{"event":"clear","streamSid":"MZ0123456789abcdef0123456789abcdef"}',
      streamSid,
    )).toEqual({ event: 'clear' })
  })

  test.each([
    ['text that is not JSON', 'hello', 'the message is not a JSON object'],
    ['a JSON array', '[]', 'the message is not a JSON object'],
    ['null', 'null', 'the message is not a JSON object'],
    ['no streamSid', '{"event":"clear"}', 'streamSid is not the one of this stream'],
    [
      'a misnamed streamSid',
      '{"event":"clear","stream_sid":"MZ1"}',
      'streamSid is not the one of this stream',
    ],
    [
      'the streamSid of another stream',
      '{"event":"clear","streamSid":"MZ2"}',
      'streamSid is not the one of this stream',
    ],
    [
      'an event Twilio does not take',
      '{"event":"stop","streamSid":"MZ1"}',
      'the event is none of media, mark and clear',
    ],
    [
      'media with a field too many outside',
      '{"event":"media","streamSid":"MZ1","sequenceNumber":"4","media":{"payload":"f39/fw=="}}',
      'media must hold media.payload and nothing else',
    ],
    [
      'media with a field too many inside',
      '{"event":"media","streamSid":"MZ1","media":{"track":"outbound","payload":"f39/fw=="}}',
      'media must hold media.payload and nothing else',
    ],
    [
      'media without a payload',
      '{"event":"media","streamSid":"MZ1","media":{}}',
      'media must hold media.payload and nothing else',
    ],
    [
      'a payload that is not base64',
      '{"event":"media","streamSid":"MZ1","media":{"payload":"f3 9/fw"}}',
      'media.payload is not base64',
    ],
    [
      'a mark without a name',
      '{"event":"mark","streamSid":"MZ1","mark":{}}',
      'mark must hold mark.name and nothing else',
    ],
    [
      'a mark whose name is a number',
      '{"event":"mark","streamSid":"MZ1","mark":{"name":7}}',
      'mark must hold mark.name and nothing else',
    ],
    [
      'clear with a field too many',
      '{"event":"clear","streamSid":"MZ1","clear":{}}',
      'clear has fields that do not belong there',
    ],
  ])('%s is invalid', (_, text, problem) => {
    expect(readServerMessage(text, 'MZ1')).toEqual({ event: 'invalid', problem })
  })
})
