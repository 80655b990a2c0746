import { describe, expect, test } from 'vitest'
import { readWav } from '../../src/audio/wav.ts'
import { ACCOUNT, CALL, createAppFixture } from './app-fixture.ts'

/** What Twilio sends when the stream has ended and the caller is still on the line. */
const FORM = {
  CallSid: CALL,
  AccountSid: ACCOUNT,
  From: '+15550001111',
  To: '+15005550006',
  CallStatus: 'in-progress',
}

const FACTS = { callSid: CALL, accountSid: ACCOUNT, from: '+15550001111', owner: 'm1' }

const HANGUP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'
const RESUMED = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Connect action="https://voice.example.com/twilio/after#rc=5&amp;rp=all">' +
  '<Stream url="wss://voice.example.com/twilio/media/m1/CA0123456789abcdef0123456789abcdef"' +
  ' statusCallback="https://voice.example.com/twilio/stream-status">' +
  '<Parameter name="token" value="1800000030.DQEyasrPsCsujk0iKpEpSYc3nDIchd3EyyxPda7dfaI"/>' +
  '</Stream></Connect></Response>'
const holds = (seconds: number) =>
  '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  `<Play loop="${seconds}">https://voice.example.com/twilio/hold.wav</Play>` +
  '<Redirect>https://voice.example.com/twilio/after#rc=5&amp;rp=all</Redirect></Response>'
const DIALS = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Say>Fish &amp; chips later.</Say><Dial><Number>+15005550100</Number></Dial></Response>'
const SAYS = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Say>Please call again.</Say><Hangup/></Response>'
const SORRY = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Say>Sorry, something went wrong on our side. Please call again.</Say><Hangup/></Response>'

describe('POST /twilio/after', () => {
  test('asks the exchange what becomes of the caller, and whose caller it is', async () => {
    const { post, exchange, lineOf } = createAppFixture()
    await post('/twilio/after', FORM)
    await post('/twilio/after', { ...FORM, To: '+15005550000' })
    expect(exchange.asked).toEqual([
      { facts: FACTS, line: lineOf('+15005550006') },
      { facts: FACTS, line: undefined },
    ])
    expect(exchange.ended).toEqual([])
  })

  test('hangs up when the call is over', async () => {
    const { post, exchange, logged } = createAppFixture()
    exchange.decide({ is: 'over' })
    const { status, text } = await post('/twilio/after', FORM)
    expect([status, text]).toEqual([200, HANGUP])
    expect(logged).toEqual([])
  })

  test('opens a stream again for a call that goes on, with a token for that stream alone', async () => {
    const { post, exchange, lineOf } = createAppFixture()
    const call = { ...FACTS, line: lineOf('+15005550006'), epoch: 2 }
    exchange.decide({ is: 'resumed', press: '', call })
    const { text, response } = await post('/twilio/after', FORM)
    expect(text).toBe(RESUMED)
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8')
  })

  test('lets a caller whom the next process is to take hear the hold tone, and Twilio ask again', async () => {
    const { post, exchange, logged } = createAppFixture()
    exchange.decide({ is: 'handed-over', isLast: false })
    expect((await post('/twilio/after', FORM)).text).toBe(holds(2))
    expect(logged).toEqual([])
  })

  test('covers the time without a process by more of the tone when this one is about to go', async () => {
    const { post, exchange } = createAppFixture()
    exchange.decide({ is: 'handed-over', isLast: true })
    expect((await post('/twilio/after', FORM)).text).toBe(holds(8))
  })

  test('has the tone as a file of one second that Twilio may keep', async () => {
    const { app } = createAppFixture()
    const response = await app.request('/twilio/hold.wav')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('audio/wav')
    expect(response.headers.get('cache-control')).toBe('public, max-age=86400')
    const { sampleRateHz, channels } = readWav(new Uint8Array(await response.arrayBuffer()))
    expect([sampleRateHz, channels.length, channels[0].length]).toEqual([8000, 1, 8000])
    expect(Math.max(...channels[0])).toBeGreaterThan(700)
  })

  test('says what the customer wants said and calls a human when nobody is left', async () => {
    const { post, exchange, lineOf, logged } = createAppFixture()
    exchange.decide({ is: 'apology', line: lineOf('+15005550006') })
    expect((await post('/twilio/after', FORM)).text).toBe(DIALS)
    expect(logged).toEqual([{
      level: 'warn',
      name: 'call.apology',
      fields: { callSid: CALL, customer: 'bright-smile' },
    }])
  })

  test('hangs up after the sentence of a customer who has no human to call', async () => {
    const { post, exchange, lineOf } = createAppFixture()
    exchange.decide({ is: 'apology', line: lineOf('+15005550009') })
    expect((await post('/twilio/after', FORM)).text).toBe(SAYS)
  })

  test('apologises in general to a caller who is nobody’s', async () => {
    const { post, exchange } = createAppFixture()
    exchange.decide({ is: 'apology', line: undefined })
    expect((await post('/twilio/after', FORM)).text).toBe(SORRY)
  })

  describe('about a call from a browser, whose page named its line only once', () => {
    const BROWSER = { ...FORM, From: 'client:alice', To: '' }
    const AFTER = '/twilio/after?line=%2B15005550009'

    test('has Twilio name the line each time it asks', async () => {
      const { post, exchange, lineOf } = createAppFixture()
      const line = lineOf('+15005550009')
      const call = { ...FACTS, from: 'client:alice', line, epoch: 2 }
      exchange.decide({ is: 'resumed', press: '', call })
      const again = `https://voice.example.com${AFTER}#rc=5&amp;rp=all`
      expect((await post(AFTER, BROWSER)).text).toContain(`<Connect action="${again}">`)
      expect(exchange.asked).toEqual([{ facts: { ...FACTS, from: 'client:alice' }, line }])
      exchange.decide({ is: 'handed-over', isLast: false })
      expect((await post(AFTER, BROWSER)).text).toContain(`<Redirect>${again}</Redirect>`)
    })

    test('has it named by Twilio alone: a caller from a phone calls the number that was called', async () => {
      const { post, exchange, lineOf } = createAppFixture()
      await post(AFTER, FORM)
      expect(exchange.asked).toEqual([{ facts: FACTS, line: lineOf('+15005550006') }])
    })
  })

  test.each(['completed', 'busy', 'no-answer', 'failed', 'canceled'])(
    'says nothing to a caller whose call is %s, and ends it',
    async (CallStatus) => {
      const { post, exchange, lineOf } = createAppFixture()
      exchange.decide({ is: 'apology', line: lineOf('+15005550006') })
      expect((await post('/twilio/after', { ...FORM, CallStatus })).text).toBe(HANGUP)
      expect(exchange.ended).toEqual([[CALL, 'caller-hung-up']])
      expect(exchange.asked).toEqual([])
    },
  )
})
