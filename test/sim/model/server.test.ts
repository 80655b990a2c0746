import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import type { SocketClose, SocketEvents } from '../../../src/runtime/socket.ts'
import { PARROT, type Scenario } from '../../../src/sim/model/scenario.ts'
import {
  createModelServer,
  type ModelServer,
  startModelServer,
} from '../../../src/sim/model/server.ts'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts'
import { createSocketPair } from '../../../src/sim/virtual/socket-pair.ts'

const GOOD = { upgrade: 'websocket', authorization: 'Bearer sk-anything' }

/**
 * A request as a runtime hands it over; made by hand, since `Request` may not carry `upgrade`
 * everywhere.
 */
const request = (path: string, headers: Record<string, string>): Request =>
  Object.defineProperty(new Request(`http://127.0.0.1:9100${path}`), 'headers', {
    value: { get: (name: string) => headers[name] ?? null },
  })

const connect = (
  server: ModelServer,
  clock: Clock,
  path: string,
  headers: Record<string, string> = GOOD,
) => {
  const messages: { type: string; error?: { code: string; message: string } }[] = []
  const closes: SocketClose[] = []
  const accept = (
    open: (socket: ReturnType<typeof createSocketPair>[0]['socket']) => SocketEvents,
  ) => {
    const [here, there] = createSocketPair(clock)
    there.listen(open(there.socket))
    here.listen({
      message: (text) => messages.push(JSON.parse(text)),
      closed: (close) => closes.push(close),
    })
    return new Response('switching', { status: 200 })
  }
  return { messages, closes, response: server.fetch(request(path, headers), { accept }) }
}

const serverWith = (scenario: Partial<Scenario>): { clock: FakeClock; server: ModelServer } => {
  const clock = createFakeClock()
  const server = createModelServer({
    clock,
    scenario: { ...PARROT, ...scenario },
    wallClock: () => 0,
    idPrefix: 'test',
  })
  return { clock, server }
}

const refusedInBand = (
  path: string,
  headers?: Record<string, string>,
  scenario: Partial<Scenario> = {},
) => {
  const { clock, server } = serverWith(scenario)
  const { messages, closes } = connect(server, clock, path, headers)
  clock.advance(0)
  return {
    code: messages[0].error?.code,
    closed: closes[0],
    messages: messages.length,
    sessions: server.sessions.length,
  }
}

describe('GET /v1/realtime', () => {
  it('opens a session for a model and a key', () => {
    const { clock, server } = serverWith({})
    const { messages, closes } = connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')
    clock.advance(0)

    expect(messages).toMatchObject([{
      type: 'session.created',
      session: { model: 'gpt-realtime-2.1' },
    }])
    expect(closes).toEqual([])
    expect(server.sessions.length).toBe(1)
    expect(server.sessions[0].isOpen()).toBe(true)
  })

  it('opens a session that only writes down, whose model is not in its address', () => {
    const { clock, server } = serverWith({})
    const { messages, closes } = connect(server, clock, '/v1/realtime?intent=transcription')
    clock.advance(0)
    expect(messages).toEqual([{
      event_id: 'event_testx0x00000000000003',
      type: 'session.created',
      session: {
        type: 'transcription',
        object: 'realtime.transcription_session',
        id: 'sess_testx0x00000000000001',
        expires_at: 3600,
        include: null,
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24000 },
            transcription: null,
            noise_reduction: null,
            turn_detection: {
              type: 'server_vad',
              threshold: 0.5,
              prefix_padding_ms: 300,
              silence_duration_ms: 200,
              idle_timeout_ms: null,
              create_response: true,
              interrupt_response: true,
            },
          },
        },
      },
    }])
    expect(closes).toEqual([])
  })

  it.each([
    ['/v1/realtime?intent=transcription&model=gpt-transcribe', 'invalid_model'],
    ['/v1/realtime?intent=dictation', 'invalid_intent'],
  ])('refuses %s in-band', (path, code) => {
    expect(refusedInBand(path)).toMatchObject({ code, closed: { code: 4000 }, sessions: 0 })
  })

  it('gives two sessions different ids', () => {
    const { clock, server } = serverWith({})
    connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')
    connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')

    expect(server.sessions.map(({ id }) => id)).toEqual([
      'sess_testx0x00000000000001',
      'sess_testx1x00000000000001',
    ])
  })

  it('knows sessions of one caller by what the client calls the caller', () => {
    const { clock, server } = serverWith({})
    const headers = { ...GOOD, 'openai-safety-identifier': 'caller-7' }
    connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1', headers)
    connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')

    expect(server.sessions.map(({ safetyIdentifier }) => safetyIdentifier))
      .toEqual(['caller-7', undefined])
  })

  it('tears a session without a word when it is told to', () => {
    const { clock, server } = serverWith({})
    const { messages, closes } = connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')
    clock.advance(0)
    server.sessions[0].tear()
    clock.advance(0)

    expect(server.sessions[0].isOpen()).toBe(false)
    expect(closes).toEqual([{ code: 1006, reason: '' }])
    expect(messages.map(({ type }) => type)).toEqual(['session.created'])
  })

  it('tells of every session, also of those that it forgets', () => {
    const clock = createFakeClock()
    const told: string[] = []
    const server = createModelServer({
      clock,
      scenario: PARROT,
      onSession: ({ id }) => told.push(id),
    })
    for (let count = 0; count < 103; count++) {
      connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')
      clock.advance(0)
      server.sessions[server.sessions.length - 1].tear()
    }
    expect(server.sessions.length).toBe(100)
    expect(new Set(told).size).toBe(103)
  })

  it.each<[string, string, Record<string, string>, string, number]>([
    [
      'without a key',
      '/v1/realtime?model=gpt-realtime-2.1',
      { upgrade: 'websocket' },
      'invalid_api_key',
      3000,
    ],
    [
      'with a wrong key',
      '/v1/realtime?model=gpt-realtime-2.1',
      { ...GOOD, authorization: 'Bearer sk-invalid-1' },
      'invalid_api_key',
      3000,
    ],
    [
      'in the shape of the beta',
      '/v1/realtime?model=gpt-realtime-2.1',
      { ...GOOD, 'openai-beta': 'realtime=v1' },
      'beta_api_shape_disabled',
      4000,
    ],
    ['without a model', '/v1/realtime', GOOD, 'missing_model', 4000],
    ['with a model that does not speak', '/v1/realtime?model=gpt-4.1', GOOD, 'invalid_model', 4000],
    [
      'with a model that was removed',
      '/v1/realtime?model=gpt-4o-realtime-preview',
      GOOD,
      'model_not_found',
      4004,
    ],
  ])('refuses a client %s, after the handshake', (_how, path, headers, code, closeCode) => {
    expect(refusedInBand(path, headers)).toEqual({
      code,
      closed: { code: closeCode, reason: `invalid_request_error.${code}` },
      messages: 1,
      sessions: 0,
    })
  })

  it('answers 404 elsewhere and 400 to what is no WebSocket', async () => {
    const { clock, server } = serverWith({})
    expect((await connect(server, clock, '/v1/models').response).status).toBe(404)
    expect(
      (await connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1', {}).response).status,
    ).toBe(400)
  })

  it.each([401, 429, 500, 503] as const)(
    'refuses the handshake with %i when the scenario says so',
    async (status) => {
      const { clock, server } = serverWith({ refuse: { status } })
      const response = await connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1').response

      expect(response.status).toBe(status)
      expect(Object.keys((await response.json()).error)).toEqual([
        'type',
        'code',
        'message',
        'param',
        'event_id',
      ])
    },
  )

  it.each(
    [
      [3000, 'invalid_api_key', 3000],
      [4004, 'model_not_found', 4004],
      [1011, 'internal_error', 1000],
    ] as const,
  )('refuses in-band as the scenario says: %i', (code, errorCode, closeCode) => {
    const refused = refusedInBand('/v1/realtime?model=gpt-realtime-2.1', GOOD, { refuse: { code } })
    expect(refused.code).toBe(errorCode)
    expect(refused.closed.code).toBe(closeCode)
  })

  it('takes as long for the handshake as the scenario says', async () => {
    const { clock, server } = serverWith({ connectMs: 300 })
    const { response, messages } = connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')
    clock.advance(299)
    expect(server.sessions.length).toBe(0)
    clock.advance(1)
    expect((await response).status).toBe(200)
    clock.advance(0)
    expect(messages[0].type).toBe('session.created')
  })

  it('may give every connection a scenario of its own', () => {
    const clock = createFakeClock()
    const server = createModelServer({
      clock,
      scenario: (connection) => connection === 0 ? { ...PARROT, refuse: { status: 503 } } : PARROT,
    })
    connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')
    connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')

    expect(server.sessions.length).toBe(1)
  })

  it('forgets sessions that ended, when there are many', () => {
    const { clock, server } = serverWith({})
    for (let n = 0; n < 120; n++) {
      connect(server, clock, '/v1/realtime?model=gpt-realtime-2.1')
      if (n > 0) server.sessions.at(-1)?.events.closed({ code: 1000, reason: '' })
    }

    expect(server.sessions.length).toBe(100)
    expect(server.sessions[0].isOpen()).toBe(true)
  })
})

describe('startModelServer()', () => {
  it('says where OPENAI_BASE_URL is to point', async () => {
    let limit: number | undefined
    const server = await startModelServer({
      runtime: {
        serve: ({ maxMessageBytes }) => {
          limit = maxMessageBytes
          return Promise.resolve({ port: 9100, stop: () => Promise.resolve() })
        },
      },
      clock: createFakeClock(),
      scenario: PARROT,
      hostname: '127.0.0.1',
      port: 0,
    })

    expect(server.url).toBe('http://127.0.0.1:9100/v1')
    expect(limit).toBe(33_554_432)
  })
})
