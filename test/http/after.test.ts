import { describe, expect, test } from 'vitest'
import type { CallFacts } from '../../src/bridge/exchange.ts'
import { ACCOUNT, CALL, createAppFixture } from './app-fixture.ts'

/** What Twilio sends when the stream has ended and the caller is still on the line. */
const FORM = {
  CallSid: CALL,
  AccountSid: ACCOUNT,
  From: '+15550001111',
  To: '+15005550006',
  CallStatus: 'in-progress',
}

const HANGUP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'
const DIALS = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Say>Fish &amp; chips later.</Say><Dial><Number>+15005550100</Number></Dial></Response>'
const SAYS = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Say>Please call again.</Say><Hangup/></Response>'
const SORRY = '<?xml version="1.0" encoding="UTF-8"?><Response>' +
  '<Say>Sorry, something went wrong on our side. Please call again.</Say><Hangup/></Response>'

const facts = (line: CallFacts['line']): CallFacts => ({
  callSid: CALL,
  accountSid: ACCOUNT,
  from: '+15550001111',
  line,
  epoch: 1,
  owner: 'm1',
})

describe('POST /twilio/after', () => {
  test.each(
    [
      'caller-lost',
      'no-stream',
      'model-unreachable',
      'model-lost',
      'shutdown',
      'fault',
    ] as const,
  )('after %s says what the customer wants said and calls a human', async (reason) => {
    const { post, exchange, lineOf } = createAppFixture()
    exchange.hasEnded(facts(lineOf('+15005550006')), reason)
    const { status, text } = await post('/twilio/after', FORM)
    expect(status).toBe(200)
    expect(text).toBe(DIALS)
  })

  test.each(['caller-hung-up', 'max-duration'] as const)('after %s hangs up', async (reason) => {
    const { post, exchange, lineOf, logged } = createAppFixture()
    exchange.hasEnded(facts(lineOf('+15005550006')), reason)
    expect((await post('/twilio/after', FORM)).text).toBe(HANGUP)
    expect(logged).toEqual([])
  })

  test('hangs up after the sentence of a customer who has no human to call', async () => {
    const { post, exchange, lineOf } = createAppFixture()
    exchange.hasEnded(facts(lineOf('+15005550009')), 'model-lost')
    expect((await post('/twilio/after', FORM)).text).toBe(SAYS)
  })

  test.each(['completed', 'busy', 'no-answer', 'failed', 'canceled'])(
    'says nothing to a caller whose call is %s, and ends it',
    async (CallStatus) => {
      const { post, exchange, lineOf } = createAppFixture()
      exchange.hasEnded(facts(lineOf('+15005550006')), 'model-lost')
      expect((await post('/twilio/after', { ...FORM, CallStatus })).text).toBe(HANGUP)
      expect(exchange.ended).toEqual([[CALL, 'caller-hung-up']])
    },
  )

  test('takes the stream for broken when the call has not ended here', async () => {
    const { post, exchange } = createAppFixture()
    await post('/twilio/after', FORM)
    expect(exchange.ended).toEqual([[CALL, 'caller-lost']])
  })

  test('apologises for a call that nobody here has heard of in the name of its number', async () => {
    const { post, logged } = createAppFixture()
    expect((await post('/twilio/after', FORM)).text).toBe(DIALS)
    expect(logged).toEqual([{
      level: 'warn',
      name: 'call.apology',
      fields: { callSid: CALL, customer: 'bright-smile', reason: undefined },
    }])
  })

  test('apologises in general where the number is nobody’s any more', async () => {
    const { post } = createAppFixture()
    expect((await post('/twilio/after', { ...FORM, To: '+15005550000' })).text).toBe(SORRY)
  })
})
