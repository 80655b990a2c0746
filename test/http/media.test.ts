import { describe, expect, test } from 'vitest'
import type { AwaitedCall } from '../../src/bridge/offered-call.ts'
import { sign } from '../../src/sim/caller/signature.ts'
import { ACCOUNT, AUTH_TOKEN, CALL, createAppFixture, createConnection } from './app-fixture.ts'

const PATH = `/twilio/media/m1/${CALL}`
const TOKEN = '1800000030.ts7b4NUT6i8al89jz2TIIhrCmrbSwWew9ZkLjw15JL4'
/** A token of the same call, for the epoch before. */
const EARLIER = '1800000030.nZO6RMU_iGr7bEjJ6xrhGFNVSXl3DgTzT0Ktllk54LM'
const CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}'
const MEDIA = '{"event":"media","sequenceNumber":"2","streamSid":"MZ1",' +
  '"media":{"track":"inbound","chunk":"1","timestamp":"64","payload":"////"}}'

/** A `start` as Twilio sends it; the changes are made inside `start`. */
const start = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    streamSid: 'MZ0123456789abcdef0123456789abcdef',
    start: {
      accountSid: ACCOUNT,
      streamSid: 'MZ0123456789abcdef0123456789abcdef',
      callSid: CALL,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token: TOKEN },
      ...changes,
    },
  })

/** The app with a call of the dentist's that waits for its stream. */
const createAwaiting = () => {
  const fixture = createAppFixture()
  const { app, clock, exchange, lineOf } = fixture
  const call: AwaitedCall = {
    callSid: CALL,
    accountSid: ACCOUNT,
    from: '+15550001111',
    line: lineOf('+15005550006'),
    epoch: 1,
    owner: 'm1',
  }
  exchange.awaits(call)
  const { connection, streams } = createConnection(clock)

  const ask = async (path = PATH, headers: Readonly<Record<string, string>> = signed(path)) => {
    const response = await app.request(path, { headers }, connection)
    return [response.status, await response.text()]
  }
  /** Opens a socket on which no `start` has come yet. */
  const open = async () => {
    expect(await ask()).toEqual([200, ''])
    return streams[streams.length - 1]
  }
  return { ...fixture, call, streams, ask, open }
}

const signed = (path: string) => ({
  'x-twilio-signature': sign(AUTH_TOKEN, `wss://voice.example.com${path}`),
})

describe('a handshake', () => {
  test('is refused without the right signature, whether the call exists or not', async () => {
    const { ask, streams, names } = createAwaiting()
    const elsewhere = signed('/twilio/media/m1/CA2')
    expect(await ask(PATH, {})).toEqual([403, 'bad signature'])
    expect(await ask(PATH, elsewhere)).toEqual([403, 'bad signature'])
    expect(await ask('/twilio/media/m1/CA3', elsewhere)).toEqual([403, 'bad signature'])
    expect(streams).toEqual([])
    expect(names()).toEqual(['stream.refused', 'stream.refused', 'stream.refused'])
  })

  test('is accepted when Twilio signed it with a slash at the end', async () => {
    const { ask, streams } = createAwaiting()
    expect(await ask(PATH, signed(`${PATH}/`))).toEqual([200, ''])
    expect(streams).toHaveLength(1)
  })

  test('is refused for a call that does not wait here, or waits on another machine', async () => {
    const { ask, streams } = createAwaiting()
    const answer = [404, 'no call waits for this stream']
    expect(await ask('/twilio/media/m1/CA2')).toEqual(answer)
    expect(await ask(`/twilio/media/m2/${CALL}`)).toEqual(answer)
    expect(streams).toEqual([])
  })
})

describe('a socket', () => {
  test('becomes the stream of its call by a start with the token of the call', async () => {
    const { open, exchange } = createAwaiting()
    const stream = await open()
    stream.send(CONNECTED)
    stream.send(start())
    expect(exchange.attached).toMatchObject([{
      callSid: CALL,
      start: { streamSid: 'MZ0123456789abcdef0123456789abcdef', parameters: { token: TOKEN } },
    }])
    expect(exchange.heard).toEqual([])
    stream.send(MEDIA)
    stream.close()
    expect(exchange.heard).toEqual([MEDIA])
    expect(exchange.closed).toEqual([{ code: 1000, reason: '' }])
  })

  test.each([
    CONNECTED,
    MEDIA,
    '{"event":"stop"}',
    '{"event":"start"}',
    'hello',
    '',
  ])('is not heard before its start: %s', async (text) => {
    const { open, exchange } = createAwaiting()
    const stream = await open()
    stream.send(text)
    expect(exchange.attached).toEqual([])
    expect(stream.closes).toEqual([])
    stream.send(start())
    expect(exchange.attached).toHaveLength(1)
    expect(exchange.heard).toEqual([])
  })

  test.each([
    ['the call of another', { callSid: 'CA2' }, 'start of another call'],
    ['another account', { accountSid: 'AC2' }, 'start of another account'],
    [
      'the token of an earlier stream',
      { customParameters: { token: EARLIER } },
      'bad token',
    ],
    ['no token', { customParameters: {} }, 'bad token'],
    ['no parameters at all', { customParameters: null }, 'bad token'],
    ['a token that is cut', { customParameters: { token: TOKEN.slice(0, -1) } }, 'bad token'],
    [
      'a sound we do not speak',
      { mediaFormat: { encoding: 'audio/L16', sampleRate: 16000, channels: 1 } },
      'unknown audio format audio/L16 16000',
    ],
    ['no format', { mediaFormat: undefined }, 'unknown audio format  NaN'],
  ])('with %s in its start is closed with 4403 and told nothing', async (_, changes, reason) => {
    const { open, exchange, logged } = createAwaiting()
    const stream = await open()
    stream.send(start(changes))
    expect(stream.closes).toEqual([{ code: 4403, reason }])
    expect(stream.received).toEqual([])
    expect(exchange.attached).toEqual([])
    expect(logged).toEqual([{
      level: 'warn',
      name: 'stream.turned-away',
      fields: { callSid: CALL, why: reason },
    }])
  })

  test('that was turned away leaves the call to the one with the token', async () => {
    const { open, exchange } = createAwaiting()
    const [thief, rightful] = [await open(), await open()]
    thief.send(start({ customParameters: { token: 'stolen' } }))
    rightful.send(start())
    expect(exchange.attached).toHaveLength(1)
    expect(rightful.closes).toEqual([])
  })

  test('is closed when the call has found its stream meanwhile', async () => {
    const { open, exchange } = createAwaiting()
    const [rightful, late] = [await open(), await open()]
    rightful.send(start())
    late.send(start())
    expect(late.closes).toEqual([{ code: 4403, reason: 'the call has its stream' }])
    expect(rightful.closes).toEqual([])
    expect(exchange.attached).toHaveLength(1)
  })

  test('is closed with 4403 when no start comes in 5 s', async () => {
    const { open, clock, exchange } = createAwaiting()
    const stream = await open()
    stream.send(CONNECTED)
    clock.advance(4_999)
    expect(stream.closes).toEqual([])
    clock.advance(1)
    expect(stream.closes).toEqual([{ code: 4403, reason: 'no start in time' }])
    stream.send(start())
    expect(exchange.attached).toEqual([])
  })

  test('that has become a stream is not waited for any more', async () => {
    const { open, clock } = createAwaiting()
    const stream = await open()
    stream.send(start())
    clock.advance(60_000)
    expect(stream.closes).toEqual([])
  })
})

describe('the waiting room', () => {
  const full = [503, 'too many sockets wait for their start']

  test('holds two sockets of a call, and those of another call besides', async () => {
    const { open, ask, exchange, call } = createAwaiting()
    await open()
    await open()
    expect(await ask()).toEqual(full)
    exchange.awaits({ ...call, callSid: 'CA2' })
    expect(await ask('/twilio/media/m1/CA2')).toEqual([200, ''])
  })

  test('holds no more than two for each call that there may be', async () => {
    const { ask, exchange, call } = createAwaiting()
    const answers = []
    // After a crash more calls may come back than are taken.
    for (const callSid of ['CA1', 'CA2', 'CA3', 'CA4']) {
      exchange.awaits({ ...call, callSid })
      const path = `/twilio/media/m1/${callSid}`
      answers.push([(await ask(path))[0], (await ask(path))[0]])
    }
    expect(answers).toEqual([[200, 200], [200, 200], [200, 200], [503, 503]])
  })

  test.each(['closed', 'turned away', 'late', 'joined to its call'])(
    'has a place again, one and not two, when a socket is %s',
    async (how) => {
      const { open, ask, clock, exchange, call } = createAwaiting()
      const first = await open()
      clock.advance(1)
      await open()
      if (how === 'closed') first.close()
      if (how === 'turned away') first.send(start({ callSid: 'CA2' }))
      if (how === 'late') clock.advance(4_999)
      if (how === 'joined to its call') first.send(start())
      first.close()
      exchange.awaits(call)
      await open()
      expect(await ask()).toEqual(full)
    },
  )
})
