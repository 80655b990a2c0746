import { describe, expect, test } from 'vitest'
import { ACCOUNT, CALL, createAppFixture } from './app-fixture.ts'

describe('POST /twilio/stream-status', () => {
  const form = {
    AccountSid: ACCOUNT,
    CallSid: CALL,
    StreamSid: 'MZ0123456789abcdef0123456789abcdef',
    StreamName: 'MZ0123456789abcdef0123456789abcdef',
    StreamEvent: 'stream-started',
    Timestamp: '2026-11-22T09:30:00.000Z',
  }

  test('is noted and answered with nothing', async () => {
    const { post, exchange, logged } = createAppFixture()
    const { status, text } = await post('/twilio/stream-status', form)
    expect([status, text]).toEqual([204, ''])
    expect(logged).toEqual([{
      level: 'debug',
      name: 'stream.status',
      fields: { callSid: CALL, event: 'stream-started', problem: '' },
    }])
    expect(exchange.ended).toEqual([])
  })

  test('is a warning when Twilio could not open the stream', async () => {
    const { post, logged } = createAppFixture()
    const StreamError = 'handshake error: HTTP status code 502'
    await post('/twilio/stream-status', { ...form, StreamEvent: 'stream-error', StreamError })
    expect(logged).toEqual([{
      level: 'warn',
      name: 'stream.status',
      fields: { callSid: CALL, event: 'stream-error', problem: StreamError },
    }])
  })
})

describe('POST /twilio/call-status', () => {
  const form = { AccountSid: ACCOUNT, CallSid: CALL, CallStatus: 'completed', CallDuration: '12' }

  test.each(['completed', 'busy', 'no-answer', 'failed', 'canceled'])(
    'ends a call that is %s',
    async (CallStatus) => {
      const { post, exchange } = createAppFixture()
      const { status, text } = await post('/twilio/call-status', { ...form, CallStatus })
      expect([status, text]).toEqual([204, ''])
      expect(exchange.ended).toEqual([[CALL, 'caller-hung-up']])
    },
  )

  test.each(['queued', 'initiated', 'ringing', 'in-progress'])(
    'lets a call go on that is %s',
    async (CallStatus) => {
      const { post, exchange } = createAppFixture()
      expect((await post('/twilio/call-status', { ...form, CallStatus })).status).toBe(204)
      expect(exchange.ended).toEqual([])
    },
  )
})
