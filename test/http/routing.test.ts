import { describe, expect, test } from 'vitest'
import { ACCOUNT, CALL, createAppFixture } from './app-fixture.ts'

const FORM = {
  CallSid: CALL,
  AccountSid: ACCOUNT,
  From: '+15550001111',
  To: '+15005550011',
  CallStatus: 'ringing',
}

const document = (verbs: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`
const FALLBACK = document('<Say>Please hold.</Say><Dial><Number>+15005550100</Number></Dial>')
const DIALLED = document('<Dial><Number>+15005550100</Number></Dial>')
const LISTENED = document(
  '<Start><Stream url="wss://voice.example.com/twilio/media/m1/CA0123456789abcdef0123456789abcdef"' +
    ' track="both_tracks" statusCallback="https://voice.example.com/twilio/stream-status">' +
    '<Parameter name="token" value="1800000030.ts7b4NUT6i8al89jz2TIIhrCmrbSwWew9ZkLjw15JL4"/>' +
    '</Stream></Start><Say>This call is transcribed.</Say>' +
    '<Dial><Number>+15005550100</Number></Dial>',
)

describe('a call outside the opening hours', () => {
  test('is told so, and nothing is opened for it', async () => {
    const { post, exchange, logged } = createAppFixture()
    const { text } = await post('/twilio/voice', FORM)
    expect(text).toBe(document('<Say>Closed &amp; dark.</Say><Hangup/>'))
    expect(exchange.offered).toEqual([])
    expect(logged).toEqual([{
      level: 'info',
      name: 'call.not-taken',
      fields: { callSid: CALL, customer: 'told', reason: 'closed' },
    }])
  })

  test('is answered an hour later', async () => {
    const { post, exchange } = createAppFixture({ nowS: () => 1_800_000_000 + 3_600 })
    expect((await post('/twilio/voice', FORM)).text).toContain('<Connect')
    expect(exchange.offered).toMatchObject([{ callSid: CALL }])
  })

  test('that has begun stays what it is when its webhook is repeated after closing time', async () => {
    let nowS = 1_800_000_000 + 36_000 - 1
    const { post } = createAppFixture({ nowS: () => nowS })
    await post('/twilio/voice', FORM)
    nowS += 2
    expect((await post('/twilio/voice', FORM)).text).toContain('<Connect')
  })

  test('is put through where the file says so', async () => {
    const { post, exchange } = createAppFixture()
    expect((await post('/twilio/voice', { ...FORM, To: '+15005550012' })).text)
      .toBe(document('<Dial><Client>anna</Client></Dial>'))
    expect(exchange.offered).toEqual([])
  })

  test('is answered by another agent where the file says so', async () => {
    const { post, exchange } = createAppFixture()
    expect((await post('/twilio/voice', { ...FORM, To: '+15005550013' })).text).toContain(
      '<Connect',
    )
    expect(exchange.offered).toMatchObject([{ callSid: CALL, agent: 'night' }])
  })
})

test('a blocked caller is rejected, which costs nothing', async () => {
  const { post, exchange, logged } = createAppFixture()
  const { text } = await post('/twilio/voice', { ...FORM, From: '+15550009999' })
  expect(text).toBe(document('<Reject reason="rejected"/>'))
  expect(exchange.offered).toEqual([])
  expect(JSON.stringify(logged)).not.toContain('+1555')
  expect(logged).toMatchObject([{ name: 'call.not-taken', fields: { reason: 'blocked' } }])
})

test('a full service answers with the fallback where the file prefers that to the busy tone', async () => {
  const { post, exchange } = createAppFixture()
  exchange.full()
  expect((await post('/twilio/voice', { ...FORM, To: '+15005550014' })).text).toBe(FALLBACK)
  expect(exchange.offered).toEqual([])
})

describe('a line that listens', () => {
  const form = { ...FORM, To: '+15005550015' }

  test('forks the stream, tells the caller, and puts them through with nothing that needs us', async () => {
    const { post, exchange, listened } = createAppFixture()
    expect((await post('/twilio/voice', form)).text).toBe(LISTENED)
    expect(exchange.offered).toEqual([])
    expect(listened.offered).toMatchObject([{
      facts: { callSid: CALL },
      listen: { dial: '+15005550100', model: 'gpt-transcribe' },
    }])
    expect((await post('/twilio/voice', form)).text).toBe(LISTENED)
  })

  test('puts the caller through without listening, and without saying so, when there is no room', async () => {
    const { post, exchange, listened, names } = createAppFixture()
    exchange.full()
    expect((await post('/twilio/voice', form)).text).toBe(DIALLED)
    expect(listened.offered).toEqual([])
    expect(names()).toEqual(['listening.no-room'])
    const stopping = createAppFixture({ isReady: () => false })
    expect((await stopping.post('/twilio/voice', form)).text).toBe(DIALLED)
  })

  test('hears from Twilio when the call is over', async () => {
    const { post, listened } = createAppFixture()
    await post('/twilio/call-status', { ...form, CallStatus: 'completed' })
    expect(listened.ended).toEqual([CALL])
  })
})
