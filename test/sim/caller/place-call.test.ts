import { describe, expect, test } from 'vitest'
import { base64Encode } from '../../../src/audio/base64.ts'
import { writeWav } from '../../../src/audio/wav.ts'
import { createServerFixture, twiml } from './server-fixture.ts'

const STREAM =
  '<Connect action="/twilio/after"><Stream url="ws://127.0.0.1:8080/twilio/media/m1/CA1">' +
  '<Parameter name="token" value="k9"/></Stream></Connect>'

const CALL_SID = 'CA00000000000000000000000000000001'
const STREAM_SID = 'MZ00000000000000000000000000000002'

/** 8 kHz mu-law, loud, as a server sends it. */
const mediaText = (ms: number, streamSid = STREAM_SID) =>
  JSON.stringify({
    event: 'media',
    streamSid,
    media: { payload: base64Encode(new Uint8Array(ms * 8).fill(0x20)) },
  })

describe('the voice webhook', () => {
  test('tells who calls whom, with the fields a real one has', async () => {
    const { place, pass, requests } = createServerFixture(() => twiml('<Reject/>'))
    const call = place({ fields: { StirVerstat: 'TN-Validation-Passed-A' } })
    await pass(20)
    expect(call.callSid).toBe(CALL_SID)
    expect(requests).toEqual([{
      atMs: 0,
      path: '/twilio/voice',
      fields: {
        AccountSid: 'AC0123456789abcdef0123456789abcdef',
        ApiVersion: '2010-04-01',
        CallSid: CALL_SID,
        CallStatus: 'ringing',
        Called: '+15005550006',
        CalledCity: '',
        CalledCountry: 'US',
        CalledState: '',
        CalledZip: '',
        Caller: '+14158675310',
        CallerCity: '',
        CallerCountry: 'US',
        CallerState: '',
        CallerZip: '',
        Direction: 'inbound',
        From: '+14158675310',
        FromCity: '',
        FromCountry: 'US',
        FromState: '',
        FromZip: '',
        StirVerstat: 'TN-Validation-Passed-A',
        To: '+15005550006',
        ToCity: '',
        ToCountry: 'US',
        ToState: '',
        ToZip: '',
      },
    }])
  })

  test('that rejects ends the call before it was answered', async () => {
    const { place, pass, requests } = createServerFixture((path) =>
      path === '/twilio/voice'
        ? twiml('<Reject reason="busy"/>')
        : new Response(null, { status: 204 })
    )
    const call = place({ statusCallbackUrl: 'http://127.0.0.1:8080/twilio/call-status' })
    await pass(20)
    expect(await call.done).toMatchObject({
      end: 'rejected',
      reason: 'busy',
      verbs: [{ verb: 'reject', reason: 'busy' }],
      warnings: [],
      streams: [],
    })
    expect(requests[1]).toMatchObject({
      path: '/twilio/call-status',
      fields: {
        CallStatus: 'busy',
        CallDuration: '0',
        Duration: '0',
        CallbackSource: 'call-progress-events',
        SequenceNumber: '0',
        Timestamp: 'Sun, 22 Nov 2026 09:30:00 +0000',
      },
    })
    await expect(call.started).rejects.toThrow('The call ended without a stream: busy')
  })

  test.each([
    ['an error status', new Response('no', { status: 503 }), 11200, 'the answer was 503'],
    [
      'no content type',
      new Response(new TextEncoder().encode('<Response/>')),
      11200,
      'the answer has no content type',
    ],
    [
      'JSON',
      new Response('{}', { headers: { 'content-type': 'application/json' } }),
      12300,
      'the answer is application/json, not text/xml',
    ],
    [
      'too long a document',
      twiml('x'.repeat(65_536)),
      11750,
      'the answer has 65557 characters',
    ],
    [
      'a document that is not well-formed',
      twiml('<Say>'),
      12100,
      "Cannot read TwiML: Expected closing tag 'Say' (opened in line 1, col 11) instead of closing " +
      "tag 'Response'. (line 1)",
    ],
  ])('answered with %s fails the call', async (_, answer, code, problem) => {
    const { place, pass } = createServerFixture(() => answer)
    const call = place()
    await pass(20)
    expect(await call.done).toMatchObject({
      end: 'failed',
      reason: problem,
      warnings: [{ code, problem, firstAtMs: 0, times: 1 }],
    })
  })

  test('that finds nobody is tried twice and fails the call', async () => {
    const { place, pass, requests } = createServerFixture(() => 'unreachable')
    const call = place()
    await pass(20)
    expect(await call.done).toMatchObject({ end: 'failed', warnings: [{ code: 11205 }] })
    expect(requests).toHaveLength(2)
  })

  test('without an answer fails the call after 15 s', async () => {
    const { place, pass } = createServerFixture(() => 'no answer')
    const call = place()
    await pass(15_000)
    expect(await call.done).toMatchObject({ end: 'failed', startedAtMs: 0, endedAtMs: 15_000 })
  })
})

describe('a stream', () => {
  const server = (after = '<Hangup/>') =>
    createServerFixture((path) => path === '/twilio/voice' ? twiml(STREAM) : twiml(after))

  test('begins after the answer delay with a signed upgrade', async () => {
    const { place, pass, upgrades } = server()
    const call = place()
    await pass(280)
    expect(upgrades).toHaveLength(0)
    await pass(20)
    expect(upgrades[0].url).toBe('ws://127.0.0.1:8080/twilio/media/m1/CA1')
    expect(upgrades[0].options.headers).toEqual({
      'x-twilio-signature': 'MlG3OVNAJZspugcnoDSPNEY9F9k=',
    })
    await pass(20)
    expect((await call.started).streamSid).toBe(STREAM_SID)
    expect(JSON.parse(upgrades[0].texts[1]).start).toMatchObject({
      accountSid: 'AC0123456789abcdef0123456789abcdef',
      callSid: CALL_SID,
      customParameters: { token: 'k9' },
    })
  })

  test('that the server closes is followed by the action, and by what that answers', async () => {
    const { place, pass, upgrades, requests } = server('<Say>Goodbye</Say><Hangup/>')
    const call = place()
    await pass(1000)
    upgrades[0].server.socket.close(1000)
    await pass(20)
    expect(requests[1]).toMatchObject({
      atMs: 1000,
      path: '/twilio/after',
      fields: { CallSid: CALL_SID, CallStatus: 'in-progress' },
    })
    expect(await call.done).toMatchObject({
      end: 'server-closed',
      reason: 'the TwiML said hangup',
      verbs: [{ verb: 'connect' }, { verb: 'say', text: 'Goodbye' }, { verb: 'hangup' }],
      warnings: [{ code: 31921, problem: 'the server closed the socket with 1000' }],
    })
  })

  test('that the caller ends is followed by the action, whose answer counts no more', async () => {
    const { place, pass, upgrades, requests } = server('<Say>nobody hears this</Say>')
    const call = place({ statusCallbackUrl: 'http://127.0.0.1:8080/twilio/call-status' })
    await pass(62_300)
    call.hangUp()
    await pass(20)
    expect(upgrades[0].texts.at(-1)).toContain('"event":"stop"')
    expect(requests.slice(1)).toMatchObject([
      { path: '/twilio/after', fields: { CallStatus: 'completed' } },
      {
        path: '/twilio/call-status',
        fields: { CallStatus: 'completed', CallDuration: '62', Duration: '2' },
      },
    ])
    expect(await call.done).toMatchObject({ end: 'caller-hung-up', verbs: [{ verb: 'connect' }] })
    expect(call.events.slice(-4)).toMatchObject([
      { event: 'stream-ended' },
      { event: 'webhook', callStatus: 'completed', answer: 200 },
      { event: 'ended' },
      { event: 'callback', about: 'completed', answer: 200 },
    ])
  })

  test('that a script ends by hanging up the line ends the call', async () => {
    const { place, pass, requests } = server()
    const call = place()
    await pass(1000)
    const line = await call.started
    line.hangUp()
    await pass(20)
    expect(requests[1]).toMatchObject({ fields: { CallStatus: 'completed' } })
    expect(await call.done).toMatchObject({ end: 'caller-hung-up', warnings: [] })
  })

  test('whose action answers 204 is the end of the call', async () => {
    const { place, pass, upgrades } = createServerFixture((path) =>
      path === '/twilio/voice' ? twiml(STREAM) : new Response(null, { status: 204 })
    )
    const call = place()
    await pass(1000)
    upgrades[0].server.socket.close()
    await pass(20)
    expect(await call.done).toMatchObject({
      end: 'server-closed',
      reason: 'the TwiML had no verb left',
      warnings: [{ code: 31921 }],
    })
  })

  test('that tears is followed by the action while the call goes on', async () => {
    const { place, pass, requests } = server()
    const call = place()
    await pass(1000)
    const line = await call.started
    line.vanish()
    await pass(20)
    expect(requests[1]).toMatchObject({
      path: '/twilio/after',
      fields: { CallStatus: 'in-progress' },
    })
    expect(await call.done).toMatchObject({ end: 'server-closed', warnings: [{ code: 31903 }] })
  })

  test('can follow on a stream: the call goes on on one time line', async () => {
    const { place, pass, upgrades } = createServerFixture((path, earlier) =>
      path === '/twilio/voice' || earlier === 0 ? twiml(STREAM) : twiml('<Hangup/>')
    )
    const call = place()
    await pass(1300)
    upgrades[0].server.socket.send(mediaText(200))
    await pass(500)
    upgrades[0].server.socket.close()
    await pass(500)
    const second = 'MZ00000000000000000000000000000003'
    const send = (message: object) =>
      upgrades[1].server.socket.send(JSON.stringify({ streamSid: second, ...message }))
    upgrades[1].server.socket.send(mediaText(100, second))
    send({ event: 'mark', mark: { name: 'b' } })
    await pass(200)
    send({ event: 'clear' })
    send({ event: 'sing' })
    await pass(100)
    upgrades[1].server.socket.close()
    await pass(20)

    const outcome = await call.done
    expect(outcome.streams.map(({ streamSid, startMs }) => [streamSid, startMs]))
      .toEqual([[STREAM_SID, 300], [second, 1800]])
    expect(outcome.marks).toEqual([{ name: 'b', atMs: 2100, playedMs: 100, cleared: false }])
    expect(outcome.clears).toEqual([{ atMs: 2200, playedMs: 100, droppedMs: 0 }])
    expect(outcome.warnings.map(({ code, firstAtMs, times }) => [code, firstAtMs, times]))
      .toEqual([[31921, 1800, 2], [31951, 2500, 1]])
    expect(outcome).toMatchObject({ firstPacketAtMs: 1000, firstAudioAtMs: 1000 })
    const [, agent] = outcome.recording.channels
    const loud = (ms: number) => agent[ms * 8] !== 0
    expect([999, 1000, 1199, 1200, 1999, 2000, 2099, 2100].map(loud))
      .toEqual([false, true, true, false, false, true, true, false])
  })

  test('whose handshake is refused fails the call, after the action was asked', async () => {
    const { place, pass, requests } = createServerFixture(
      (path) => path === '/twilio/voice' ? twiml(STREAM) : twiml('<Hangup/>'),
      { refuseWith: { code: 1006, reason: '', httpStatus: 403 } },
    )
    const call = place()
    await pass(400)
    expect(requests[1]).toMatchObject({
      path: '/twilio/after',
      fields: { CallStatus: 'in-progress' },
    })
    expect(await call.done).toMatchObject({
      end: 'failed',
      httpStatus: 403,
      warnings: [{ code: 31920 }],
      streams: [],
    })
  })

  test('that finds nobody is 31902', async () => {
    const { place, pass } = createServerFixture(
      () => twiml('<Connect><Stream url="ws://127.0.0.1:8080/m"/></Connect>'),
      { refuseWith: { code: 1006, reason: '' } },
    )
    const call = place()
    await pass(400)
    expect(await call.done).toMatchObject({ end: 'failed', warnings: [{ code: 31902 }] })
  })

  test('whose handshake takes five seconds is 31901', async () => {
    const { place, pass, upgrades } = createServerFixture(
      () => twiml('<Connect><Stream url="ws://127.0.0.1:8080/m"/></Connect>'),
      { refuseWith: { code: 1006, reason: '' }, handshakeMs: 5000 },
    )
    const call = place()
    await pass(5400)
    expect(upgrades[0].options.timeoutMs).toBe(5000)
    expect(await call.done).toMatchObject({ end: 'failed', warnings: [{ code: 31901 }] })
  })

  test('with a url Twilio would refuse is not even tried', async () => {
    const { place, pass, upgrades } = createServerFixture(() =>
      twiml('<Connect><Stream url="wss://voice.test/media?token=1"/></Connect>')
    )
    const call = place()
    await pass(400)
    expect(upgrades).toHaveLength(0)
    expect(await call.done).toMatchObject({ end: 'failed', warnings: [{ code: 31920 }] })
  })

  test('reports its start and its end where the TwiML asks for it', async () => {
    const status = 'statusCallback="http://127.0.0.1:8080/twilio/stream-status" name="agent"'
    const { place, pass, upgrades, requests } = createServerFixture((path) =>
      path === '/twilio/voice'
        ? twiml(`<Connect><Stream url="ws://127.0.0.1:8080/m" ${status}/></Connect>`)
        : new Response(null, { status: 204 })
    )
    const call = place()
    await pass(500)
    upgrades[0].server.socket.close()
    await pass(20)
    await call.done
    expect(requests.slice(1)).toEqual([
      {
        atMs: 300,
        path: '/twilio/stream-status',
        fields: {
          AccountSid: 'AC0123456789abcdef0123456789abcdef',
          CallSid: CALL_SID,
          StreamSid: STREAM_SID,
          StreamName: 'agent',
          StreamEvent: 'stream-started',
          Timestamp: '2026-11-22T09:30:00.300Z',
        },
      },
      {
        atMs: 500,
        path: '/twilio/stream-status',
        fields: {
          AccountSid: 'AC0123456789abcdef0123456789abcdef',
          CallSid: CALL_SID,
          StreamSid: STREAM_SID,
          StreamName: 'agent',
          StreamEvent: 'stream-stopped',
          Timestamp: '2026-11-22T09:30:00.500Z',
        },
      },
    ])
  })

  test('reports that it could not start', async () => {
    const { place, pass, requests } = createServerFixture(
      () =>
        twiml(
          '<Connect><Stream url="ws://127.0.0.1:8080/m" statusCallback="http://127.0.0.1:8080/s"/></Connect>',
        ),
      { refuseWith: { code: 1006, reason: '', httpStatus: 503 } },
    )
    place()
    await pass(400)
    expect(requests[1]).toMatchObject({
      path: '/s',
      fields: {
        StreamEvent: 'stream-error',
        StreamError: 'the handshake was answered with 503, not 101: ws://127.0.0.1:8080/m',
        StreamName: STREAM_SID,
      },
    })
  })
})

describe('a caller', () => {
  test('who hangs up while it rings is gone, and the stream never starts', async () => {
    const { place, pass, upgrades, requests } = createServerFixture(() => twiml(STREAM))
    const call = place({ statusCallbackUrl: 'http://127.0.0.1:8080/twilio/call-status' })
    await pass(100)
    call.hangUp()
    await pass(1000)
    expect(upgrades).toHaveLength(0)
    expect(requests[1]).toMatchObject({ fields: { CallStatus: 'canceled' } })
    expect(await call.done).toMatchObject({ end: 'caller-hung-up', endedAtMs: 100 })
  })

  test('who hangs up before the webhook is answered does not wait for it', async () => {
    const { place, pass } = createServerFixture(() => 'no answer')
    const call = place()
    await pass(100)
    call.hangUp()
    await pass(20)
    expect(await call.done).toMatchObject({ end: 'caller-hung-up', endedAtMs: 100, warnings: [] })
  })

  test('who hangs up during the handshake closes the socket', async () => {
    const withStatus = STREAM.replace('<Stream', '<Stream statusCallback="http://127.0.0.1:8080/s"')
    const { place, pass, upgrades, requests } = createServerFixture(() => twiml(withStatus), {
      handshakeMs: 50,
    })
    const call = place({ answerDelayMs: 0 })
    await pass(40)
    call.hangUp()
    await pass(100)
    expect(upgrades).toHaveLength(1)
    expect(upgrades[0].texts).toEqual([])
    expect(upgrades[0].closedAtMs[0]).toBe(40)
    expect(requests.map(({ path }) => path)).toEqual(['/twilio/voice', '/twilio/after'])
    expect(requests[1]).toMatchObject({
      path: '/twilio/after',
      fields: { CallStatus: 'completed' },
    })
    expect(await call.done).toMatchObject({ end: 'caller-hung-up', streams: [] })
  })

  test('speaks and presses keys on the stream, and the log tells it in order', async () => {
    const { place, pass, upgrades } = createServerFixture((path) =>
      path === '/twilio/voice' ? twiml(STREAM) : twiml('<Hangup/>')
    )
    const call = place()
    expect(() => call.say(new Int16Array(8))).toThrow('The call has no stream yet')
    await pass(400)
    expect(call.say(new Int16Array(800).fill(9000))).toEqual({ startMs: 100, endMs: 200 })
    call.pressKey('5')
    await pass(300)
    call.hangUp()
    await pass(20)
    const { recording } = await call.done
    const [caller] = recording.channels
    expect(caller.findIndex((sample) => sample !== 0)).toBe(800)
    expect(caller.findLastIndex((sample) => sample !== 0)).toBe(1599)
    expect(upgrades[0].texts.filter((text) => text.includes('"digit":"5"'))).toHaveLength(1)
    expect(call.events.map(({ atMs, event }) => [atMs, event])).toEqual([
      [0, 'webhook'],
      [0, 'verb'],
      [300, 'answered'],
      [300, 'connecting'],
      [300, 'stream-started'],
      [400, 'acted'],
      [400, 'acted'],
      [700, 'stream-ended'],
      [700, 'webhook'],
      [700, 'ended'],
    ])
  })
})

describe('other verbs', () => {
  test('pause takes its time and redirect leads to the next document', async () => {
    const { place, pass, requests } = createServerFixture((path) =>
      path === '/twilio/voice'
        ? twiml('<Pause length="2"/><Redirect>/next</Redirect><Say>never said</Say>')
        : twiml('<Hangup/>')
    )
    const call = place()
    await pass(2400)
    expect(requests[1]).toMatchObject({ atMs: 2300, path: '/next' })
    expect((await call.done).verbs.map(({ verb }) => verb)).toEqual(['pause', 'redirect', 'hangup'])
  })

  test('play fetches a sound once and lasts as long as it is, so many times over', async () => {
    const second = writeWav({ sampleRateHz: 8000, channels: [new Int16Array(8000)] })
    const { place, pass, requests } = createServerFixture((path) => {
      if (path === '/hold.wav') return new Response(second)
      return path === '/twilio/voice'
        ? twiml('<Play loop="3">/hold.wav</Play><Redirect>/next</Redirect>')
        : twiml('<Hangup/>')
    })
    place()
    await pass(5_000)
    expect(requests.map(({ atMs, path }) => [atMs, path])).toEqual([
      [0, '/twilio/voice'],
      [300, '/hold.wav'],
      [3_300, '/next'],
    ])
  })

  test('play of a sound that is not there is a warning, and no more', async () => {
    const { place, pass } = createServerFixture((path) =>
      path === '/twilio/voice'
        ? twiml('<Play>/hold.wav</Play><Hangup/>')
        : new Response('not found', { status: 404 })
    )
    const call = place()
    await pass(500)
    const { end, warnings } = await call.done
    expect([end, warnings.map(({ code }) => code)]).toEqual(['server-closed', [11200]])
  })

  test('dial tells the action how it went', async () => {
    const { place, pass, requests } = createServerFixture((path) =>
      path === '/twilio/voice'
        ? twiml('<Dial action="/twilio/after"><Number>+14155550100</Number></Dial>')
        : twiml('<Hangup/>')
    )
    const call = place({ dialled: () => ({ status: 'completed', durationMs: 5000 }) })
    await pass(5400)
    expect(requests[1]).toMatchObject({
      atMs: 5300,
      path: '/twilio/after',
      fields: {
        CallStatus: 'in-progress',
        DialCallStatus: 'completed',
        DialCallSid: 'CA00000000000000000000000000000002',
        DialCallDuration: '5',
        DialBridged: 'true',
      },
    })
    expect(await call.done).toMatchObject({ end: 'server-closed' })
  })

  test('dial without an action is followed by the next verb', async () => {
    const { place, pass } = createServerFixture(() =>
      twiml('<Dial>+14155550100</Dial><Say>They did not answer</Say>')
    )
    const call = place({ dialled: () => ({ status: 'no-answer', durationMs: 1000 }) })
    await pass(1400)
    expect((await call.done).verbs.map(({ verb }) => verb)).toEqual(['dial', 'say'])
  })

  test('a server that redirects for ever is left after 100 documents', async () => {
    const { place, pass, requests } = createServerFixture(() =>
      twiml('<Redirect>/again</Redirect>')
    )
    const call = place()
    await pass(2500)
    expect(await call.done).toMatchObject({
      end: 'failed',
      reason: 'the call went through 100 documents',
    })
    expect(requests).toHaveLength(100)
  })
})

describe('the status callback', () => {
  const url = 'http://127.0.0.1:8080/twilio/call-status'

  test('belongs to the call: it is done when the callback was delivered, or was not', async () => {
    const { place, pass } = createServerFixture((path) =>
      path === '/twilio/voice' ? twiml('<Hangup/>') : 'unreachable'
    )
    const call = place({ statusCallbackUrl: url })
    const lastEvent = call.done.then(() => call.events.at(-1))
    await pass(400)
    expect(await lastEvent).toMatchObject({ event: 'warning', code: 11205 })
    expect(await call.done).toMatchObject({ end: 'server-closed', warnings: [{ code: 11205 }] })
  })

  test('that is answered with an error is a warning', async () => {
    const { place, pass } = createServerFixture((path) =>
      path === '/twilio/voice' ? twiml('<Hangup/>') : new Response('no', { status: 404 })
    )
    const call = place({ statusCallbackUrl: url })
    await pass(400)
    expect((await call.done).warnings)
      .toEqual([{ code: 11200, problem: `${url} answered 404`, firstAtMs: 300, times: 1 }])
  })
})
