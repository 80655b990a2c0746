/** Calls from browsers: a token of each runtime, held against Twilio's own package, and the call that a page makes with it. */
import { Buffer } from 'node:buffer'
import { createHash, createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import AccessToken, { VoiceGrant } from 'twilio/lib/jwt/AccessToken.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  DENTIST,
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const OFFICE = '+15005550031'
const names = Object.keys(RUNTIMES) as RuntimeName[]
const KEY = { sid: 'SK0123456789abcdef0123456789abcdef', secret: 'key-secret' }
const APP = 'AP0123456789abcdef0123456789abcdef'
const READER = 'token-of-a-reader'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe.each(names)('a browser that calls the service on %s', (name) => {
  let service: TestService

  beforeAll(async () => {
    service = await startTestService(name, {
      TWILIO_API_KEY_SID: KEY.sid,
      TWILIO_API_KEY_SECRET: KEY.secret,
      TWILIO_TWIML_APP_SID: APP,
    }, {
      office: `customer: Office
numbers: ["${OFFICE}"]
agent: { instructions: You answer for the office. }
`,
    })
    await writeFile(
      join(service.configFolder, 'tandem.yaml'),
      `operators: [{ name: reader, sha256: ${sha256(READER)}, scope: read }]\n`,
    )
    await until('the reader is known', () => service.log().includes('config.reloaded'))
  })
  afterAll(() => service.stop())

  const ask = async (
    headers: Record<string, string>,
    body: unknown = { identity: 'alice' },
    url = service.url,
  ) => {
    const response = await fetch(`${url}/api/v1/voice-token`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.text() }
  }
  const OPERATOR = { authorization: `Bearer ${OPERATOR_TOKEN}` }

  it('has a token that is what Twilio’s package makes, signed with the key', async () => {
    const asked = { identity: 'alice', ttl: 600, incoming: true }
    const { status, body } = await ask(OPERATOR, asked)
    expect(status).toBe(200)
    const { token } = JSON.parse(body)
    const theirs = new AccessToken(ACCOUNT, KEY.sid, KEY.secret, { identity: 'alice', ttl: 600 })
    theirs.addGrant(new VoiceGrant({ outgoingApplicationSid: APP, incomingAllow: true }))
    const expected = partsOf(theirs.toJwt())
    const ours = partsOf(token)
    expect(ours.header).toEqual(expected.header)
    expect(ours.claims).toEqual({
      ...expected.claims,
      // The second in which it was made.
      iat: ours.claims.iat,
      exp: ours.claims.iat + 600,
      jti: `${KEY.sid}-${ours.claims.iat}`,
    })
    for (const { signed, signature } of [ours, expected]) {
      expect(signature).toBe(createHmac('sha256', KEY.secret).update(signed).digest('base64url'))
    }
  })

  it('has no token of somebody who may not give one', async () => {
    expect((await ask({})).status).toBe(401)
    expect((await ask({ authorization: 'Bearer guess' })).status).toBe(401)
    const reader = await ask({ authorization: `Bearer ${READER}` })
    expect([reader.status, JSON.parse(reader.body).title])
      .toEqual([403, 'this needs a token with the scope operate'])
  })

  it('has no token of a service that has no API key', async () => {
    const bare = await startTestService(name, { TWILIO_TWIML_APP_SID: APP })
    try {
      const { status, body } = await ask(OPERATOR, undefined, bare.url)
      expect([status, JSON.parse(body)]).toMatchObject([503, {
        title: 'set TWILIO_ACCOUNT_SID, TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET and ' +
          'TWILIO_TWIML_APP_SID',
        code: 'twilio-not-configured',
        status: 503,
      }])
    } finally {
      await bare.stop()
    }
  })

  it('is put through to the line that its page names, as who its token says', async () => {
    const { identity } = partsOf(JSON.parse((await ask(OPERATOR)).body).token).claims.grants
    for (const [line, customer] of [[OFFICE, 'office'], [DENTIST, 'bright-smile']]) {
      const page = { line }
      const before = service.sessions.length
      const call = await service.answered({ from: `client:${identity}`, to: '', page })
      await until(
        'the model is told what to be',
        () => (service.sessions[before]?.settings().instructions ?? '') !== '',
      )
      if (customer === 'office') {
        expect(service.sessions[before].settings().instructions)
          .toBe('You answer for the office.')
      }
      call.hangUp()
      await call.done
      const { calls } = await onRecord(call.callSid)
      expect(calls[0]).toMatchObject({ callSid: call.callSid, customer, from: 'client:alice' })
    }
  })

  const onRecord = async (callSid: string) => {
    let found: { calls: readonly { callSid: string }[] } = { calls: [] }
    await until('the call is on record', async () => {
      const response = await fetch(`${service.url}/api/v1/calls?live=false`, { headers: OPERATOR })
      found = await response.json()
      return found.calls[0]?.callSid === callSid
    })
    return found
  }

  it('is with the same customer after its stream was lost, though its page says nothing more', async () => {
    const before = service.sessions.length
    const page = { line: OFFICE }
    const call = await service.answered({ from: 'client:alice', to: '', page })
    const lost = await call.started
    lost.vanish()
    const streams = () => call.events.filter(({ event }) => event === 'stream-started').length
    await until('there is another stream', () => streams() === 2)
    expect(call.events).toContainEqual(expect.objectContaining({
      event: 'webhook',
      url: expect.stringContaining('/twilio/after?line=%2B15005550031'),
      answer: 200,
    }))
    call.hangUp()
    await call.done
    expect(service.sessions.length).toBe(before + 1)
    expect((await onRecord(call.callSid)).calls[0]).toMatchObject({
      customer: 'office',
      endReason: 'caller-hung-up',
    })
  })

  it('is not taken on a line that nobody has', async () => {
    const before = service.sessions.length
    const call = service.call({ from: 'client:alice', to: '', page: { line: '+15005550099' } })
    const never = expect(call.started).rejects.toThrow()
    expect(await call.done).toMatchObject({ end: 'rejected' })
    await never
    expect(service.sessions.length).toBe(before)
    await expect.poll(service.log, { timeout: 5_000 }).toContain('"call.unknown-number"')
  })
})

/** A token, taken apart. */
const partsOf = (token: string) => {
  const [header, claims, signature] = token.split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return {
    header: read(header),
    claims: read(claims),
    signed: `${header}.${claims}`,
    signature,
  }
}
