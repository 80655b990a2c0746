/**
 * The calls that we place: each waits for its turn, is asked for, rings, and is joined to its agent when it is answered. A model is
 * opened when the phone rings, so that it is ready when somebody picks up, and is closed when nobody does.
 */
import type { CallFacts, Exchange } from '../bridge/exchange.ts'
import type { Clock } from '../clock.ts'
import type { Config, Line } from '../config/config.ts'
import { filledIn } from '../config/variables.ts'
import { UpstreamError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { TwilioApi } from '../twilio-rest/twilio-api.ts'
import { checkDestination } from './destination.ts'
import { createEntries, createEntry, type Entry, type OutboundCall, shown } from './entry.ts'
import { detectionOf, machineStep, whoIs } from './machine.ts'
import { type Order, type OrderProblem, problem, problemOfOrder } from './order.ts'
import { createPace, type Pace } from './pace.ts'
import { advance, isFinal, type OutboundStatus, statusOf } from './progress.ts'

/** What Twilio tells of a call that we placed. */
export type Told = Readonly<{ callSid: string; status: string; sequenceNumber: number | undefined }>

export type Outbound = Readonly<{
  /** Takes a call, or says why not. */
  place: (order: Order) => Promise<OutboundCall | OrderProblem>
  get: (id: string) => OutboundCall | undefined
  /** Takes a call back or ends it. Undefined when there is none. */
  cancel: (id: string) => Promise<OutboundCall | undefined>
  /** Somebody picked up, and their document is asked for: what is to be offered to the exchange. */
  answered: (id: string, call: Readonly<{ callSid: string; accountSid: string }>) =>
    | CallFacts
    | undefined
  progressed: (id: string, accountSid: string, told: Told) => void
  /** It is known who picked up, in Twilio's words. */
  detected: (id: string, answeredBy: string) => void
  /** Forgets those that wait, and lets no phone go on ringing. Nothing is placed afterwards. */
  stop: () => Promise<void>
}>

export type OutboundOptions = Readonly<{
  exchange: Pick<Exchange, 'offer' | 'noRoom' | 'end' | 'leaveMessage'>
  twilio: TwilioApi
  config: () => Config
  publicUrl: string
  machine: string
  isReady: () => boolean
  clock: Clock
  /** Milliseconds since 1970. */
  wallMs: () => number
  newId: () => string
  log: Log
}>

/** Of a call that was to ring no longer something should have been heard by then. */
const NO_NEWS_MS = 60_000
const STATUS_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const

/** Makes the outbound calls of a process. */
export const createOutbound = (options: OutboundOptions): Outbound => {
  const { exchange, twilio, clock, log, publicUrl, machine } = options
  const entries = createEntries()
  const paces = new Map<string, Pace>()
  let isStopped = false

  const paceOf = ({ number, customer }: Line): Pace => {
    const known = paces.get(customer.id)
    if (known) return known
    const current = () => options.config().customers.find(({ id }) => id === customer.id)
    const pace = createPace({
      clock,
      perSecond: () => current()?.outbound?.callsPerSecond ?? 1,
      hasRoom: () => exchange.noRoom({ number, customer: current() ?? customer }) === undefined,
    })
    paces.set(customer.id, pace)
    return pace
  }

  const become = (entry: Entry, status: OutboundStatus, sequenceNumber?: number): boolean => {
    const before = entry.progress
    entry.progress = advance(before, status, sequenceNumber)
    if (entry.progress.status === before.status) return false
    if (status === 'in-progress' || isFinal(status)) entry.stopWaiting()
    const { id, customer } = entry.call
    const { callSid, reason } = entry
    log.info('outbound.progress', { id, callSid, customer, status, reason })
    return true
  }

  const fail = (entry: Entry, reason: string) => {
    entry.reason ??= reason
    become(entry, 'failed')
    if (entry.callSid !== undefined) exchange.end(entry.callSid, 'not-answered')
  }

  const factsOf = (entry: Entry, callSid: string, accountSid: string): CallFacts => ({
    callSid,
    accountSid,
    from: entry.order.to,
    line: entry.line,
    owner: machine,
    variables: entry.order.variables,
    ringsForMs: entry.settings.ringForMs,
  })

  const start = async (entry: Entry): Promise<void> => {
    entry.takeOut = undefined
    const { order, settings, call } = entry
    const url = `${publicUrl}/twilio/outbound/${call.id}`
    // The file may have changed while the call waited.
    if (!options.config().lineOf(call.line)?.customer.outbound) return fail(entry, 'outbound-off')
    become(entry, 'placed')
    entry.stopWaiting = clock.after(
      settings.ringForMs + NO_NEWS_MS,
      () => fail(entry, 'no-news'),
    )
    try {
      const { callSid } = await twilio.createCall({
        to: order.to,
        from: entry.line.number,
        url,
        statusCallback: `${url}/status`,
        statusCallbackEvents: STATUS_EVENTS,
        timeoutS: Math.round(settings.ringForMs / 1000),
        machineDetection: detectionOf(settings.machine, `${url}/machine`),
      })
      entry.callSid ??= callSid
    } catch (error) {
      entry.isDoubtful = error instanceof UpstreamError && error.retryable
      fail(entry, codeOf(error))
      log.warn('outbound.not-placed', {
        id: call.id,
        customer: call.customer,
        ...factsOfError(error),
      })
    }
  }

  /** Ends a call at Twilio, whether it rings or is answered. What becomes of it Twilio tells as always. */
  const hangUp = async ({ callSid, call }: Entry): Promise<void> => {
    if (callSid === undefined) return
    try {
      await twilio.updateCall(callSid, { status: 'completed' })
    } catch (error) {
      log.warn('outbound.not-ended', { id: call.id, callSid, ...factsOfError(error) })
    }
  }

  const cancel = async (entry: Entry, reason: string): Promise<void> => {
    if (isFinal(entry.progress.status)) return
    entry.reason ??= reason
    if (entry.takeOut) {
      entry.takeOut()
      entry.takeOut = undefined
      become(entry, 'canceled')
      return
    }
    // A call that Twilio has just been asked for is ended as soon as it has a name.
    await entry.placing
    if (!isFinal(entry.progress.status)) await hangUp(entry)
  }

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
      const line = options.config().lineOf(order.line)
      const refused = closed() ?? problemOfOrder(order, line)
      if (refused) return refused
      // The message of this call, its blanks filled in.
      const settings = line && filledIn(line.customer, order.variables).outbound
      if (!line || !settings) return problem('outbound-off', 'nobody may be called')
      const destination = await checkDestination(order.to, settings.countries)
      if ('code' in destination) return destination
      // Loading the numbering plans took a moment, in which a drain may have begun.
      const late = closed()
      if (late) return late
      const entry = createEntry({
        call: {
          id: options.newId(),
          to: destination.number,
          line: line.number,
          customer: line.customer.id,
          metadata: order.metadata,
          askedAt: options.wallMs(),
        },
        order,
        settings,
        line,
      })
      entry.takeOut = paceOf(line).add({
        withinMs: order.withinMs,
        start: () => {
          entry.placing = start(entry)
        },
        expired: () => {
          entry.takeOut = undefined
          become(entry, 'expired')
        },
      })
      if (!entry.takeOut) return problem('queue-full', 'too many calls wait to be placed')
      entries.keep(entry)
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
    answered: (id, { callSid, accountSid }) => {
      const entry = entries.existing(id)
      if (!entry || isFinal(entry.progress.status)) return undefined
      entry.callSid = callSid
      become(entry, 'in-progress')
      return factsOf(entry, callSid, accountSid)
    },
    progressed: (id, accountSid, { callSid, status, sequenceNumber }) => {
      const entry = entries.existing(id)
      const next = statusOf(status)
      if (!entry || !next) return
      entry.callSid ??= callSid
      if (!become(entry, next, sequenceNumber)) return
      if (next === 'ringing') exchange.offer(factsOf(entry, callSid, accountSid))
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
      await Promise.all(entries.unanswered().map((entry) => cancel(entry, 'draining')))
    },
  }
}

const codeOf = (error: unknown): string => error instanceof UpstreamError ? error.code : 'fault'

/** Twilio's words have the number in them that was called. */
const factsOfError = (error: unknown) =>
  error instanceof UpstreamError
    ? {
      code: error.code,
      status: error.status,
      requestId: error.requestId,
      pii: { problem: error.message },
    }
    : { code: 'fault', error }
