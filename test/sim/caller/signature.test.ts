import { describe, expect, test } from 'vitest'
import { sign, signedUrl } from '../../../src/sim/caller/signature.ts'

describe('the signature', () => {
  test('of a form is the one in the Twilio documentation', () => {
    expect(sign('12345', 'https://example.com/myapp.php?foo=1&bar=2', {
      To: '+18005551212',
      CallSid: 'CA1234567890ABCDE',
      Digits: '1234',
      From: '+14158675310',
      Caller: '+14158675310',
    })).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=')
  })

  test('of an upgrade is made over the wss URL, to the last slash', () => {
    expect(sign('12345', 'wss://voice.example.com/twilio/stream'))
      .toBe('t/8qbLNvETeS9S8Jhtt2tU1aQPg=')
    expect(sign('12345', 'wss://voice.example.com/twilio/stream/'))
      .toBe('+YcLFBRNgsnDQaCNvnBnVhdmvXY=')
  })

  test.each([
    ['https://u:p@example.com:8443/a?b=c#rc=2', 'https://example.com/a?b=c'],
    ['http://u:p@example.com:8080/a#x', 'http://example.com:8080/a'],
    ['http://[::1]:8080/a', 'http://[::1]:8080/a'],
    ['https://[::1]:8443', 'https://[::1]'],
    ['wss://example.com:443/a', 'wss://example.com:443/a'],
    ["https://example.com/a?name=O'Brien%20x", "https://example.com/a?name=O'Brien%20x"],
  ])('for %s is made over %s', (url, signed) => {
    expect(signedUrl(url)).toBe(signed)
  })
})
