/** Against tokens made by `openssl dgst -sha256 -hmac test-secret` over `stream\n<call>\n<epoch>\n<expiry>`. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTokenValid, signToken } from '../../src/http/stream-token.ts'

const SECRET = 'test-secret'
const CLAIM = { callSid: 'CA1', epoch: 1 }
const SIGNATURE = 'M5NLF8JOzMcNV_mNKULuqsD0lZEN81CK2y9x6pyOX7M'
const TOKEN = `1800000030.${SIGNATURE}`
const NOW_S = 1_800_000_000

describe('a token', () => {
  test('is its expiry half a minute from now, and a signature', () => {
    expect(signToken(SECRET, CLAIM, NOW_S)).toBe(TOKEN)
    expect(signToken(SECRET, CLAIM, NOW_S + 0.999)).toBe(TOKEN)
    expect(signToken(SECRET, { callSid: 'CA1', epoch: 2 }, NOW_S))
      .toBe('1800000030.QPqexoswUxepVP8hSFgzh1ai9eMdP3QACGDdolMOV-o')
  })

  test('is good for its call and epoch, for half a minute', () => {
    expect(isTokenValid(SECRET, TOKEN, CLAIM, NOW_S)).toBe(true)
    expect(isTokenValid(SECRET, TOKEN, CLAIM, NOW_S + 29.999)).toBe(true)
  })

  test('is good for nothing when it is late', () => {
    expect(isTokenValid(SECRET, TOKEN, CLAIM, NOW_S + 30)).toBe(false)
    expect(isTokenValid(SECRET, TOKEN, CLAIM, NOW_S + 3_600)).toBe(false)
  })

  test('is good for no other call, epoch or secret', () => {
    expect(isTokenValid(SECRET, TOKEN, { callSid: 'CA2', epoch: 1 }, NOW_S)).toBe(false)
    expect(isTokenValid(SECRET, TOKEN, { callSid: 'CA1', epoch: 2 }, NOW_S)).toBe(false)
    expect(isTokenValid('another-secret', TOKEN, CLAIM, NOW_S)).toBe(false)
  })

  test('cannot be given a later expiry', () => {
    expect(isTokenValid(SECRET, `1800009999.${SIGNATURE}`, CLAIM, NOW_S)).toBe(false)
  })

  test.each([
    '',
    '.',
    '1800000030',
    '1800000030.',
    SIGNATURE,
    `.${SIGNATURE}`,
    `1800000030.${SIGNATURE}.`,
    `1800000030.${SIGNATURE}.1`,
    `1800000030.${SIGNATURE}=`,
    `1800000030.${SIGNATURE.slice(0, -1)}`,
    `Infinity.${SIGNATURE}`,
    'NaN.NaN',
  ])('is not %j', (token) => {
    expect(isTokenValid(SECRET, token, CLAIM, NOW_S)).toBe(false)
  })

  test('is nothing that anybody could make up, and reading it never throws', () => {
    const anything = fc.uint16Array().map((codes) => String.fromCharCode(...codes))
    const piece = fc.oneof(fc.string(), anything, fc.constant('1800000030'))
    fc.assert(fc.property(fc.array(piece, { maxLength: 4 }), fc.double(), (pieces, nowS) => {
      expect(isTokenValid(SECRET, pieces.join('.'), CLAIM, nowS)).toBe(false)
    }))
  })

  test('is good for exactly the call and the epoch it was made for', () => {
    const claim = fc.record({ callSid: fc.string(), epoch: fc.nat() })
    fc.assert(fc.property(claim, claim, fc.string(), (mine, yours, secret) => {
      const token = signToken(secret, mine, NOW_S)
      expect(isTokenValid(secret, token, mine, NOW_S)).toBe(true)
      const isSame = mine.callSid === yours.callSid && mine.epoch === yours.epoch
      expect(isTokenValid(secret, token, yours, NOW_S)).toBe(isSame)
    }))
  })
})
