/** All that is kept of calls, put together: what they said and did, cost, sounded like and decided, and until when. */
import type { CallMeter } from '../bridge/begin-call.ts'
import type { BegunCall } from '../bridge/offered-call.ts'
import type { CallEvents } from '../bridge/call-events.ts'
import type { CallEntry, FeedEntry } from '../bridge/call-feed.ts'
import type { ListeningEntry } from '../bridge/listening/listened-calls.ts'
import { type Clock, settledWithin } from '../clock.ts'
import type { Config, Customer } from '../config/config.ts'
import type { StorageKeys } from '../config/environment.ts'
import type { Log } from '../log.ts'
import * as disk from '../runtime/files.ts'
import { openGrowing } from '../runtime/growing-file.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { MessageBook } from '../tools/message-book.ts'
import type { CallFiles } from './call-files.ts'
import { createMeters } from './call-meter.ts'
import { type DayCosts, startDayCosts } from './day-costs.ts'
import { createEventLogs, eventLogPath, eventLogsIn } from './event-logs.ts'
import { createKeeper, createRedactors } from './keep-calls.ts'
import { keepSound, type KeepSoundOptions, type KeptSound } from './keep-sound.ts'
import { pricesWith } from './money.ts'
import { createEventRecorder } from './record-events.ts'
import { redactCallEntry, redactHumanEntry, redactMessage } from './redact-entry.ts'
import { startRetention } from './retention.ts'

export type KeepRecordOptions = Readonly<{
  store: RecordStore
  messages: MessageBook
  config: () => Config
  dataFolder: string
  storageKeys: StorageKeys | undefined
  fetch: KeepSoundOptions['fetch']
  /** Whether recordings and event logs may be left on this machine. */
  mayRecord: boolean
  machine: string
  /** The version of this program. */
  program: string
  recordingTried: KeepSoundOptions['tried']
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  random: () => number
  log: Log
}>

export type KeptRecord = Readonly<{
  sound: KeptSound
  eventLogs: CallFiles
  /** Gives what is to be told every entry of a call. */
  watchCall: (call: BegunCall) => (entry: FeedEntry) => void
  /** Gives what is told every entry of a call between humans, and gives back what may be told of it. */
  watchListened: (call: BegunCall) => (entry: ListeningEntry) => ListeningEntry
  /** Keeps a message as it may be kept. */
  addMessage: MessageBook['add']
  /** An entry as it may be told. */
  redact: (customer: Customer, entry: CallEntry) => CallEntry
  /** Keeps the events of a call; undefined where nothing may be left on this machine. */
  recordEvents: ((customer: Customer, callSid: string) => CallEvents) | undefined
  meterCall: (call: BegunCall) => CallMeter | undefined
  dayCosts: Pick<DayCosts, 'isSpent' | 'known'>
  /** Stops what is done from time to time. */
  stop: () => void
  /** Resolves when what calls left in files is where it stays, within a while. Never rejects. */
  settled: () => Promise<void>
}>

/** How long event logs may take to get to a disk that has become slow. */
const LAST_EVENTS_MS = 5_000

/** Begins to keep calls. */
export const keepRecord = (options: KeepRecordOptions): KeptRecord => {
  const { store, config, mayRecord, machine, clock, now, log } = options
  const prices = () => pricesWith(config().service.prices)
  const customers = () => config().customers
  const redactorOf = createRedactors()
  const keep = createKeeper({ store, prices, now, log })
  const dayCosts = startDayCosts({ record: store, customers, clock, now, log })
  const sound = keepSound({
    ...options,
    storage: () => config().service.storage,
    keys: options.storageKeys,
    tried: options.recordingTried,
    redactorOf,
  })
  const folder = eventLogsIn(options.dataFolder)
  const eventLogs = createEventLogs(disk, folder)
  const events = createEventRecorder({
    open: (customer, callSid) => openGrowing(eventLogPath(folder, customer, callSid)),
    program: options.program,
    clock,
    wallMs: now,
    log,
  })
  const stopRetention = startRetention({
    store,
    recordings: sound.recordings,
    stored: sound.stored,
    messages: options.messages,
    eventLogs,
    customers,
    machine,
    clock,
    now,
    log,
  })

  return {
    sound,
    eventLogs,
    watchCall: keep,
    watchListened: (call) => {
      const told = keep(call)
      const redact = redactorOf(call.facts.line.customer)
      return (entry) => {
        const redacted = redactHumanEntry(redact, entry)
        told(redacted)
        return redacted
      }
    },
    addMessage: (message) => {
      const customer = customers().find(({ id }) => id === message.customer)
      return options.messages.add(customer ? redactMessage(redactorOf(customer), message) : message)
    },
    redact: (customer, entry) => redactCallEntry(redactorOf(customer), entry),
    recordEvents: !mayRecord ? undefined : (customer, callSid) =>
      events.begin({
        callSid,
        customer: customer.id,
        agentVersion: customer.version,
        redact: customer.redact && redactorOf(customer),
      }),
    meterCall: createMeters({ prices, dayCosts, now, log }),
    dayCosts,
    stop: () => {
      stopRetention()
      dayCosts.stop()
    },
    settled: async () => {
      const heard = sound.stop()
      await settledWithin(clock, LAST_EVENTS_MS, events.settled())
      await heard
    },
  }
}
