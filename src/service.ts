/**
 * The whole service put together: configuration, what agents can do, the record, the exchange, calls that are placed, webhooks,
 * routes. `serve` and `demo` are both this; what each part is for stands at the top of its own file.
 */
import { loadAbilities, startAbilities } from './abilities.ts'
import { createExchange, type Exchange } from './bridge/exchange.ts'
import { createListenedCalls } from './bridge/listening/listened-calls.ts'
import { type Clock, settledWithin } from './clock.ts'
import type { Config } from './config/config.ts'
import { type Environment, holds, type Variables } from './config/environment.ts'
import { type ConfigFiles, loadConfig } from './config/load.ts'
import { ConfigError } from './errors.ts'
import { createApp } from './http/app.ts'
import { watchConfig } from './live-config.ts'
import type { Log } from './log.ts'
import { createHeldOrders } from './outbound/held-orders.ts'
import { createOutbound } from './outbound/outbound.ts'
import { createMetrics } from './metrics/metrics.ts'
import { startOverloadGuard } from './overload.ts'
import { usage } from './runtime/process.ts'
import type { Runtime } from './runtime/runtime.ts'
import { guardedFetch } from './runtime/guarded-fetch.ts'
import { randomSecret } from './runtime/hmac.ts'
import { keepRecord } from './record/keep-record.ts'
import type { RecordStore } from './store/record-store.ts'
import type { Store } from './store/store.ts'
import { createMessageBook, type MessageFiles } from './tools/message-book.ts'
import { twilioOf } from './twilio-rest/account.ts'
import type { Fetch } from './twilio-rest/twilio-api.ts'
import { openPort } from './open-port.ts'
import { stopService } from './stop-service.ts'
import { VERSION } from './version.ts'
import { startDelivery } from './webhooks/deliver.ts'
import { loadSecrets, type SecretFiles, type Secrets } from './secrets.ts'

export type Service = Readonly<{
  port: number
  /** Where this machine can reach it. */
  url: string
  publicUrl: string
  machine: string
  secrets: Secrets
  config: () => Config
  exchange: Exchange
  /** Takes in what has changed in the configuration, where the file system does not tell of it. */
  readConfigAgain: () => Promise<void>
  /**
   * Refuses new calls, lets those that are on end or hands them over, within the limits of the environment, and resolves when
   * nothing runs any more.
   */
  stop: () => Promise<void>
}>

export type ServiceOptions = Readonly<{
  runtime: Runtime
  environment: Environment
  /** What `${env:NAME}` of a customer file may refer to. */
  variables: Variables
  /** Where sessions are opened: OpenAI, or the built-in model. */
  model: Readonly<{ baseUrl: string; apiKey: string }>
  files: ConfigFiles & SecretFiles & MessageFiles
  /** Keeps what is needed to take calls up again. The service closes it. */
  store: Store
  /** Keeps what calls said, did and cost. The service closes it. */
  record: RecordStore
  /** Whether recordings and event logs may be left on this machine. */
  mayRecord: boolean
  /** Told when an operator asks for the service to be drained; it is to be stopped then. */
  onDrainAsked: () => void
  /** Told when it listens and cannot answer anybody; it is to be stopped then. */
  onUnable?: (error: Error) => void
  clock: Clock
  /** Milliseconds since 1970. */
  wallMs: () => number
  /** Asks Twilio and OpenAI. */
  fetch: Fetch
  log: Log
  /** Resolves when whoever started the service has told that it listens; tools are made ready then, or at once without. */
  listening?: Promise<void>
  /** Told when the service cannot listen before the record has been asked. */
  onRecordNeeded?: () => void
}>

/** How long a start may wait for what customers have spent today. */
const FIRST_COSTS_MS = 2_000
/** How long the answer to the operator who asks for a drain may take; a server that stops cuts it off. */
const ANSWER_MS = 100

/**
 * Starts the service; resolves when it listens. Rejects with `ConfigError` when the configuration has a mistake, and with `StartError`
 * when the port is taken, or the secrets cannot be kept.
 */
export const startService = async (options: ServiceOptions): Promise<Service> => {
  const { runtime, environment, files, clock, wallMs, log } = options
  const hasVariable = holds(options.variables)
  const secrets = await loadSecrets(environment, files)
  const first = await loadConfig(files, environment.configFolder, hasVariable)
  if (!('config' in first)) throw new ConfigError(first.problems)
  await loadAbilities(first.config)
  let isReady = true
  const { server, answerBy } = await openPort(options)

  const config = watchConfig({
    files,
    clock,
    first,
    folder: environment.configFolder,
    hasVariable,
    onChange: (changed) => abilities.adopt(changed),
    log,
  })
  const messages = createMessageBook(files, environment.dataFolder)
  const abilities = startAbilities({
    ...options,
    config: config.current,
    book: { add: (message) => kept.addMessage(message) },
  })
  void (options.listening ?? Promise.resolve()).then(() => {
    if (isReady) abilities.prepare()
  })

  const metrics = createMetrics({
    build: { version: VERSION, runtime: runtime.name, runtimeVersion: runtime.version },
    isDraining: () => !isReady,
    usage,
    startedAtS: wallMs() / 1000,
    recordingsWaiting: () => kept.sound.waiting(),
  })
  const guard = startOverloadGuard({ clock, log, onLag: metrics.lagged })

  const connect: Runtime['connect'] = (url, how, events) =>
    runtime.connect(url, how, metrics.watchSocket('model', events))

  const url = `http://127.0.0.1:${server.port}`
  const publicUrl = environment.publicUrl ?? url
  const machine = environment.machine ?? randomSecret().slice(0, 12)
  const twilio = twilioOf(environment.twilio, { fetch: options.fetch, clock, random: Math.random })
  const kept = keepRecord({
    store: options.record,
    messages,
    config: config.current,
    dataFolder: environment.dataFolder,
    storageKeys: environment.storageKeys,
    fetch: options.fetch,
    mayRecord: options.mayRecord,
    machine,
    program: VERSION,
    recordingTried: metrics.recordingTried,
    clock,
    now: wallMs,
    random: Math.random,
    log,
  })

  const exchange = createExchange({
    connect,
    meterCall: kept.meterCall,
    isDaySpent: kept.dayCosts.isSpent,
    recordSound: kept.sound.recordSound,
    recordEvents: kept.recordEvents,
    watchCall: (call) => {
      const count = metrics.watchCall(call)
      const keep = kept.watchCall(call)
      return (entry) => {
        count(entry)
        keep(entry)
      }
    },
    redact: kept.redact,
    isOverloaded: guard.isOverloaded,
    clock,
    log,
    // A call that is listened to takes about as much as one that is answered.
    capacity: () => config.current().service.capacity - listened.count(),
    model: options.model,
    secret: secrets.secret,
    knowledgeOf: abilities.knowledgeOf,
    toolsOf: abilities.toolsOf,
    store: options.store,
    wallMs,
    twilio,
    publicUrl,
  })

  const listened = createListenedCalls({
    connect,
    clock,
    log,
    model: options.model,
    secret: secrets.secret,
    feed: exchange.feed,
    watchCall: kept.watchListened,
  })

  const outbound = createOutbound({
    exchange,
    twilio,
    config: config.current,
    publicUrl,
    machine,
    held: createHeldOrders({
      queue: options.record.outboundQueue,
      owner: `${machine}-${crypto.randomUUID()}`,
      clock,
      wallMs,
      log,
    }),
    isReady: () => isReady,
    clock,
    wallMs,
    newId: () => `out-${crypto.randomUUID()}`,
    log,
  })
  const delivery = startDelivery({
    record: options.record,
    customers: () => config.current().customers,
    fetch: (url, init) => guardedFetch(url, init, config.current().service.network),
    variable: (name) => options.variables[name],
    newId: () => crypto.randomUUID(),
    random: Math.random,
    clock,
    now: wallMs,
    log,
  })
  // What was spent before a restart counts for the first call after it, unless the database is away.
  if (first.config.customers.some(({ limits }) => limits.costPerDay !== undefined)) {
    options.onRecordNeeded?.()
    await settledWithin(clock, FIRST_COSTS_MS, kept.dayCosts.known)
  }
  const app = createApp({
    exchange,
    record: options.record,
    recordings: kept.sound.recordings,
    stored: kept.sound.stored,
    sound: kept.sound.sound,
    messages,
    eventLogs: kept.eventLogs,
    listened,
    outbound,
    twilio: environment.twilio,
    config: config.current,
    authTokens: secrets.authTokens,
    publicUrl,
    accountSid: environment.twilio.accountSid,
    machine,
    secret: secrets.secret,
    checkCustomer: config.checkCustomer,
    operatorToken: secrets.operatorToken,
    isReady: () => isReady,
    capacity: () => config.current().service.capacity,
    storeId: options.store.id,
    metrics,
    drain: () => {
      isReady = false
      clock.after(ANSWER_MS, options.onDrainAsked)
    },
    clock,
    nowS: () => wallMs() / 1000,
    log,
  })
  answerBy(app.fetch)

  return {
    port: server.port,
    url,
    publicUrl,
    machine,
    secrets,
    config: config.current,
    exchange,
    readConfigAgain: config.readAgain,
    stop: () => {
      isReady = false
      return stopService({
        ...options,
        config,
        abilities,
        guard,
        kept,
        exchange,
        listened,
        outbound,
        delivery,
        server,
        drain: environment.drain,
        publicUrl,
      })
    },
  }
}
