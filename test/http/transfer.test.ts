import { describe, expect, it } from 'vitest'
import { ACCOUNT, CALL, createAppFixture } from './app-fixture.ts'

const FORM = {
  CallSid: CALL,
  AccountSid: ACCOUNT,
  From: '+15550001111',
  To: '+15005550006',
  CallStatus: 'in-progress',
}
const HUMAN = 'CAfedcba9876543210fedcba9876543210'
const document = (verbs: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`

const createFixture = (mode: 'cold' | 'warm', callerId = 'caller', to = '+15005550100') => {
  const fixture = createAppFixture()
  const line = fixture.lineOf('+15005550006')
  const destination = { to, mode, timeoutMs: 20_000, callerId } as const
  const customer = { ...line.customer, destinations: { desk: destination } }
  const call = {
    callSid: CALL,
    accountSid: ACCOUNT,
    from: FORM.From,
    owner: 'm1',
    line: { ...line, customer },
  }
  fixture.exchange.isTransferring({ line: call.line, destination, summary: 'Wants a <refund>.' })
  return { ...fixture, call }
}

describe('a caller who is put through', () => {
  it('is connected to a number, and Twilio tells when somebody answers and when it is over', async () => {
    const { exchange, post, call } = createFixture('cold')
    exchange.decide({ is: 'transfer', call, destination: 'desk' })
    const { text } = await post('/twilio/after', FORM)
    expect(text).toBe(document(
      '<Dial action="https://voice.example.com/twilio/transferred" timeout="20">' +
        `<Number statusCallback="https://voice.example.com/twilio/human/${CALL}/status" ` +
        'statusCallbackEvent="answered">+15005550100</Number></Dial>',
    ))
  })

  it.each([
    ['line', '+15005550100', ' callerId="+15005550006"><Number '],
    ['+15005550111', 'sip:desk@example.com', ' callerId="+15005550111"><Sip '],
    ['caller', 'client:anna', ' timeout="20"><Client '],
  ])('shows %s to %s', async (callerId, to, expected) => {
    const { exchange, post, call } = createFixture('cold', callerId, to)
    exchange.decide({ is: 'transfer', call, destination: 'desk' })
    expect((await post('/twilio/after', FORM)).text).toContain(expected)
  })

  it('waits in a queue', async () => {
    const { exchange, post, call } = createFixture('cold', 'caller', 'queue:support')
    exchange.decide({ is: 'transfer', call, destination: 'desk' })
    expect((await post('/twilio/after', FORM)).text).toBe(document(
      '<Enqueue action="https://voice.example.com/twilio/transferred">support</Enqueue>',
    ))
  })

  it('waits with music for a human who is told first what it is about', async () => {
    const { exchange, post, call } = createFixture('warm')
    exchange.decide({ is: 'transfer', call, destination: 'desk' })
    expect((await post('/twilio/after', FORM)).text).toBe(document(
      '<Dial action="https://voice.example.com/twilio/transferred" timeLimit="110">' +
        '<Conference beep="false" startConferenceOnEnter="false" endConferenceOnExit="true">' +
        `tandem-${CALL}</Conference></Dial>`,
    ))
  })

  it.each(
    [
      ['cold', 'completed', { is: 'answered' }],
      ['cold', 'busy', { is: 'failed', why: 'busy', isBack: true }],
      ['cold', 'no-answer', { is: 'failed', why: 'no-answer', isBack: true }],
      ['cold', 'failed', { is: 'failed', why: 'failed', isBack: true }],
      ['warm', 'answered', { is: 'failed', why: 'no-answer', isBack: true }],
    ] as const,
  )('(%s) comes back after %s', async (mode, DialCallStatus, outcome) => {
    const { exchange, post } = createFixture(mode)
    const { text } = await post('/twilio/transferred', { ...FORM, DialCallStatus })
    expect(exchange.transfers).toEqual([{ callSid: CALL, ...outcome }])
    expect(text).toBe(document('<Hangup/>'))
  })

  it('who has talked to a human, and whom this process does not know, is not spoken to again', async () => {
    const { exchange, post } = createAppFixture()
    const { text } = await post('/twilio/transferred', { ...FORM, DialCallStatus: 'completed' })
    expect(text).toBe(document('<Hangup/>'))
    expect(exchange.asked).toEqual([])
    await post('/twilio/transferred', { ...FORM, DialCallStatus: 'no-answer' })
    expect(exchange.asked).toHaveLength(1)
  })

  it('who has hung up is not asked after', async () => {
    const { exchange, post } = createFixture('cold')
    await post('/twilio/transferred', {
      ...FORM,
      CallStatus: 'completed',
      DialCallStatus: 'completed',
    })
    expect(exchange.ended).toEqual([[CALL, 'caller-hung-up']])
    expect(exchange.transfers).toEqual([])
  })
})

describe('a human who is called', () => {
  const path = `/twilio/human/${CALL}`
  const form = { ...FORM, CallSid: HUMAN, Direction: 'outbound-api' }

  it('hears the summary and is asked for a key', async () => {
    const { post } = createFixture('warm')
    expect((await post(path, form)).text).toBe(document(
      `<Gather numDigits="1" timeout="8" action="https://voice.example.com${path}/decision">` +
        '<Say>There is a caller for you. Wants a &lt;refund&gt;. Press 1 to talk to them, or hang up if you cannot.</Say>' +
        `</Gather><Redirect>https://voice.example.com${path}/decision</Redirect>`,
    ))
  })

  it('who takes the call comes into the room', async () => {
    const { exchange, post } = createFixture('warm')
    const { text } = await post(`${path}/decision`, { ...form, Digits: '1' })
    expect(exchange.transfers).toEqual([{ callSid: CALL, is: 'answered' }])
    expect(text).toBe(document(
      '<Dial><Conference beep="false" startConferenceOnEnter="true" endConferenceOnExit="true">' +
        `tandem-${CALL}</Conference></Dial>`,
    ))
  })

  it.each(['2', ''])('who presses %j does not', async (Digits) => {
    const { exchange, post } = createFixture('warm')
    const { text } = await post(`${path}/decision`, { ...form, Digits })
    expect(exchange.transfers).toEqual([
      { callSid: CALL, is: 'failed', why: 'refused', isBack: false },
    ])
    expect(text).toBe(document('<Hangup/>'))
  })

  it('who decides too late finds nobody', async () => {
    const { post } = createAppFixture()
    expect((await post(path, form)).text).toBe(document('<Hangup/>'))
    expect((await post(`${path}/decision`, { ...form, Digits: '1' })).text)
      .toBe(document('<Hangup/>'))
  })

  it.each(
    [
      ['warm', 'busy', [{ callSid: CALL, is: 'failed', why: 'busy', isBack: false }]],
      ['warm', 'completed', [{ callSid: CALL, is: 'failed', why: 'refused', isBack: false }]],
      ['warm', 'in-progress', []],
      ['cold', 'in-progress', [{ callSid: CALL, is: 'answered' }]],
      ['cold', 'busy', []],
    ] as const,
  )('(%s) whose call is %s', async (mode, CallStatus, expected) => {
    const { exchange, post } = createFixture(mode)
    const { status } = await post(`${path}/status`, { ...form, CallStatus })
    expect(status).toBe(204)
    expect(exchange.transfers).toEqual(expected)
  })
})
