import { describe, expect, test } from 'vitest'
import { ACCOUNT, CALL, createAppFixture } from './app-fixture.ts'

/** A call to the dentist, as Twilio offers it. */
const FORM = {
  CallSid: CALL,
  AccountSid: ACCOUNT,
  From: '+15550001111',
  To: '+15005550006',
  CallStatus: 'ringing',
  ApiVersion: '2010-04-01',
  Direction: 'inbound',
}

const CONNECT = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Connect action="https://voice.example.com/twilio/after#rc=5&amp;rp=all">' +
  '<Stream url="wss://voice.example.com/twilio/media/m1/CA0123456789abcdef0123456789abcdef"' +
  ' statusCallback="https://voice.example.com/twilio/stream-status">' +
  '<Parameter name="token" value="1800000030.ts7b4NUT6i8al89jz2TIIhrCmrbSwWew9ZkLjw15JL4"/>' +
  '</Stream></Connect></Response>'
const REJECTED =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="rejected"/></Response>'
const BUSY = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'

describe('POST /twilio/voice', () => {
  test('begins the call and tells Twilio where to open its stream, and with which token', async () => {
    const { post, exchange, lineOf } = createAppFixture()
    const { status, text, response } = await post('/twilio/voice', FORM)
    expect(status).toBe(200)
    expect(text).toBe(CONNECT)
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    expect(exchange.offered).toEqual([{
      callSid: CALL,
      accountSid: ACCOUNT,
      agent: 'main',
      from: '+15550001111',
      line: lineOf('+15005550006'),
      owner: 'm1',
    }])
  })

  test('takes a form with repeated and empty fields and unicode, signed over all of them', async () => {
    const { post, exchange } = createAppFixture()
    const { status } = await post('/twilio/voice', {}, {
      body: 'To=%2B15005550006&From=client%3AJos%C3%A9+%F0%9F%A6%B7&CallSid=CA1' +
        '&Tag=video&Tag=audio&Tag=video&CallerName=' +
        '&AccountSid=AC0123456789abcdef0123456789abcdef',
      signature: 'aabUqdvumDYxfeRT3UqwRMjtMBg=',
    })
    expect(status).toBe(200)
    expect(exchange.offered).toMatchObject([{ callSid: 'CA1', from: 'client:José 🦷' }])
  })

  test('takes the first of several values where there should be one', async () => {
    const { post, exchange } = createAppFixture()
    const { status } = await post('/twilio/voice', {}, {
      body: 'To=%2B15005550009&To=%2B15005550006&CallSid=CA1' +
        '&AccountSid=AC0123456789abcdef0123456789abcdef',
      signature: 'D3OvUTdvno/BG/CTFss3NPufvdQ=',
    })
    expect(status).toBe(200)
    expect(exchange.offered[0].line.customer.id).toBe('casa-do-mar')
  })

  test('rejects a number that nobody has, before anything is opened', async () => {
    const { post, exchange, names } = createAppFixture()
    const { status, text } = await post('/twilio/voice', { ...FORM, To: '+15005550000' })
    expect(status).toBe(200)
    expect(text).toBe(REJECTED)
    expect(exchange.offered).toEqual([])
    expect(names()).toEqual(['call.unknown-number'])
  })

  test('says busy when there is no room', async () => {
    const { post, exchange, logged } = createAppFixture()
    exchange.full()
    expect((await post('/twilio/voice', FORM)).text).toBe(BUSY)
    expect(exchange.offered).toEqual([])
    expect(logged).toEqual([{
      level: 'warn',
      name: 'call.no-room',
      fields: { callSid: CALL, customer: 'bright-smile', reason: 'no-room' },
    }])
  })

  test('says busy, or what the file says, when the customer has spent what a day may cost', async () => {
    const { post, exchange, logged } = createAppFixture()
    exchange.full('cost-limit')
    expect((await post('/twilio/voice', FORM)).text).toBe(BUSY)
    expect(logged).toEqual([{
      level: 'warn',
      name: 'call.no-room',
      fields: { callSid: CALL, customer: 'bright-smile', reason: 'cost-limit' },
    }])
  })

  test('says busy when the service is about to stop', async () => {
    const { post, exchange } = createAppFixture({ isReady: () => false })
    expect((await post('/twilio/voice', FORM)).text).toBe(BUSY)
    expect(exchange.offered).toEqual([])
  })

  test('gives a repeated webhook the same answer, though the last place was taken by its call', async () => {
    const { post, exchange } = createAppFixture()
    await post('/twilio/voice', FORM)
    exchange.full()
    expect((await post('/twilio/voice', FORM)).text).toBe(CONNECT)
  })

  test('rejects a call that has its stream: Twilio does not offer such a call', async () => {
    const { post, exchange } = createAppFixture()
    exchange.talking()
    expect((await post('/twilio/voice', FORM)).text).toBe(REJECTED)
  })

  test('says nothing about who calls or what was signed in the log', async () => {
    const { post, exchange, logged } = createAppFixture()
    await post('/twilio/voice', FORM)
    await post('/twilio/voice', { ...FORM, To: '+15005550000' })
    exchange.full()
    await post('/twilio/voice', { ...FORM, CallSid: 'CA2' })
    expect(logged).toHaveLength(2)
    expect(JSON.stringify(logged)).not.toContain('+1555')
  })
})

describe('a webhook', () => {
  test.each(['/twilio/voice', '/twilio/after', '/twilio/stream-status', '/twilio/call-status'])(
    'to %s is refused without the right signature, and nothing happens',
    async (path) => {
      const { post, exchange } = createAppFixture()
      for (const signature of ['', 'bm90IHRoZSByaWdodCBvbmU=', 'x']) {
        const { status, text } = await post(path, { ...FORM, CallStatus: 'completed' }, {
          signature,
        })
        expect([status, text]).toEqual([403, 'bad signature'])
      }
      expect(exchange.offered).toEqual([])
      expect(exchange.ended).toEqual([])
    },
  )

  test('is refused when a field was changed on the way', async () => {
    const { post } = createAppFixture()
    const body = String(new URLSearchParams({ ...FORM, To: '+15005550009' }))
    expect((await post('/twilio/voice', FORM, { body })).status).toBe(403)
  })

  test('is refused when a field was added on the way', async () => {
    const { post } = createAppFixture()
    const body = `${new URLSearchParams(FORM)}&Extra=1`
    expect((await post('/twilio/voice', FORM, { body })).status).toBe(403)
  })

  test('is signed with the query of its address', async () => {
    const { post } = createAppFixture()
    expect((await post('/twilio/voice?region=ie1', FORM)).status).toBe(200)
    const { status } = await post('/twilio/voice?region=ie1', FORM, {
      signature: 'STiHMYzLAerzxFcLbex8OqZdKjk=',
    })
    expect(status).toBe(403)
  })

  test('of another account is refused, though it is signed', async () => {
    const { post, exchange, names } = createAppFixture()
    const AccountSid = 'AC99999999999999999999999999999999'
    const { status, text } = await post('/twilio/voice', { ...FORM, AccountSid })
    expect([status, text]).toEqual([403, 'not our account'])
    expect(exchange.offered).toEqual([])
    expect(names()).toEqual(['twilio.other-account'])
  })

  test('of any account is taken where none is set', async () => {
    const { post } = createAppFixture({ accountSid: undefined })
    const AccountSid = 'AC99999999999999999999999999999999'
    expect((await post('/twilio/voice', { ...FORM, AccountSid })).text).toBe(CONNECT)
  })

  test('of more than 64 KiB is not read', async () => {
    const { post, exchange } = createAppFixture()
    const form = { ...FORM, SpeechResult: 'x'.repeat(64 * 1024) }
    expect((await post('/twilio/voice', form)).status).toBe(413)
    expect(exchange.offered).toEqual([])
  })

  test('of a little less than 64 KiB is', async () => {
    const { post } = createAppFixture()
    const form = { ...FORM, SpeechResult: 'x'.repeat(63 * 1024) }
    expect((await post('/twilio/voice', form)).status).toBe(200)
  })

  test('is a POST and nothing else', async () => {
    const { app } = createAppFixture()
    expect((await app.request('/twilio/voice?CallSid=CA1')).status).toBe(404)
  })
})
