/** One call between two sockets that lead nowhere, in each of the ways that are compared. */
import { createExchange } from '../../src/bridge/exchange.ts'
import type { Clock } from '../../src/clock.ts'
import type { Line } from '../../src/config/config.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { startLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics/metrics.ts'
import { createRedactors } from '../../src/record/keep-calls.ts'
import { createEventRecorder } from '../../src/record/record-events.ts'
import { createSoundRecorder } from '../../src/record/record-sound.ts'
import type { GrowingFile } from '../../src/runtime/growing-file.ts'
import {
  type GuardedSocket,
  guardSocket,
  type RawSocket,
  type SocketEvents,
} from '../../src/runtime/socket.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { NO_TOOLS } from '../../src/tools/tool.ts'
import { decode } from '../../src/twilio/decode.ts'
import type { TwilioApi } from '../../src/twilio-rest/twilio-api.ts'
import { createLine } from '../bridge/relay.ts'

export const LANES = [
  'splice',
  'pcmu',
  'pcmu-recorded',
  'pcm',
  'pcm-recorded',
  'pcmu-60',
  'events',
  'events-redacted',
] as const
export type Lane = typeof LANES[number]

export const audioOf = (lane: Lane): 'pcm' | 'pcmu' =>
  lane === 'pcm' || lane === 'pcm-recorded' ? 'pcm' : 'pcmu'

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
    line.fromCaller(startMessage(number))
    return Promise.resolve(line)
  },
  tick: () => {},
})

const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'

/** Tandem from the offer of a call on; only time and sockets are made up. */
export const createTandem = (lane: Lane, nowMs: () => number): Switch => {
  let waits: { atMs: number; action: () => void }[] = []
  const clock: Clock = {
    nowMs,
    // Only the tick of all calls and the writing of event logs come around; the rest are deadlines that are not reached.
    after: (delayMs, action) => {
      if (delayMs === 250 || delayMs === 1_000) waits.push({ atMs: nowMs() + delayMs, action })
      return () => {}
    },
  }
  const log = startLog({ level: 'info', format: 'json', pii: false, write: () => {} })
  const metrics = createMetrics({
    build: { version: '0', runtime: 'bench', runtimeVersion: '0' },
    isDraining: () => false,
    usage: () => ({ cpuS: 0, residentBytes: 0 }),
    startedAtS: 0,
    recordingsWaiting: () => 0,
  })
  const events = createEventRecorder({
    open: () => Promise.resolve(NO_FILE),
    program: '0',
    clock,
    wallMs: () => 0,
    log,
  })
  const sound = createSoundRecorder({ open: () => Promise.resolve(NO_FILE), wallMs: () => 0, log })
  const redactorOf = createRedactors()
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
    recordSound: ({ id }, callSid) => sound.begin(id, callSid),
    recordEvents: (customer, callSid) =>
      events.begin({
        callSid,
        customer: customer.id,
        agentVersion: customer.version,
        redact: customer.redact && redactorOf(customer),
      }),
    redact: (_, entry) => entry,
    isOverloaded: () => false,
    clock,
    log,
    capacity: () => 10_000,
    model: { baseUrl: 'http://model.example.com/v1', apiKey: 'sk-bench' },
    secret: 'bench-secret',
    store: createMemoryStore(),
    wallMs: () => 0,
    toolsOf: () => ({ toolbox: () => NO_TOOLS, servers: [] }),
    knowledgeOf: () => undefined,
    twilio: NO_ACCOUNT,
    publicUrl: 'http://bench.example.com',
  })
  const connect = (number: number, ends: Ends): Promise<Call> => {
    const callSid = `CA${idOf(number)}`
    const from = '+15550001111'
    exchange.offer({ callSid, accountSid: ACCOUNT, from, line: lineOf(lane), owner: 'bench' })
    const leg = model
    if (!leg) throw new Error('no model was opened')
    leg.raw.out = (text) => {
      if (text.startsWith('{"type":"input_audio_buffer.append"')) return ends.toModel(text)
      if (!text.startsWith('{"type":"session.update"')) return
      const { session } = JSON.parse(text)
      leg.guarded.message(JSON.stringify({ type: 'session.updated', session }))
    }
    leg.guarded.opened()
    const raw = createRaw()
    raw.out = ends.toCaller
    const guarded = guardSocket(raw.socket, 1 << 16, (socket) => {
      let joined: SocketEvents | undefined
      return metrics.watchSocket('caller', {
        message: (text) => {
          if (joined) return joined.message(text)
          const message = decode(text)
          if (message.type === 'start') joined = exchange.attach(callSid, socket, message)
        },
        closed: () => {},
      })
    })
    guarded.opened()
    guarded.message(startMessage(number))
    return Promise.resolve({ fromCaller: guarded.message, fromModel: leg.guarded.message })
  }

  return {
    connect,
    tick: () => {
      const due = waits.filter(({ atMs }) => atMs <= nowMs())
      waits = waits.filter(({ atMs }) => atMs > nowMs())
      for (const { action } of due) action()
    },
  }
}

/** A disk that takes no time. */
const NO_FILE: GrowingFile = {
  sizeBytes: 0,
  changedAt: 0,
  write: () => Promise.resolve(),
  read: () => Promise.resolve(new Uint8Array(0)),
  close: () => Promise.resolve(),
}

/** Nobody is called. */
const NO_ACCOUNT: TwilioApi = {
  configured: false,
  createCall: () => Promise.reject(new Error('no account')),
  updateCall: () => Promise.reject(new Error('no account')),
}

const NUMBER = '+15005550006'

const lineOf = (lane: Lane): Line => {
  const agent = [
    'instructions: Be kind.',
    `audio: ${audioOf(lane)}`,
    ...(lane === 'pcmu-60' ? ['frameMs: 60'] : []),
  ]
  const kept = lane.startsWith('events') ? 'record: { events: true }\n' : ''
  const recorded = lane.endsWith('recorded') ? 'recording: {}\n' : ''
  const redacted = lane === 'events-redacted' ? 'redact: {}\n' : ''
  const text = `customer: Bench\nnumbers: ["${NUMBER}"]\nagent: { ${
    agent.join(', ')
  } }\n${kept}${recorded}${redacted}`
  const loaded = parseConfig({
    customers: [{ path: 'customers/bench.yaml', text }],
    readKnowledge: () => undefined,
  })
  const line = 'config' in loaded ? loaded.config.lineOf(NUMBER) : undefined
  if (!line) throw new Error(JSON.stringify(loaded))
  return line
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

const startMessage = (number: number): string =>
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
      customParameters: {},
    },
  })
