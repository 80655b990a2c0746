/**
 * The calls that we place: each waits for its turn, is asked for, rings, and is joined to its agent when it is answered. A model is
 * opened when the phone rings, so that it is ready when somebody picks up, and is closed when nobody does.
 */
import type { CallFacts, Exchange } from '../bridge/exchange.ts'
import type { Clock } from '../clock.ts'
import type { Config, Line } from '../config/config.ts'
import { UpstreamError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { TakenOrder } from '../store/outbound-queue.ts'
import type { TwilioApi } from '../twilio-rest/twilio-api.ts'
import { createEntries, type Entry, type OutboundCall, shown } from './entry.ts'
import type { HeldOrders } from './held-orders.ts'
import { readOrder, writeOrder } from './kept-order.ts'
import { detectionOf, machineStep, whoIs } from './machine.ts'
import { type Order, type OrderProblem, problem } from './order.ts'
import { createPace, type Pace } from './pace.ts'
import { prepareCall } from './prepare-call.ts'
import { advance, isFinal, type OutboundStatus, statusOf } from './progress.ts'
import { createTurns } from './turns.ts'

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
  ) => Promise<CallFacts | undefined>
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

/** Of a call that was to ring no longer something should have been heard by then. */
const NO_NEWS_MS = 60_000
/** Another process has it, because this one was away for too long, or the person is forgotten. */
const NOT_HELD = 'not-held'
const STATUS_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const

/** Makes the outbound calls of a process. */
export const createOutbound = (options: OutboundOptions): Outbound => {
  const { exchange, twilio, clock, log, publicUrl, machine, held } = options
  const adopting = new Map<string, Promise<Entry | undefined>>()
  const entries = createEntries()
  const paces = new Map<string, Pace>()
  const turns = createTurns({ clock, perSecond: () => callsPerSecondOf(options.config()) })
  let isStopped = false

  const paceOf = ({ number, customer }: Line): Pace => {
    const known = paces.get(customer.id)
    if (known) return known
    const current = () => options.config().customers.find(({ id }) => id === customer.id)
    const pace = createPace({
      clock,
      turns,
      perSecond: () => current()?.outbound?.callsPerSecond ?? 1,
      hasRoom: () => exchange.noRoom({ number, customer: current() ?? customer }) === undefined,
    })
    paces.set(customer.id, pace)
    return pace
  }

  /** What somebody talks in, or nobody will, needs nobody to go on with it. */
  const letGo = ({ keeping, reason, call: { id } }: Entry): void =>
    void keeping.then((isKept) => {
      if (isKept && reason !== NOT_HELD) held.end(id)
    })

  const become = (entry: Entry, status: OutboundStatus, sequenceNumber?: number): boolean => {
    const before = entry.progress
    entry.progress = advance(before, status, sequenceNumber)
    if (entry.progress.status === before.status) return false
    if (status === 'in-progress' || isFinal(status)) {
      entry.stopWaiting()
      letGo(entry)
    }
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
    metadata: entry.order.metadata,
    ringsForMs: entry.settings.ringForMs,
  })

  const dialled = (entry: Entry): void => {
    become(entry, 'placed')
    entry.stopWaiting = clock.after(
      entry.settings.ringForMs + NO_NEWS_MS,
      () => fail(entry, 'no-news'),
    )
  }

  /** Lets a call wait for its turn, for what is left of its time; false when too many wait. */
  const enqueue = (entry: Entry): boolean => {
    const { order, call } = entry
    entry.takeOut = paceOf(entry.line).add({
      withinMs: Math.max(0, call.askedAt + order.withinMs - options.wallMs()),
      start: () => {
        entry.placing = start(entry)
      },
      expired: () => {
        entry.takeOut = undefined
        become(entry, 'expired')
      },
    })
    return entry.takeOut !== undefined
  }

  const start = async (entry: Entry): Promise<void> => {
    entry.takeOut = undefined
    const { order, settings, call } = entry
    const url = `${publicUrl}/twilio/outbound/${call.id}`
    // The file may have changed while the call waited.
    if (!options.config().lineOf(call.line)?.customer.outbound) return fail(entry, 'outbound-off')
    const begun = await entry.keeping ? await held.begin(call.id) : 'mine'
    // It might be dialled again after a crash, so it waits until that can be written down.
    if (begun === 'unknown') return enqueue(entry) ? undefined : fail(entry, 'queue-full')
    if (begun === 'gone') {
      entry.reason = NOT_HELD
      become(entry, 'canceled')
      return
    }
    dialled(entry)
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
    // A call that Twilio has just been asked for is ended as soon as it has a name.
    if (!entry.takeOut) await entry.placing
    if (entry.takeOut) {
      entry.takeOut()
      entry.takeOut = undefined
      become(entry, 'canceled')
    } else if (!isFinal(entry.progress.status)) await hangUp(entry)
  }

  /** Goes on with a call of a process that died. One that it was about to dial may ring by now, and is not dialled again. */
  const restore = async (taken: TakenOrder): Promise<Entry | undefined> => {
    const { id, customer, state } = taken
    const order = readOrder(taken)
    const entry = order && await prepareCall(order, taken, options.config())
    if (!entry || 'code' in entry) {
      log.warn('outbound.not-taken-over', { id, customer, reason: entry?.code ?? 'unreadable' })
      held.end(id)
      return undefined
    }
    // Twilio may have told of it meanwhile.
    const known = entries.get(id)
    if (known) return known
    entry.keeping = Promise.resolve(true)
    entries.keep(entry)
    log.info('outbound.taken-over', { id, customer, state })
    if (state === 'placing') {
      entry.isDoubtful = true
      dialled(entry)
    } else if (!enqueue(entry)) fail(entry, 'queue-full')
    return entry
  }

  /** Finds a call that Twilio speaks of, also when it was another process that placed it. */
  const existing = (id: string): Entry | undefined | Promise<Entry | undefined> => {
    const known = entries.existing(id)
    if (known || isStopped) return known
    const adopted = adopting.get(id) ??
      held.adopt(id).then((taken) => taken && restore(taken))
        .then((entry) => entry && entries.existing(id))
        .finally(() => adopting.delete(id))
    adopting.set(id, adopted)
    return adopted
  }

  if (twilio.configured) {
    held.start((orders) => {
      for (const order of orders) if (!entries.get(order.id)) void restore(order)
    })
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
      return factsOf(entry, callSid, accountSid)
    },
    progressed: async (id, accountSid, { callSid, status, sequenceNumber }) => {
      const found = existing(id)
      // What is known at once is done at once, in the order in which Twilio tells it.
      const entry = found instanceof Promise ? await found : found
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

/** How fast the account may place calls; where the operator has not said so, as fast as the fastest of its customers. */
const callsPerSecondOf = ({ service, customers }: Config): number => {
  const ofCustomers = customers.flatMap(({ outbound }) => outbound?.callsPerSecond ?? [])
  return service.outbound.callsPerSecond ?? (ofCustomers.length > 0 ? Math.max(...ofCustomers) : 1)
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
