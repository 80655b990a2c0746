/** One call between two sockets that lead nowhere, in each of the ways that are compared. */
import { createConfig, DEFAULT_SERVICE } from '../../src/config/config.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { createExchange } from '../../src/bridge/exchange.ts'
import type { Clock } from '../../src/clock.ts'
import { createApp } from '../../src/http/app.ts'
import { startLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics/metrics.ts'
import type { Connection } from '../../src/runtime/runtime.ts'
import {
  type GuardedSocket,
  guardSocket,
  type RawSocket,
  type Socket,
  type SocketEvents,
} from '../../src/runtime/socket.ts'
import { sign } from '../../src/sim/caller/signature.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createLine } from '../bridge/relay.ts'
import { between } from '../bridge/text.ts'

export const LANES = ['splice', 'pcmu', 'pcm', 'pcmu-60'] as const
export type Lane = typeof LANES[number]

export const audioOf = (lane: Lane): 'pcm' | 'pcmu' => lane === 'pcm' ? 'pcm' : 'pcmu'

/** The ends of one call as the network has them: what is told goes in, what comes out goes to `Ends`. */
export type Call = Readonly<
  { fromCaller: (text: string) => void; fromModel: (text: string) => void }
>

export type Ends = Readonly<{ toCaller: (text: string) => void; toModel: (text: string) => void }>

/** Begins calls of one way, one after the other. */
export type Switch = Readonly<{
  connect: (number: number, ends: Ends) => Promise<Call>
  /** What happens four times a second. */
  tick: () => void
}>

/** The floor: nothing between the sockets but a cut and a paste. */
export const createSplice = (): Switch => ({
  connect: (number, { toCaller, toModel }) => {
    const line = createLine(toCaller, toModel)
    line.modelOpened()
    line.fromCaller(startMessage(number, ''))
    return Promise.resolve(line)
  },
  tick: () => {},
})

const AUTH_TOKEN = 'bench'
const SECRET = 'bench-secret'
const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
const URL_OF_OURS = 'http://bench.example.com'

/** Tandem whole, from the webhook on; only time and sockets are made up. */
export const createTandem = (lane: Lane, nowMs: () => number): Switch => {
  const actions: (() => void)[] = []
  const clock: Clock = {
    nowMs,
    // Only the tick of all calls comes around; the rest are deadlines that are not reached.
    after: (delayMs, action) => {
      if (delayMs === 250) actions.push(action)
      return () => {}
    },
  }
  const log = startLog({ level: 'info', format: 'json', pii: false, write: () => {} })
  const metrics = createMetrics({
    build: { version: '0', runtime: 'bench', runtimeVersion: '0' },
    isDraining: () => false,
    usage: () => ({ cpuS: 0, residentBytes: 0 }),
    startedAtS: 0,
  })
  const config = createConfig({ ...DEFAULT_SERVICE, capacity: 10_000 }, customersOf(lane))
  let model: { guarded: GuardedSocket; raw: { out: (text: string) => void } } | undefined
  const exchange = createExchange({
    connect: (_, __, events) => {
      const raw = createRaw()
      const watched = metrics.watchSocket('model', events)
      const guarded = guardSocket(raw.socket, 1 << 24, () => watched, watched)
      model = { guarded, raw }
      return guarded.socket
    },
    watchCall: metrics.watchCall,
    isOverloaded: () => false,
    clock,
    log,
    capacity: () => 10_000,
    model: { baseUrl: 'http://model.example.com/v1', apiKey: 'sk-bench' },
    secret: SECRET,
    store: createMemoryStore(),
    wallMs: () => 0,
  })
  const app = createApp({
    exchange,
    config: () => config,
    authTokens: [AUTH_TOKEN],
    publicUrl: URL_OF_OURS,
    accountSid: undefined,
    machine: 'bench',
    secret: SECRET,
    operatorToken: 'bench',
    isReady: () => true,
    metrics,
    drain: () => {},
    clock,
    nowS: () => 0,
    log,
  })

  const connect = async (number: number, ends: Ends): Promise<Call> => {
    const form = {
      AccountSid: ACCOUNT,
      CallSid: `CA${idOf(number)}`,
      CallStatus: 'ringing',
      From: '+15550001111',
      To: NUMBER,
    }
    const webhook = `${URL_OF_OURS}/twilio/voice`
    const answer = await app.fetch(
      new Request(webhook, {
        method: 'POST',
        body: new URLSearchParams(form).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': sign(AUTH_TOKEN, webhook, form),
        },
      }),
      NO_UPGRADE,
    )
    const twiml = await answer.text()
    const streamUrl = between(twiml, '<Stream url="')
    const leg = model
    if (!leg) throw new Error(`no model was opened: ${twiml}`)
    leg.raw.out = (text) => {
      if (text.startsWith('{"type":"input_audio_buffer.append"')) return ends.toModel(text)
      if (!text.startsWith('{"type":"session.update"')) return
      const { session } = JSON.parse(text)
      leg.guarded.message(JSON.stringify({ type: 'session.updated', session }))
    }
    leg.guarded.opened()
    const opening: { listen?: (socket: Socket) => SocketEvents } = {}
    await app.fetch(
      new Request(streamUrl.replace('ws', 'http'), {
        headers: { 'x-twilio-signature': sign(AUTH_TOKEN, streamUrl) },
      }),
      {
        accept: (listen) => {
          opening.listen = listen
          return new Response(null)
        },
      },
    )
    const { listen } = opening
    if (!listen) throw new Error('the stream was refused')
    const raw = createRaw()
    raw.out = ends.toCaller
    const guarded = guardSocket(raw.socket, 1 << 16, listen)
    guarded.opened()
    guarded.message(startMessage(number, between(twiml, 'name="token" value="')))
    return { fromCaller: guarded.message, fromModel: leg.guarded.message }
  }

  return {
    connect,
    tick: () => {
      for (const action of actions.splice(0)) action()
    },
  }
}

const NO_UPGRADE: Connection = { accept: () => new Response(null, { status: 426 }) }

const NUMBER = '+15005550006'

const customersOf = (lane: Lane) => {
  const agent = [
    'instructions: Be kind.',
    `audio: ${audioOf(lane)}`,
    ...(lane === 'pcmu-60' ? ['frameMs: 60'] : []),
  ]
  const text = `customer: Bench\nnumbers: ["${NUMBER}"]\nagent: { ${agent.join(', ')} }\n`
  const loaded = parseConfig({
    customers: [{ path: 'customers/bench.yaml', text }],
    readKnowledge: () => undefined,
  })
  if (!('config' in loaded)) throw new Error(JSON.stringify(loaded.problems))
  return loaded.config.customers
}

const createRaw = (): { socket: RawSocket; out: (text: string) => void } => {
  const raw = {
    out: (_: string) => {},
    socket: {
      send: (text: string) => {
        raw.out(text)
        return true
      },
      close: () => {},
      terminate: () => {},
      bufferedBytes: () => 0,
    },
  }
  return raw
}

const idOf = (number: number): string => String(number).padStart(32, '0')

const startMessage = (number: number, token: string): string =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    streamSid: `MZ${idOf(number)}`,
    start: {
      accountSid: ACCOUNT,
      callSid: `CA${idOf(number)}`,
      streamSid: `MZ${idOf(number)}`,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token },
    },
  })
