import { describe, expect, test } from 'vitest'
import { streamTarget } from '../../../src/sim/caller/stream-url.ts'

const noun = (url: string, parameters: Record<string, string> = {}) => ({
  url,
  parameters,
  statusCallbackMethod: 'POST' as const,
})

describe('the url of a stream', () => {
  test('is taken as it was spelled', () => {
    expect(streamTarget(noun("wss://Example.com:443/a/../b'c"), 'https://example.com/twilio/voice'))
      .toEqual({ url: "wss://Example.com:443/a/../b'c" })
  })

  test('is completed from the document when it is relative', () => {
    expect(streamTarget(noun('/twilio/media/1'), 'https://example.com/twilio/voice'))
      .toEqual({ url: 'wss://example.com/twilio/media/1' })
    expect(streamTarget(noun('/twilio/media/1'), 'http://127.0.0.1:8080/twilio/voice'))
      .toEqual({ url: 'ws://127.0.0.1:8080/twilio/media/1' })
  })

  test.each([
    ['wss://[', 'https://example.com/v', 31923],
    ['ws://example.com/m', 'https://example.com/v', 31922],
    ['ws://example.com/m', 'http://example.com/v', 31922],
    ['ws://localhost/m', 'https://localhost/v', 31922],
    ['https://example.com/m', 'https://example.com/v', 31922],
    ['wss://example.com/m?token=1', 'https://example.com/v', 31920],
  ])('%s in a document from %s is refused with %i', (url, documentUrl, code) => {
    expect(streamTarget(noun(url), documentUrl)).toMatchObject({ code })
  })

  test('may be plain ws on this machine', () => {
    expect(streamTarget(noun('ws://localhost:8080/m'), 'http://localhost:8080/v'))
      .toEqual({ url: 'ws://localhost:8080/m' })
  })

  test('is refused with a parameter of 500 characters, name included', () => {
    const withToken = (length: number) => noun('wss://x.test/m', { token: 'x'.repeat(length) })
    expect(streamTarget(withToken(494), 'https://x.test/v')).toEqual({ url: 'wss://x.test/m' })
    expect(streamTarget(withToken(495), 'https://x.test/v'))
      .toEqual({ code: 12200, problem: 'the parameter token has 500 characters or more' })
  })
})
