/**
 * The calls of this process that are listened to: those that wait for their stream, and those that have it. The calls themselves are
 * Twilio's affair; here only their transcripts begin and end.
 */
import type { Cancel, Clock } from '../../clock.ts'
import type { Listen } from '../../config/config.ts'
import type { Log } from '../../log.ts'
import { transcriptionEndpointOf } from '../../realtime/endpoint.ts'
import { hmac } from '../../runtime/hmac.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { Socket, SocketEvents } from '../../runtime/socket.ts'
import type { StreamStart } from '../../twilio/messages.ts'
import type { CallFeed } from '../call-feed.ts'
import type { AwaitedCall, BegunCall, OfferedCall } from '../offered-call.ts'
import { listen, type Listening, type ListeningReport } from './listening.ts'

export type ListenedCalls = Readonly<{
  /** Takes a call whose stream is to come, or gives the one that is offered again because Twilio repeats a webhook. */
  offer: (facts: OfferedCall, settings: Listen) => AwaitedCall | undefined
  /** A call that waits for its stream. */
  awaited: (callSid: string) => AwaitedCall | undefined
  /** Begins to listen. */
  attach: (callSid: string, socket: Socket, start: StreamStart) => SocketEvents | undefined
  /** The call is over, whatever its stream says. */
  end: (callSid: string) => void
  count: () => number
  /** Listens to nobody any more: the process ends. */
  stop: () => void
}>

export type ListenedCallsOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  log: Log
  model: Readonly<{ baseUrl: string; apiKey: string }>
  /** Salts the hash by which the model's maker may tell callers apart. */
  secret: string
  feed: Pick<CallFeed, 'publish'>
  /** Keeps a call by what is told of it, and gives it as it may be told. */
  watchCall: (call: BegunCall) => (entry: ListeningEntry) => ListeningEntry
}>

/** What is told of a call between humans, and when. */
export type ListeningEntry = ListeningReport & Readonly<{ atMs: number }>

/** How long Twilio may take to open the stream it was told to. */
const STREAM_TIMEOUT_MS = 15_000
const TICK_MS = 250

type ListenedCall = Readonly<{
  facts: OfferedCall
  settings: Listen
  offeredAtMs: number
  log: Log
  watch: (entry: ListeningEntry) => ListeningEntry
  listening?: Listening
}>

/** Makes the register of a process. One timer serves all calls, and none when there is none. */
export const createListenedCalls = (options: ListenedCallsOptions): ListenedCalls => {
  const { clock, feed } = options
  const calls = new Map<string, ListenedCall>()
  let cancelTick: Cancel | undefined

  const tick = () => {
    for (const call of calls.values()) {
      if (call.listening) call.listening.tick()
      else if (clock.nowMs() - call.offeredAtMs > STREAM_TIMEOUT_MS) giveUp(call)
    }
    cancelTick = calls.size > 0 ? clock.after(TICK_MS, tick) : undefined
  }

  const publish = ({ facts, offeredAtMs, log, watch }: ListenedCall, report: ListeningReport) => {
    const { atMs, ...told } = watch({ ...report, atMs: clock.nowMs() - offeredAtMs })
    feed.publish(facts.callSid, { ...told, atMs })
    logReport(log, told)
    if (report.type === 'ended') calls.delete(facts.callSid)
  }

  const giveUp = (call: ListenedCall) =>
    publish(call, { type: 'ended', reason: 'no-stream', lines: 0, droppedMs: 0 })

  const waiting = (callSid: string): ListenedCall | undefined => {
    const call = calls.get(callSid)
    return call && !call.listening ? call : undefined
  }

  const awaited = (callSid: string): AwaitedCall | undefined => {
    const call = waiting(callSid)
    // Twilio opens the stream of a call between humans once.
    return call && { ...call.facts, epoch: 1 }
  }

  return {
    offer: (facts, settings) => {
      const { callSid, line } = facts
      if (!calls.has(callSid)) {
        const log = options.log.with({ callSid, customer: line.customer.id })
        const offeredAtMs = clock.nowMs()
        const watch = options.watchCall({ facts, model: settings.model, epoch: 1 })
        calls.set(callSid, { facts, settings, offeredAtMs, log, watch })
        cancelTick ??= clock.after(TICK_MS, tick)
        const { id } = line.customer
        feed.publish(callSid, { type: 'offered', customer: id, number: line.number, atMs: 0 })
      }
      return awaited(callSid)
    },
    awaited,
    attach: (callSid, socket) => {
      const call = waiting(callSid)
      if (!call) return undefined
      const { facts, settings, log } = call
      const streamAtMs = clock.nowMs() - call.offeredAtMs
      const listening = listen({
        connect: options.connect,
        clock,
        random: Math.random,
        log,
        endpoint: transcriptionEndpointOf({
          ...options.model,
          safetyIdentifier: hmac(options.secret, `caller\n${facts.from}`),
        }),
        settings,
        socket,
        onReport: (report) => publish(call, sinceOffered(report, streamAtMs)),
      })
      calls.set(callSid, { ...call, listening })
      return listening.events
    },
    end: (callSid) => {
      const call = calls.get(callSid)
      if (call?.listening) call.listening.finish('call-ended')
      else if (call) giveUp(call)
    },
    count: () => calls.size,
    stop: () => {
      for (const call of calls.values()) call.listening?.stop('service-stopped')
      calls.clear()
      cancelTick?.()
      cancelTick = undefined
    },
  }
}

/** A line knows when it began in its stream, and whoever is told of it the clock of the call alone. */
const sinceOffered = (report: ListeningReport, streamAtMs: number): ListeningReport =>
  report.type === 'line'
    ? { ...report, line: { ...report.line, atMs: report.line.atMs + streamAtMs } }
    : report

/** What was said is private and goes under `pii`. */
const logReport = (log: Log, report: ListeningReport): void => {
  switch (report.type) {
    case 'listening':
      return log.info('listening.started')
    case 'line':
      return log.debug('listening.line', { pii: report.line })
    case 'transcriber-interrupted':
      return log.warn('listening.interrupted', { speaker: report.speaker, cause: report.cause })
    case 'transcriber-resumed':
      return log.info('listening.resumed', { speaker: report.speaker })
    case 'transcriber-lost':
      return log.error('listening.lost', { speaker: report.speaker, cause: report.cause })
    case 'ended': {
      const { reason, lines, droppedMs } = report
      return log.info('listening.ended', { reason, lines, droppedMs })
    }
  }
}
