import AccessToken, { VoiceGrant } from 'twilio/lib/jwt/AccessToken.js'
import { describe, expect, test } from 'vitest'
import { mintVoiceToken } from '../../src/http/operate/voice-token.ts'
import { hmac } from '../../src/runtime/hmac.ts'
import { createAppFixture, NOW_S } from './app-fixture.ts'

const ACCOUNT = {
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  apiKey: { sid: 'SK0123456789abcdef0123456789abcdef', secret: 'key-secret' },
  twimlAppSid: 'AP0123456789abcdef0123456789abcdef',
  region: 'us1' as const,
}

/** The parts of a token. */
const read = (token: string) => {
  const [header, claims, signature] = token.split('.')
  const decode = (part: string) => JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')))
  return {
    header: decode(header),
    claims: decode(claims),
    signed: `${header}.${claims}`,
    signature,
  }
}

describe('a voice token', () => {
  test.each(
    [
      ['us1', false],
      ['us1', true],
      ['ie1', true],
    ] as const,
  )('in %s, with incoming calls: %s, is what Twilio’s package makes', (region, incoming) => {
    const { accountSid, apiKey, twimlAppSid } = ACCOUNT
    const options = { identity: 'alice', ttl: 600, ...(region !== 'us1' && { region }) }
    const theirs = new AccessToken(accountSid, apiKey.sid, apiKey.secret, options)
    theirs.addGrant(
      new VoiceGrant({
        outgoingApplicationSid: twimlAppSid,
        ...(incoming && { incomingAllow: true }),
      }),
    )
    const expected = read(theirs.toJwt())
    const claim = { identity: 'alice', ttlS: 600, incoming }
    const ours = read(mintVoiceToken({ ...ACCOUNT, region }, claim, expected.claims.iat))
    expect(ours.header).toEqual(expected.header)
    expect(ours.claims).toEqual(expected.claims)
    expect(expected.signature).toBe(hmac(apiKey.secret, expected.signed))
    expect(ours.signature).toBe(hmac(apiKey.secret, ours.signed))
  })
})

describe('POST /api/v1/voice-token', () => {
  const ask = (body: string, { app } = createAppFixture(), token = 'test-operator-token') =>
    app.request('/api/v1/voice-token', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    })

  test('gives a token for an hour, and says until when', async () => {
    const response = await ask('{"identity":"alice"}')
    expect(response.status).toBe(200)
    const body = await response.json()
    expect(body).toMatchObject({ identity: 'alice', expiresAt: '2027-01-15T09:00:00.000Z' })
    expect(read(body.token).claims).toMatchObject({ iat: NOW_S, exp: NOW_S + 3_600 })
  })

  test.each([
    ['{', 'the body is not JSON'],
    ['{}', 'identity: Invalid input: expected string, received undefined'],
    ['{"identity":"a b"}', 'identity: must be 1 to 121 letters, digits or underscores'],
    ['{"identity":"a","ttl":90000}', 'ttl: Too big: expected number to be <=86400'],
    ['{"identity":"a","tll":90}', 'Unrecognized key: "tll"'],
  ])('refuses %s', async (body, title) => {
    const response = await ask(body)
    expect(response.status).toBe(400)
    expect(await response.json())
      .toEqual({ type: 'about:blank', title, code: 'bad-body', status: 400 })
  })

  test('needs the operator’s token, and an account', async () => {
    expect((await ask('{"identity":"a"}', createAppFixture(), 'guess')).status).toBe(401)
    const twilio = { ...ACCOUNT, apiKey: undefined }
    const response = await ask('{"identity":"a"}', createAppFixture({ twilio }))
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ code: 'twilio-not-configured' })
  })
})
