/**
 * The calls that we place: each waits for its turn, is asked for, rings, and is joined to its agent when it is answered. A model is
 * opened when the phone rings, so that it is ready when somebody picks up, and is closed when nobody does.
 */
import type { OfferedCall } from '../bridge/offered-call.ts'
import type { Exchange } from '../bridge/exchange.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { TwilioApi } from '../twilio-rest/twilio-api.ts'
import { createDialling } from './dialling.ts'
import { createEntries, type OutboundCall, shown } from './entry.ts'
import type { HeldOrders } from './held-orders.ts'
import { writeOrder } from './kept-order.ts'
import { machineStep, whoIs } from './machine.ts'
import { type Order, type OrderProblem, problem } from './order.ts'
import { prepareCall } from './prepare-call.ts'
import { isFinal, statusOf } from './progress.ts'
import { createTakeOver } from './take-over.ts'
import { callFactsOf } from './twilio-call.ts'

/** What Twilio tells of a call that we placed. */
export type Told = Readonly<{ callSid: string; status: string; sequenceNumber: number | undefined }>

export type Outbound = Readonly<{
  /** Takes a call, or says why not. */
  place: (order: Order) => Promise<OutboundCall | OrderProblem>
  get: (id: string) => OutboundCall | undefined
  /** Takes a call back or ends it. Undefined when there is none. */
  cancel: (id: string) => Promise<OutboundCall | undefined>
  /** Somebody picked up, and their document is asked for: what is to be offered to the exchange. */
  answered: (
    id: string,
    call: Readonly<{ callSid: string; accountSid: string }>,
  ) => Promise<OfferedCall | undefined>
  progressed: (id: string, accountSid: string, told: Told) => Promise<void>
  /** It is known who picked up, in Twilio's words. */
  detected: (id: string, answeredBy: string) => void
  /** Leaves those that wait to the next process, and lets no phone go on ringing. Nothing is placed afterwards. */
  stop: () => Promise<void>
}>

export type OutboundOptions = Readonly<{
  exchange: Pick<Exchange, 'offer' | 'noRoom' | 'end' | 'leaveMessage'>
  twilio: TwilioApi
  config: () => Config
  publicUrl: string
  machine: string
  /** What the store has of the calls that wait. */
  held: HeldOrders
  isReady: () => boolean
  clock: Clock
  /** Milliseconds since 1970. */
  wallMs: () => number
  newId: () => string
  log: Log
}>

/** Makes the outbound calls of a process. */
export const createOutbound = (options: OutboundOptions): Outbound => {
  const { exchange, twilio, log, machine, held } = options
  const entries = createEntries()
  const { become, enqueue, dialled, fail, cancel } = createDialling(options)
  let isStopped = false

  const { start: takeOver, existing } = createTakeOver({
    entries,
    held,
    config: options.config,
    isStopped: () => isStopped,
    goOn: (entry, state) => {
      if (state === 'waiting') {
        if (!enqueue(entry)) fail(entry, 'queue-full')
        return
      }
      // It was about to be dialled and may ring by now, so it is not dialled again.
      entry.isDoubtful = true
      dialled(entry)
    },
    log,
  })
  if (twilio.configured) takeOver()

  /** Why no call at all is placed. */
  const closed = (): OrderProblem | undefined => {
    if (isStopped || !options.isReady()) return problem('draining', 'the service is being drained')
    return twilio.configured ? undefined : problem(
      'twilio-not-configured',
      'set TWILIO_ACCOUNT_SID, and TWILIO_API_KEY_SID with TWILIO_API_KEY_SECRET or TWILIO_AUTH_TOKEN',
    )
  }

  return {
    place: async (order) => {
      const refused = closed()
      if (refused) return refused
      const entry = await prepareCall(
        order,
        { id: options.newId(), askedAt: options.wallMs() },
        options.config(),
      )
      if ('code' in entry) return entry
      if (exchange.noRoom(entry.line) === 'cost-limit') {
        return problem('cost-limit', 'limits.costPerDay of the customer is spent for today')
      }
      // Loading the numbering plans took a moment, in which a drain may have begun.
      const late = closed()
      if (late) return late
      if (!enqueue(entry)) return problem('queue-full', 'too many calls wait to be placed')
      entry.keeping = held.keep(writeOrder(entry.call, order))
      entries.keep(entry)
      await entry.keeping
      return shown(entry)
    },
    get: (id) => {
      const entry = entries.get(id)
      return entry && shown(entry)
    },
    cancel: async (id) => {
      const entry = entries.get(id)
      if (!entry) return undefined
      await cancel(entry, 'asked-to')
      return shown(entry)
    },
    answered: async (id, { callSid, accountSid }) => {
      const found = existing(id)
      const entry = found instanceof Promise ? await found : found
      if (!entry || isFinal(entry.progress.status)) return undefined
      entry.callSid = callSid
      become(entry, 'in-progress')
      return callFactsOf(entry, { callSid, accountSid }, machine)
    },
    progressed: async (id, accountSid, { callSid, status, sequenceNumber }) => {
      const found = existing(id)
      // What is known at once is done at once, in the order in which Twilio tells it.
      const entry = found instanceof Promise ? await found : found
      const next = statusOf(status)
      if (!entry || !next) return
      entry.callSid ??= callSid
      if (!become(entry, next, sequenceNumber)) return
      if (next === 'ringing') {
        exchange.offer(callFactsOf(entry, { callSid, accountSid }, machine))
      }
      if (!isFinal(next)) return
      exchange.end(callSid, next === 'completed' ? 'caller-hung-up' : 'not-answered')
    },
    detected: (id, answeredBy) => {
      const entry = entries.get(id)
      if (!entry || entry.callSid === undefined || isFinal(entry.progress.status)) return
      entry.answeredBy = whoIs(answeredBy)
      const { callSid, settings } = entry
      log.info('outbound.answered-by', { id, callSid, answeredBy })
      const next = machineStep(settings.machine, answeredBy)
      switch (next.is) {
        case 'go-on':
          return
        case 'hang-up':
          return exchange.end(callSid, 'machine-answered')
        case 'leave':
          return exchange.leaveMessage(callSid, next.message)
      }
    },
    stop: async () => {
      isStopped = true
      await Promise.all(
        entries.unanswered().map(async (entry) => {
          if (!entry.takeOut || !await entry.keeping) return cancel(entry, 'draining')
          entry.takeOut()
          entry.takeOut = undefined
        }),
      )
      await held.stop()
    },
  }
}
