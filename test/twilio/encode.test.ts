import { describe, expect, it } from 'vitest'
import { createStreamEncoder } from '../../src/twilio/encode.ts'

const stream = createStreamEncoder('MZ01')

describe('the encoder of a stream', () => {
  it('writes media with nothing but its payload', () => {
    expect(stream.media('f39/fw=='))
      .toBe('{"event":"media","streamSid":"MZ01","media":{"payload":"f39/fw=="}}')
  })

  it('writes a mark', () => {
    expect(stream.mark('m7')).toBe('{"event":"mark","streamSid":"MZ01","mark":{"name":"m7"}}')
  })

  it('writes a clear', () => {
    expect(stream.clear()).toBe('{"event":"clear","streamSid":"MZ01"}')
  })

  it('escapes what came from a peer', () => {
    expect(JSON.parse(createStreamEncoder('M"Z').mark('a"b')))
      .toEqual({ event: 'mark', streamSid: 'M"Z', mark: { name: 'a"b' } })
  })
})
