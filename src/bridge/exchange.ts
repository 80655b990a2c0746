/**
 * The exchange: takes a call that Twilio offers, opens its model's leg at once, and joins the caller's stream to it when that
 * comes.
 */
import type { CallReport } from '../call/effects.ts'
import type { EndReason } from '../call/end-reason.ts'
import type { Clock } from '../clock.ts'
import type { Line } from '../config/config.ts'
import type { Log } from '../log.ts'
import { endpointOf } from '../realtime/endpoint.ts'
import { hmac } from '../runtime/hmac.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Socket, SocketEvents } from '../runtime/socket.ts'
import type { StreamStart } from '../twilio/messages.ts'
import { createBridge } from './bridge.ts'
import { type CallFeed, createCallFeed } from './call-feed.ts'
import { createLiveCalls, type LiveCall, type PastCall } from './live-calls.ts'
import { openRealtimeLeg } from './realtime-leg.ts'

/** A call as Twilio offers it, and the line it came in on. */
export type CallFacts = Readonly<{
  callSid: string
  accountSid: string
  from: string
  line: Line
  /** How often the call was resumed, plus one. */
  epoch: number
  /** The machine that holds the call. */
  owner: string
}>

export type Exchange = Readonly<{
  /** Begins a call. One that is offered again, because Twilio repeats a webhook, stays as it is. */
  offer: (facts: CallFacts) => void
  /** Whether there is room for a call of this line. */
  hasRoom: (line: Line) => boolean
  /** A call whose stream has not come yet. */
  ringing: (callSid: string) => CallFacts | undefined
  /** Joins a stream to its call. */
  attach: (callSid: string, socket: Socket, start: StreamStart) => SocketEvents | undefined
  /** Ends a call; nothing happens if it has ended. */
  end: (callSid: string, reason: EndReason) => void
  past: (callSid: string) => PastCall<CallFacts> | undefined
  feed: CallFeed
  count: () => number
  endAll: (reason: EndReason) => void
}>

export type ExchangeOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  capacity: () => number
  model: Readonly<{ baseUrl: string; apiKey: string }>
  /** Salts the hash by which the model's maker may tell callers apart. */
  secret: string
}>

/** How long Twilio may take to open the stream it was told to. */
const STREAM_TIMEOUT_MS = 15_000

/** Makes the exchange of a process. */
export const createExchange = (options: ExchangeOptions): Exchange => {
  const { clock } = options
  const calls = createLiveCalls<CallFacts>(clock)
  const feed = createCallFeed()

  const offer = (facts: CallFacts) => {
    if (calls.get(facts.callSid)) return
    const { callSid, line } = facts
    const { agent, limits, id, version } = line.customer
    const log = options.log.with({ callSid, customer: id })
    const startedAtMs = clock.nowMs()
    log.info('call.offered', {
      version,
      model: agent.model,
      audio: agent.audio,
      epoch: facts.epoch,
    })
    feed.publish(callSid, { type: 'offered', customer: id, number: line.number, atMs: 0 })
    const bridge = createBridge({
      clock,
      log,
      audio: agent.audio,
      rules: {
        greeting: agent.greeting,
        maxDurationMs: limits.maxDurationMs,
        streamTimeoutMs: STREAM_TIMEOUT_MS,
        isTranscribed: agent.transcription !== false,
      },
      openModel: (events, conversation) =>
        openRealtimeLeg({
          conversation,
          random: Math.random,
          connect: options.connect,
          clock,
          log,
          settings: agent,
          endpoint: endpointOf({
            ...options.model,
            model: agent.model,
            safetyIdentifier: hmac(options.secret, `caller\n${facts.from}`),
          }),
        }, events),
      onReport: (report) => {
        const atMs = clock.nowMs() - startedAtMs
        if (report.type !== 'ended') {
          feed.publish(callSid, { ...report, atMs })
          return logReport(log, report)
        }
        const { type: _, ...fields } = report
        const counts = bridge.counts()
        log.info('call.ended', { ...fields, ...counts })
        feed.publish(callSid, { type: 'counts', ...counts, atMs })
        feed.publish(callSid, { ...report, atMs })
        calls.remove(callSid, report.reason)
      },
    })
    calls.add({ callSid, facts, bridge })
  }

  const ringing = (callSid: string): LiveCall<CallFacts> | undefined => {
    const call = calls.get(callSid)
    return call?.bridge.state().phase === 'ringing' ? call : undefined
  }

  return {
    offer,
    hasRoom: ({ customer }) => {
      const ofCustomer = calls.all().filter(({ facts }) => facts.line.customer.id === customer.id)
      return calls.count() < options.capacity() &&
        ofCustomer.length < (customer.limits.concurrentCalls ?? Infinity)
    },
    ringing: (callSid) => ringing(callSid)?.facts,
    attach: (callSid, socket, start) => ringing(callSid)?.bridge.attach(socket, start.streamSid),
    end: (callSid, reason) => calls.get(callSid)?.bridge.end(reason),
    past: calls.past,
    feed,
    count: calls.count,
    endAll: calls.endAll,
  }
}

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
      return log.warn('call.model-complained', fields)
    default:
      return log.info(`call.${type}`, fields)
  }
}
