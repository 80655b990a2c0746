/** Against Twilio's own vector, and others made by `openssl dgst -sha1 -hmac`. */
import { describe, expect, test } from 'vitest'
import { isSignedUpgrade, isSignedWebhook, webSocketUrl } from '../../src/http/twilio-signature.ts'

const FORM = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675310',
  Digits: '1234',
  From: '+14158675310',
  To: '+18005551212',
}
const PATH = '/myapp.php?foo=1&bar=2'

const at = (publicUrl: string, ...authTokens: string[]) => ({ authTokens, publicUrl })

describe('a webhook', () => {
  const example = at('https://example.com', '12345')

  test('is signed as Twilio documents it', () => {
    expect(isSignedWebhook(example, 'L/OH5YylLD5NRKLltdqwSvS0BnU=', PATH, FORM)).toBe(true)
  })

  test.each([
    ['another path', '/myapp.php?foo=1', FORM],
    ['another order of the query', '/myapp.php?bar=2&foo=1', FORM],
    ['another value', PATH, { ...FORM, Digits: '1235' }],
    ['one field more', PATH, { ...FORM, Empty: '' }],
    ['one field less', PATH, { CallSid: FORM.CallSid }],
    ['blanks around a value', PATH, { ...FORM, Digits: ' 1234 ' }],
  ])('is not signed for %s', (_, path, form) => {
    expect(isSignedWebhook(example, 'L/OH5YylLD5NRKLltdqwSvS0BnU=', path, form)).toBe(false)
  })

  test.each([undefined, '', 'L/OH5YylLD5NRKLltdqwSvS0BnU', 'l/oh5yylld5nrklltdqwsvs0bnu=', 'é'])(
    'is not signed by %j',
    (signature) => {
      expect(isSignedWebhook(example, signature, PATH, FORM)).toBe(false)
    },
  )

  test('may be signed with any token while one is rotated, and with no other', () => {
    const signed = (...tokens: string[]) =>
      isSignedWebhook(
        at('https://example.com', ...tokens),
        'L/OH5YylLD5NRKLltdqwSvS0BnU=',
        PATH,
        FORM,
      )
    expect(signed('a-newer-token', '12345')).toBe(true)
    expect(signed('12345', 'a-newer-token')).toBe(true)
    expect(signed('a-newer-token')).toBe(false)
    expect(signed()).toBe(false)
  })

  test('counts with the path of PUBLIC_URL, which a proxy takes off', () => {
    const form = { CallSid: 'CA1' }
    const behind = at('https://example.com/phone', '12345')
    const signature = 'fetaZ3A62CME54gsF7iasvHILMw='
    expect(isSignedWebhook(behind, signature, '/twilio/voice', form)).toBe(true)
    expect(isSignedWebhook(example, signature, '/twilio/voice', form)).toBe(false)
  })

  test('has its query signed as it was spelled', () => {
    const signature = '1SgeeGjG49y+G2m+VZE/lSglTbA='
    const form = { CallSid: 'CA1' }
    expect(isSignedWebhook(example, signature, '/twilio/voice?a=1&b=%20', form)).toBe(true)
  })
})

describe('the opening of a stream', () => {
  const voice = at('https://voice.example.com', '12345')

  test.each([
    ['as it was asked for', 't/8qbLNvETeS9S8Jhtt2tU1aQPg='],
    ['with a slash at the end', '+YcLFBRNgsnDQaCNvnBnVhdmvXY='],
    ['with the port', '4cy1tAezTYQAM+LOD76ny2M73TE='],
    ['with the port and a slash', 'y6Xys+6CTNgD7Fkw5fxTwwcp16w='],
  ])('may be signed %s', (_, signature) => {
    expect(isSignedUpgrade(voice, signature, '/twilio/stream')).toBe(true)
    expect(isSignedUpgrade(voice, signature, '/twilio/stream2')).toBe(false)
    expect(isSignedUpgrade(at('https://voice.example.com', '54321'), signature, '/twilio/stream'))
      .toBe(false)
  })

  test('may be signed with any token while one is rotated', () => {
    const rotating = at('https://voice.example.com', '54321', '12345')
    expect(isSignedUpgrade(rotating, 't/8qbLNvETeS9S8Jhtt2tU1aQPg=', '/twilio/stream')).toBe(true)
  })

  test.each([undefined, '', 'bm90IHRoZSByaWdodCBvbmU='])('is not signed by %j', (signature) => {
    expect(isSignedUpgrade(voice, signature, '/twilio/stream')).toBe(false)
  })

  test('keeps a port of PUBLIC_URL that is not the usual one', () => {
    const signature = 'RJSma6qQH+l5oRAX8lIP3GS4dag='
    const odd = at('https://voice.example.com:8443', '12345')
    expect(isSignedUpgrade(odd, signature, '/twilio/stream')).toBe(true)
    expect(isSignedUpgrade(voice, signature, '/twilio/stream')).toBe(false)
  })

  test('is one of ws on this machine', () => {
    const local = at('http://127.0.0.1:8080', '12345')
    expect(isSignedUpgrade(local, 'XaJoKXKKPcpGNwaC7pCuNME+ljo=', '/twilio/stream')).toBe(true)
  })

  test('counts with the path of PUBLIC_URL', () => {
    const behind = at('https://example.com/phone', '12345')
    expect(isSignedUpgrade(behind, '6+ZBcWapeE28KYHjQIya5CN7xww=', '/twilio/stream')).toBe(true)
  })
})

test.each([
  ['https://voice.example.com', 'wss://voice.example.com'],
  ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080'],
  ['https://http.example.com/http', 'wss://http.example.com/http'],
])('a WebSocket at %s is at %s', (http, webSocket) => {
  expect(webSocketUrl(http)).toBe(webSocket)
})
