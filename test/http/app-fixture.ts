/** The routes without a server: the whole app over an exchange made by hand, on a clock that stands still. */
import type { AwaitedCall, OfferedCall } from '../../src/bridge/offered-call.ts'
import type { After, NoRoom, Transfer } from '../../src/bridge/exchange.ts'
import type { TransferOutcome } from '../../src/bridge/bridge.ts'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import { checkText } from '../../src/config/check-text.ts'
import { createConfig, DEFAULT_SERVICE, type Line, type Listen } from '../../src/config/config.ts'
import { type AppOptions, createApp } from '../../src/http/app.ts'
import { createMetrics } from '../../src/metrics/metrics.ts'
import type { Fields, Log } from '../../src/log.ts'
import type { Connection } from '../../src/runtime/runtime.ts'
import type { Socket, SocketClose, SocketEvents } from '../../src/runtime/socket.ts'
import { sign } from '../../src/sim/caller/signature.ts'
import type { StreamStart } from '../../src/twilio/messages.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { noRecord } from '../../src/store/open-record.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createSocketPair } from '../../src/sim/virtual/socket-pair.ts'

export const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
export const CALL = 'CA0123456789abcdef0123456789abcdef'
export const AUTH_TOKEN = '12345'
export const PUBLIC_URL = 'https://voice.example.com'
/** Seconds since the epoch, for ever. */
export const NOW_S = 1_800_000_000

const CUSTOMERS = {
  'customers/bright-smile.yaml': `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent: { instructions: You answer the phone. }
fallback: { say: Fish & chips later., dial: "+15005550100" }
`,
  'customers/casa-do-mar.yaml': `customer: Casa do Mar
numbers: ["+15005550009"]
agent: { instructions: You answer the phone. }
fallback: { say: Please call again. }
`,
  // At `NOW_S` it is Friday, 08:00.
  'customers/told.yaml': `customer: Told
numbers: ["+15005550011"]
agent: { instructions: You answer the phone. }
hours: { timezone: UTC, open: { mon-fri: ["09:00-18:00"] }, closed: { say: Closed & dark. } }
blocked: ["+15550009999"]
limits: { whenFull: fallback }
fallback: { say: Please call again., dial: "+15005550100" }
`,
  'customers/put-through.yaml': `customer: Put Through
numbers: ["+15005550012"]
agent: { instructions: You answer the phone. }
transfer: { destinations: { desk: { to: "client:anna" } } }
hours: { timezone: UTC, open: {}, closed: { transfer: desk } }
`,
  'customers/night.yaml': `customer: Night
numbers: ["+15005550013"]
agent: { instructions: You answer the phone. }
agents: { night: { instructions: You take messages. } }
hours: { timezone: UTC, open: {}, closed: { agent: night } }
`,
  'customers/full.yaml': `customer: Full
numbers: ["+15005550014"]
agent: { instructions: You answer the phone. }
limits: { whenFull: fallback }
fallback: { say: Please hold., dial: "+15005550100" }
`,
  'customers/listens.yaml': `customer: Listens
numbers: ["+15005550015"]
listen: { dial: "+15005550100", announce: This call is transcribed. }
`,
}

/** The configuration of the app. */
export const createTestConfig = () => configOf(CUSTOMERS)

/** An exchange that does nothing and writes down what it was told. */
export const createHandMadeExchange = () => {
  const awaited = new Map<string, AwaitedCall>()
  const told = new Map<string, FeedEntry[]>()
  const watchers = new Set<(entry: FeedEntry) => void>()
  const offered: OfferedCall[] = []
  const asked: { facts: Omit<OfferedCall, 'line'>; line: Line | undefined }[] = []
  const ended: string[][] = []
  const attached: { callSid: string; socket: Socket; start: StreamStart }[] = []
  const heard: string[] = []
  const closed: SocketClose[] = []
  const listener: SocketEvents = {
    message: (text) => void heard.push(text),
    closed: (close) => void closed.push(close),
  }
  const transfers: (TransferOutcome & { callSid: string })[] = []
  let transferring: Transfer | undefined
  let room: NoRoom | undefined = undefined
  let isTalking = false
  let after: After = { is: 'over' }

  return {
    offered,
    ended,
    /** What it was asked after streams that ended. */
    asked,
    /** The streams that were joined to their call, what came on them then, and how they ended. */
    attached,
    heard,
    closed,
    /** What the feed gives to those who watch a call, from its beginning. */
    told,
    watchers: () => watchers.size,
    tell: (entry: FeedEntry) => watchers.forEach((watcher) => watcher(entry)),
    full: (why: NoRoom = 'no-room') => void (room = why),
    talking: () => void (isTalking = true),
    decide: (what: After) => void (after = what),
    awaits: (call: AwaitedCall) => void awaited.set(call.callSid, call),

    offer: (facts: OfferedCall) => {
      offered.push(facts)
      const call = { ...facts, epoch: 1 }
      if (isTalking) return undefined
      awaited.set(facts.callSid, call)
      return call
    },
    noRoom: () => room,
    awaited: (callSid: string) => awaited.get(callSid),
    after: (facts: Omit<OfferedCall, 'line'>, line: Line | undefined) => {
      asked.push({ facts, line })
      return Promise.resolve(after)
    },
    transfers,
    isTransferring: (transfer: Transfer) => void (transferring = transfer),
    transferEnded: (callSid: string, outcome: TransferOutcome) => {
      transfers.push({ callSid, ...outcome })
      const wasTransferring = transferring !== undefined
      transferring = undefined
      return wasTransferring
    },
    transferOf: () => transferring,
    end: (callSid: string, reason: string) => void ended.push([callSid, reason]),
    count: () => told.size,
    sayGoodbye: (callSid: string) => {
      if (told.has(callSid)) ended.push([callSid, 'operator-ended'])
      return told.has(callSid)
    },
    attach: (callSid: string, socket: Socket, start: StreamStart) => {
      if (!awaited.delete(callSid)) return undefined
      attached.push({ callSid, socket, start })
      return listener
    },
    feed: {
      publish: () => {},
      watch: (callSid: string, watcher: (entry: FeedEntry) => void) => {
        const story = told.get(callSid)
        if (!story) return undefined
        story.forEach(watcher)
        watchers.add(watcher)
        return () => void watchers.delete(watcher)
      },
    },
  }
}

/** The register of calls between humans that does nothing and writes down what it was told. */
const createHandMadeListened = () => {
  const awaited = new Map<string, AwaitedCall>()
  const offered: { facts: OfferedCall; listen: Listen }[] = []
  const attached: string[] = []
  const ended: string[] = []
  return {
    offered,
    attached,
    ended,
    offer: (facts: OfferedCall, listen: Listen) => {
      offered.push({ facts, listen })
      const call = { ...facts, epoch: 1 }
      awaited.set(facts.callSid, call)
      return call
    },
    awaited: (callSid: string) => awaited.get(callSid),
    attach: (callSid: string) => {
      if (!awaited.delete(callSid)) return undefined
      attached.push(callSid)
      return { message: () => {}, closed: () => {} }
    },
    end: (callSid: string) => void ended.push(callSid),
  }
}

/** A line of the log. */
export type Logged = Readonly<{ level: string; name: string; fields: Fields }>

const NO_FILES = {
  read: () => Promise.resolve(undefined),
  document: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  watch: () => () => {},
}

/** The app, its exchange and its log; any of its options may be another. */
export const createAppFixture = (changes: Partial<AppOptions> = {}) => {
  const clock = createFakeClock()
  const exchange = createHandMadeExchange()
  const listened = createHandMadeListened()
  const logged: Logged[] = []
  let drains = 0
  const config = createTestConfig()
  const app = createApp({
    exchange,
    listened,
    recordings: { find: () => Promise.resolve(undefined), remove: () => Promise.resolve(0) },
    messages: { forget: () => Promise.resolve(0) },
    eventLogs: { remove: () => Promise.resolve(0) },
    stored: () => undefined,
    sound: {
      state: () => Promise.resolve(undefined),
      read: () => Promise.reject(new Error('there are no recordings')),
    },
    config: () => config,
    authTokens: [AUTH_TOKEN],
    publicUrl: PUBLIC_URL,
    accountSid: ACCOUNT,
    machine: 'm1',
    secret: 'test-secret',
    operatorToken: 'test-operator-token',
    record: noRecord,
    checkCustomer: (id, text) =>
      checkText(
        { files: NO_FILES, folder: 'config', hasVariable: () => true, current: config },
        id,
        text,
      ),
    isReady: () => true,
    outbound: {
      place: () => Promise.resolve({ code: 'outbound-off', message: 'nobody may be called' }),
      get: () => undefined,
      cancel: () => Promise.resolve(undefined),
      answered: () => Promise.resolve(undefined),
      progressed: () => Promise.resolve(),
      detected: () => {},
    },
    twilio: {
      accountSid: ACCOUNT,
      apiKey: { sid: 'SK0123456789abcdef0123456789abcdef', secret: 'key-secret' },
      twimlAppSid: 'AP0123456789abcdef0123456789abcdef',
      region: 'us1',
    },
    capacity: () => 3,
    storeId: () => 'a-store',
    drain: () => void drains++,
    metrics: createMetrics({
      build: { version: '0.0.0', runtime: 'test', runtimeVersion: '0' },
      isDraining: () => false,
      usage: () => ({ cpuS: 0, residentBytes: 0 }),
      startedAtS: 0,
      recordingsWaiting: () => 0,
    }),
    clock,
    nowS: () => NOW_S,
    log: createListedLog(logged),
    ...changes,
  })

  /** Posts a form as Twilio would; the body and the signature may be given literally. */
  const post = async (
    path: string,
    form: Readonly<Record<string, string>>,
    {
      body = String(new URLSearchParams(form)),
      signature = sign(AUTH_TOKEN, PUBLIC_URL + path, form),
    } = {},
  ) => {
    const response = await app.request(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        ...(signature === '' ? {} : { 'x-twilio-signature': signature }),
      },
      body,
    })
    return { response, status: response.status, text: await response.text() }
  }

  const lineOf = (number: string) => {
    const line = config.lineOf(number)
    if (!line) throw new Error(`nobody has the number ${number}`)
    return line
  }

  return {
    app,
    clock,
    exchange,
    listened,
    logged,
    names: () => logged.map(({ name }) => name),
    drains: () => drains,
    post,
    lineOf,
  }
}

/** The end of a socket that Twilio would hold. */
export type StreamEnd = Readonly<{
  send: (text: string) => void
  close: () => void
  received: readonly string[]
  closes: readonly SocketClose[]
}>

/** A connection on which a handshake may be accepted, as a runtime hands it to the app. */
export const createConnection = (clock: ReturnType<typeof createFakeClock>) => {
  const streams: StreamEnd[] = []
  const connection: Connection = {
    accept: (open) => {
      const [ours, theirs] = createSocketPair(clock)
      const received: string[] = []
      const closes: SocketClose[] = []
      ours.listen(open(ours.socket))
      theirs.listen({
        message: (text) => void received.push(text),
        closed: (close) => void closes.push(close),
      })
      streams.push({
        send: (text) => {
          theirs.socket.send(text)
          clock.advance(0)
        },
        close: () => {
          theirs.socket.close()
          clock.advance(0)
        },
        received,
        closes,
      })
      return new Response(null)
    },
  }
  return { connection, streams }
}

const configOf = (texts: Readonly<Record<string, string>>) => {
  const customers = Object.entries(texts).map(([path, text]) => ({ path, text }))
  const parsed = parseConfig({ customers, readKnowledge: () => undefined })
  if ('problems' in parsed) throw new Error(parsed.problems.map((it) => it.message).join('\n'))
  return createConfig(DEFAULT_SERVICE, parsed.config.customers)
}

const createListedLog = (lines: Logged[]): Log => {
  const at = (level: string): Log['debug'] => (name, fields = {}) =>
    void lines.push({ level, name, fields: typeof fields === 'function' ? fields() : fields })
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: () => log,
  }
  return log
}
