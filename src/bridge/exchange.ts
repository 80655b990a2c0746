/**
 * The exchange: takes a call that Twilio offers, opens its model's leg at once, and joins the caller's stream to it when that
 * comes. When a stream breaks it takes the call up again, also one that another process held before it died.
 */
import type { CallReport } from '../call/effects.ts'
import { type EndReason, owesApology } from '../call/end-reason.ts'
import { type Checkpoint, checkpointOf, resumeCall } from '../call/checkpoint.ts'
import { type CallRules, type Ringing, startCall } from '../call/state.ts'
import type { Clock } from '../clock.ts'
import type { Customer, Line } from '../config/config.ts'
import { filledIn, type Variables } from '../config/variables.ts'
import type { Log } from '../log.ts'
import { endpointOf } from '../realtime/endpoint.ts'
import { hmac } from '../runtime/hmac.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Socket, SocketEvents } from '../runtime/socket.ts'
import type { Store } from '../store/store.ts'
import type { CallAbout, Toolbox } from '../tools/tool.ts'
import type { StreamStart } from '../twilio/messages.ts'
import { createBridge } from './bridge.ts'
import { type CallEntry, type CallFeed, createCallFeed } from './call-feed.ts'
import { callRulesOf } from './call-rules.ts'
import { readCheckpoint, readVariables, writeCheckpoint } from './kept-call.ts'
import { createLiveCalls, type LiveCall } from './live-calls.ts'
import { openRealtimeLeg } from './realtime-leg.ts'

/** A call as Twilio offers it, and the line it came in on. */
export type CallFacts = Readonly<{
  callSid: string
  accountSid: string
  /** The other party, whoever called whom. */
  from: string
  line: Line
  /** The machine that holds the call. */
  owner: string
  /** What the blanks of the agent are filled with. */
  variables?: Variables
  /** How long it may ring before there is a stream; a call that came in rings no longer. */
  ringsForMs?: number
}>

/** A call that waits for its stream; the token of that stream is good for this epoch alone. */
export type AwaitedCall = CallFacts & Readonly<{ epoch: number }>

/** What is to become of a caller whose stream has ended. */
export type After =
  | Readonly<{ is: 'over' }>
  | Readonly<{ is: 'resumed'; call: AwaitedCall }>
  /** Another process will have it in a moment. */
  | Readonly<{ is: 'handed-over' }>
  /** There is nobody to talk to; `line` is whose caller it was. */
  | Readonly<{ is: 'apology'; line: Line | undefined }>

export type Exchange = Readonly<{
  /** Begins a call, or gives the one that is offered again because Twilio repeats a webhook. */
  offer: (facts: CallFacts) => AwaitedCall | undefined
  /** Why there is no room for a call of this line, if there is none. */
  noRoom: (line: Line) => 'overloaded' | 'no-room' | undefined
  /** A call that waits for its stream. */
  awaited: (callSid: string) => AwaitedCall | undefined
  /** Joins a stream to its call. */
  attach: (callSid: string, socket: Socket, start: StreamStart) => SocketEvents | undefined
  /** Decides what happens after a stream; `facts` are those of the webhook that asks. Never rejects. */
  after: (facts: Omit<CallFacts, 'line'>, line: Line | undefined) => Promise<After>
  /** Ends a call; nothing happens if it has ended. */
  end: (callSid: string, reason: EndReason) => void
  /** Has the agent of a call leave a message and end the call; one that has no stream yet ends at once. */
  leaveMessage: (callSid: string, sentence: string) => void
  feed: CallFeed
  count: () => number
  /** Lets all calls go on in another process: each at a quiet moment, or now. */
  handOver: (isForced: boolean) => void
}>

export type ExchangeOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  capacity: () => number
  model: Readonly<{ baseUrl: string; apiKey: string }>
  /** Salts the hash by which the model's maker may tell callers apart. */
  secret: string
  store: Store
  /** Counts a call by what is told of it. */
  watchCall: (call: Readonly<{ model: string }>) => (entry: CallEntry) => void
  /** Whether a new call would hurt those that are on. */
  isOverloaded: () => boolean
  /** Milliseconds since 1970. */
  wallMs: () => number
  /** What the agent of a customer can do besides talking. */
  toolboxOf: (customer: Customer) => Toolbox
}>

/** Makes the exchange of a process. */
export const createExchange = (options: ExchangeOptions): Exchange => {
  const { clock, store } = options
  const calls = createLiveCalls<CallFacts>(clock)
  const feed = createCallFeed()

  const begin = (facts: CallFacts, beginning: (rules: CallRules, atMs: number) => Ringing) => {
    const { callSid, line } = facts
    const customer = filledIn(line.customer, facts.variables ?? {})
    const { agent, id, version } = customer
    const log = options.log.with({ callSid, customer: id })
    const startedAtMs = clock.nowMs()
    const toolbox = options.toolboxOf(customer)
    const rules = callRulesOf(customer, () => toolbox, facts.ringsForMs)
    log.info('call.offered', { version, model: agent.model, audio: agent.audio })
    const count = options.watchCall(agent)
    const tell = (entry: CallEntry) => {
      count(entry)
      feed.publish(callSid, entry)
    }
    tell({ type: 'offered', customer: id, number: line.number, atMs: 0 })

    const save = (checkpoint: Checkpoint) =>
      store.save(writeCheckpoint(facts, checkpoint, options.wallMs()))
    const bridge = createBridge({
      clock,
      log,
      audio: agent.audio,
      isOverloaded: options.isOverloaded,
      begin: (atMs) => beginning(rules, atMs),
      openModel: (agentName, events, conversation) =>
        openRealtimeLeg({
          connect: options.connect,
          clock,
          random: Math.random,
          wallMs: options.wallMs,
          log,
          agent: agentName,
          agentOf: () => ({
            settings: { ...agent, tools: toolbox.tools },
            endpoint: endpointOf({
              ...options.model,
              model: agent.model,
              safetyIdentifier: hmac(options.secret, `caller\n${facts.from}`),
            }),
          }),
          conversation,
        }, events),
      onReport: (report) => {
        const atMs = clock.nowMs() - startedAtMs
        if (report.type !== 'ended') {
          tell({ ...report, atMs })
          return logReport(log, report)
        }
        const { type: _, ...fields } = report
        const counts = bridge.counts()
        log.info('call.ended', { ...fields, ...counts })
        tell({ type: 'counts', ...counts, atMs })
        tell({ ...report, atMs })
        calls.remove(callSid, report.reason)
        if (report.reason !== 'handed-over') store.forget(callSid)
      },
      onCheckpoint: save,
      runTool: ({ name, given, secrets }, signal) =>
        toolbox.run(name, given, { ...aboutOf(facts), secrets }, signal),
      human: { call: () => {}, hangUp: () => {}, bringBack: () => {} },
    })
    calls.add({ callSid, facts, bridge })
    const state = bridge.state()
    if (state.phase === 'ringing') save(checkpointOf(state, startedAtMs))
  }

  const waiting = (callSid: string): LiveCall<CallFacts> | undefined => {
    const call = calls.get(callSid)
    return call?.bridge.state().phase === 'ringing' ? call : undefined
  }

  const awaited = (callSid: string): AwaitedCall | undefined => {
    const call = waiting(callSid)
    const state = call?.bridge.state()
    return call && state?.phase === 'ringing' ? { ...call.facts, epoch: state.epoch } : undefined
  }

  /** Takes up a call that another process held, or this one before it died. */
  const revive = async (facts: CallFacts): Promise<AwaitedCall | undefined> => {
    const stored = await store.load(facts.callSid)
    const checkpoint = stored && readCheckpoint(stored)
    // Twilio may have asked twice while the store was read.
    if (checkpoint && !calls.get(facts.callSid)) {
      const known = { ...facts, variables: readVariables(stored) }
      begin(known, (rules, atMs) => resumeCall(rules, checkpoint, atMs))
    }
    return awaited(facts.callSid)
  }

  return {
    offer: (facts) => {
      if (!calls.get(facts.callSid)) begin(facts, startCall)
      return awaited(facts.callSid)
    },
    noRoom: ({ customer }) => {
      if (options.isOverloaded()) return 'overloaded'
      const ofCustomer = calls.all().filter(({ facts }) => facts.line.customer.id === customer.id)
      const isFull = calls.count() >= options.capacity() ||
        ofCustomer.length >= (customer.limits.concurrentCalls ?? Infinity)
      return isFull ? 'no-room' : undefined
    },
    awaited,
    attach: (callSid, socket, start) => waiting(callSid)?.bridge.attach(socket, start.streamSid),
    after: async (facts, line) => {
      const { callSid } = facts
      calls.get(callSid)?.bridge.streamAsked()
      const past = calls.past(callSid)
      if (past?.reason === 'handed-over') return { is: 'handed-over' }
      if (past && !owesApology(past.reason)) return { is: 'over' }
      const call = awaited(callSid) ??
        (line && !past ? await revive({ ...facts, line }) : undefined)
      return call ? { is: 'resumed', call } : { is: 'apology', line: past?.facts.line ?? line }
    },
    leaveMessage: (callSid, sentence) => {
      const bridge = calls.get(callSid)?.bridge
      if (bridge?.state().phase === 'talking') bridge.leaveMessage(sentence)
      else bridge?.end('machine-answered')
    },
    end: (callSid, reason) => calls.get(callSid)?.bridge.end(reason),
    feed,
    count: calls.count,
    handOver: (isForced) => {
      for (const { bridge } of calls.all()) bridge.handOver(isForced)
    },
  }
}

const aboutOf = ({ callSid, from, line }: CallFacts): Omit<CallAbout, 'secrets'> => ({
  callSid,
  from,
  to: line.number,
  customer: line.customer.id,
})

/** A call is told in about ten lines; what was said is private and goes under `pii`. */
const logReport = (log: Log, { type, ...fields }: CallReport): void => {
  switch (type) {
    case 'caller-speaking':
    case 'agent-heard':
      return log.debug(`call.${type}`, fields)
    case 'line':
      return log.debug('call.line', { pii: fields })
    case 'key-pressed':
      return log.debug('call.key-pressed', { pii: fields })
    case 'model-complained':
    case 'model-interrupted':
    case 'stream-lost':
      return log.warn(`call.${type}`, fields)
    default:
      return log.info(`call.${type}`, fields)
  }
}
