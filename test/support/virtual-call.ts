/**
 * A whole call on a clock that a test owns: the built-in caller, the exchange and the built-in model, joined by sockets in
 * memory. Nothing waits, nothing is noisy, and the caller knows the truth to the ms.
 */
import type { OfferedCall } from '../../src/bridge/offered-call.ts'
import { type After, createExchange } from '../../src/bridge/exchange.ts'
import type { BeginOptions } from '../../src/bridge/begin-call.ts'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import { createConfig, DEFAULT_SERVICE } from '../../src/config/config.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { silentLog } from '../../src/log.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import type { Runtime } from '../../src/runtime/runtime.ts'
import type { SocketEvents } from '../../src/runtime/socket.ts'
import { turn } from '../../src/runtime/event-loop.ts'
import { createLine, type Line, type LineOptions } from '../../src/sim/caller/line.ts'
import type { Clip } from '../../src/sim/model/clips.ts'
import { createIds } from '../../src/sim/model/ids.ts'
import { PARROT, type Scenario } from '../../src/sim/model/scenario.ts'
import { createModelSession, type ModelSession } from '../../src/sim/model/session.ts'
import { decode } from '../../src/twilio/decode.ts'
import { clips } from '../sim/model/bundled.ts'
import { NO_TOOLS, type Toolbox } from '../../src/tools/tool.ts'
import type { TransferOutcome } from '../../src/bridge/bridge.ts'
import type { TwilioApi } from '../../src/twilio-rest/twilio-api.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { createSocketPair } from '../../src/sim/virtual/socket-pair.ts'

export type VirtualCallOptions = Readonly<{
  /** YAML below `agent:`, such as `audio: pcmu`. */
  agent?: string
  /** YAML beside `agent:`. */
  customer?: string
  /** What the model knows by ear besides the bundled clips. */
  clips?: readonly Clip[]
  /** What fills the blanks, as for a call that is placed. */
  variables?: OfferedCall['variables']
  /** Reads along what is said to the model, as it is on the wire. */
  readAlong?: (text: string) => void
  /** How the model behaves, always or on the first session, the second and so on (the last one goes on). */
  scenario?: Partial<Scenario> | readonly Partial<Scenario>[]
  /** Events that the model's server does not have. */
  untold?: readonly string[]
  /** One way between Twilio and us, and between us and the model. */
  callerLatencyMs?: number
  modelLatencyMs?: number
  /** How long after the webhook the stream begins. */
  streamAfterMs?: number
  /** Where checkpoints are kept; another call with the same one is another process. */
  store?: Store
  /** Whether the call is offered and its stream begins; otherwise a test asks for it by `after`. */
  isOffered?: boolean
  /** What the agent can do; nothing but talk when absent. */
  toolbox?: Toolbox
  /** Records how it sounds, where `customer` has `recording`. */
  recordSound?: BeginOptions['recordSound']
  /** Keeps its event log, where `customer` has `record: { events: true }`. */
  recordEvents?: (clock: FakeClock) => BeginOptions['recordEvents']
  behaviour?: Partial<Pick<LineOptions, 'suppressSilence' | 'jitterMs' | 'eachFrame'>>
}>

export type VirtualCall = Readonly<{
  clock: FakeClock
  line: Line
  /** The sessions that were opened, in order. */
  sessions: readonly ModelSession[]
  entries: readonly FeedEntry[]
  /** What was said to the model on its socket and when, as `type` and time. */
  toModel: readonly Readonly<{ type: string; atMs: number }>[]
  fromModel: readonly Readonly<{ type: string; atMs: number }>[]
  /** What was sent to Twilio, as `event` and time. */
  toCaller: readonly Readonly<{ event: string; atMs: number }>[]
  offer: () => void
  openStream: () => Line
  /** Twilio asks what to do after a stream. */
  after: () => Promise<After>
  /** Tears the socket of the present session. */
  breakModel: () => void
  /** What the machine and the sockets say of themselves, for a test to set. */
  load: { isOverloaded: boolean; modelBufferedBytes: number; callerBufferedBytes: number }
  end: (reason: 'caller-hung-up') => void
  /** An operator has the agent say goodbye. */
  sayGoodbye: () => boolean
  handOver: (isForced: boolean) => void
  /** What Twilio's REST API was asked to do. */
  asked: readonly unknown[]
  transferEnded: (outcome: TransferOutcome) => boolean
  /** Lets time pass until something is true; throws when it does not become so. */
  until: (what: string, isTrue: () => boolean, limitMs?: number) => void
  /** The same, a ms at a time, with promises kept in between: for what is not done on the clock alone. */
  eventually: (what: string, isTrue: () => boolean, limitMs?: number) => Promise<void>
  count: () => number
  /** How often a session was asked for. */
  dialled: () => number
}>

const CALL = 'CA0123456789abcdef0123456789abcdef'
const HUMAN = 'CAfedcba9876543210fedcba9876543210'
const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'

/** Offers a call and lets its stream begin. */
export const startVirtualCall = (options: VirtualCallOptions = {}): VirtualCall => {
  const { store = createMemoryStore(), isOffered = true } = options
  const { callerLatencyMs = 0, modelLatencyMs = 0, streamAfterMs = 400 } = options
  const scenarios = [options.scenario ?? {}].flat()
  let connections = 0
  let breakModel = () => {}
  let streams = 0
  const load = { isOverloaded: false, modelBufferedBytes: 0, callerBufferedBytes: 0 }
  const clock = createFakeClock()
  const sessions: ModelSession[] = []
  const entries: FeedEntry[] = []
  const toModel: { type: string; atMs: number }[] = []
  const fromModel: { type: string; atMs: number }[] = []
  const toCaller: { event: string; atMs: number }[] = []

  const connect: Runtime['connect'] = (_url, { timeoutMs }, events) => {
    const [here, there] = createSocketPair(clock, modelLatencyMs)
    const changes = scenarios[Math.min(connections++, scenarios.length - 1)]
    const scenario: Scenario = { ...PARROT, ...changes }
    const refused = scenario.refuse && 'status' in scenario.refuse
      ? scenario.refuse.status
      : undefined
    const answerAfterMs = scenario.connectMs + 2 * modelLatencyMs
    const cancel = clock.after(Math.min(answerAfterMs, timeoutMs), () => {
      if (refused !== undefined || answerAfterMs > timeoutMs) {
        const httpStatus = refused === undefined ? {} : { httpStatus: refused }
        return events.closed({ code: 1006, reason: 'refused', ...httpStatus })
      }
      const session = createModelSession({
        socket: {
          ...there.socket,
          send: (text) => {
            if (options.untold?.includes(typeOf(text))) return true
            fromModel.push({ type: typeOf(text), atMs: clock.nowMs() })
            return there.socket.send(text)
          },
        },
        clock,
        scenario,
        clips: [...clips, ...options.clips ?? []],
        wallClock: clock.nowMs,
        ids: createIds(`s${sessions.length}x`),
        model: 'gpt-realtime-2.1',
      })
      sessions.push(session)
      breakModel = there.socket.terminate
      there.listen({
        ...session.events,
        message: (text) => {
          toModel.push({ type: typeOf(text), atMs: clock.nowMs() })
          options.readAlong?.(text)
          session.events.message(text)
        },
      })
      here.listen(events)
    })
    return {
      ...here.socket,
      bufferedBytes: () => load.modelBufferedBytes,
      close: (code, reason) => {
        cancel()
        here.socket.close(code, reason)
      },
    }
  }

  const asked: unknown[] = []
  const twilio: TwilioApi = {
    configured: true,
    createCall: (call) => {
      asked.push(call)
      return Promise.resolve({ callSid: HUMAN, status: 'queued' })
    },
    updateCall: (callSid, change) => {
      asked.push({ callSid, ...change })
      return Promise.resolve('changed')
    },
  }

  const exchange = createExchange({
    connect,
    clock,
    log: silentLog,
    capacity: () => 10,
    model: { baseUrl: 'http://model.test/v1', apiKey: 'sk-test' },
    secret: 'secret',
    knowledgeOf: () => undefined,
    store,
    watchCall: () => () => {},
    recordSound: options.recordSound,
    recordEvents: options.recordEvents?.(clock),
    redact: (_, entry) => entry,
    isOverloaded: () => load.isOverloaded,
    wallMs: clock.nowMs,
    toolsOf: () => ({ toolbox: () => options.toolbox ?? NO_TOOLS, servers: [] }),
    twilio,
    publicUrl: 'https://voice.test',
  })
  const facts: OfferedCall = {
    callSid: CALL,
    accountSid: ACCOUNT,
    from: '+15550001111',
    line: lineOf(options),
    owner: 'machine',
    variables: options.variables ?? {},
  }
  const offer = () => {
    exchange.offer(facts)
    exchange.feed.watch(CALL, (entry) => entries.push(entry))
  }
  if (isOffered) offer()
  clock.advance(streamAfterMs)

  /** Twilio opens a stream, the first or another one. */
  const openStream = (): Line => {
    const [phone, service] = createSocketPair(clock, callerLatencyMs)
    const socket = {
      ...service.socket,
      bufferedBytes: () => load.callerBufferedBytes,
      send: (text: string) => {
        toCaller.push({ event: JSON.parse(text).event, atMs: clock.nowMs() })
        return service.socket.send(text)
      },
    }
    let joined: SocketEvents | undefined
    service.listen({
      message: (text) => {
        if (joined) return joined.message(text)
        const message = decode(text)
        if (message.type === 'start') joined = exchange.attach(CALL, socket, message)
      },
      closed: (close) => joined?.closed(close),
    })
    const stream = {
      accountSid: ACCOUNT,
      callSid: CALL,
      streamSid: `MZ${String(++streams).padStart(32, '0')}`,
      customParameters: {},
    }
    const { line, events } = createLine({
      socket: phone.socket,
      clock,
      stream,
      ...options.behaviour,
    })
    phone.listen(events)
    return line
  }

  const line = openStream()
  if (!isOffered) {
    line.vanish()
    clock.advance(1)
  }
  return {
    clock,
    line,
    dialled: () => connections,
    openStream,
    after: () => exchange.after(facts, facts.line),
    sessions,
    entries,
    toModel,
    fromModel,
    toCaller,
    offer,
    breakModel: () => breakModel(),
    load,
    end: (reason) => exchange.end(CALL, reason),
    sayGoodbye: () => exchange.sayGoodbye(CALL),
    handOver: exchange.handOver,
    asked,
    transferEnded: (outcome) => exchange.transferEnded(CALL, outcome),
    until: (what, isTrue, limitMs = 60_000) => {
      for (let waitedMs = 0; !isTrue(); waitedMs += 1) {
        if (waitedMs > limitMs) throw new Error(`not in ${limitMs} ms: ${what}`)
        clock.advance(1)
      }
    },
    eventually: async (what, isTrue, limitMs = 60_000) => {
      for (let waitedMs = 0; !isTrue(); waitedMs += 1) {
        if (waitedMs > limitMs) throw new Error(`not in ${limitMs} ms: ${what}`)
        clock.advance(1)
        await turn()
      }
    },
    count: exchange.count,
  }
}

const lineOf = (
  { agent = '', customer = 'limits: { silence: false }' }: VirtualCallOptions,
): OfferedCall['line'] => {
  const text = [
    'customer: Test',
    'numbers: ["+15005550006"]',
    customer,
    'agent:',
    '  instructions: Be kind.',
    ...agent.split('\n').map((line) => `  ${line}`),
  ].join('\n')
  const parsed = parseConfig({
    customers: [{ path: 'config/customers/test.yaml', text }],
    readKnowledge: () => undefined,
  })
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  const line = createConfig(DEFAULT_SERVICE, parsed.config.customers).lineOf('+15005550006')
  if (!line) throw new Error('no line')
  return line
}

const typeOf = (text: string): string => {
  try {
    return String(JSON.parse(text).type)
  } catch {
    return '(no JSON)'
  }
}
