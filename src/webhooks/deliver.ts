/**
 * Sends what waits in the outbox: claims what is due, sends it, writes down what became of it. A server that hangs has only so many
 * requests at once, so that it holds up no other; a process that dies loses its claims after a while, and another one sends again.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { Customer } from '../config/config.ts'
import type { Webhook } from '../config/schema/webhooks.ts'
import type { Log } from '../log.ts'
import type { GuardedFetch } from '../runtime/guarded-fetch.ts'
import type { ClaimedEvent, Outcome } from '../store/outbox.ts'
import { createPacer } from '../store/pacer.ts'
import type { RecordStore } from '../store/record-store.ts'
import { fill } from '../tools/fill.ts'
import { waitAfter } from './backoff.ts'
import { sendEvent, type Sending } from './send-event.ts'
import { wholeBody } from './whole-body.ts'

export type DeliveryOptions = Readonly<{
  record: Pick<RecordStore, 'outbox' | 'call' | 'tagsOf'>
  customers: () => readonly Pick<Customer, 'id' | 'webhooks'>[]
  /** Sends under the network policy of the service. */
  fetch: GuardedFetch
  variable: (name: string) => string | undefined
  /** Gives a name for a claim that no other has. */
  newId: () => string
  random: () => number
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  log: Log
}>

export type Delivery = Readonly<{
  /** Claims no more, breaks off what is being sent, and resolves when that is written down. */
  stop: () => Promise<void>
}>

const LOOK_EVERY_MS = 1_000
/** Where nobody wants events, only those are left over whose webhook was taken out of its file. */
const LOOK_SELDOM_MS = 60_000
/** How often the same failure of a server is told, and of our own database. */
const TELL_SERVER_MS = 3_600_000
const TELL_FAULT_MS = 60_000
const PRUNE_EVERY_MS = 3_600_000
const DELIVERED_KEPT_MS = 86_400_000
const DEAD_KEPT_MS = 30 * 86_400_000

/** Longer than reading, sending and settling take together. */
const CLAIM_MS = 60_000
/** Requests at once: of one look, to one server, of all. */
const CLAIMED = 8
const MOST_TO_ONE = 8
const MOST = 64

type Delivered = Extract<Outcome, { is: 'delivered' }>

/** Begins to send. */
export const startDelivery = (options: DeliveryOptions): Delivery => {
  const { record, clock, now, log } = options
  const { outbox } = record
  const underWay = new Map<ClaimedEvent, Promise<void>>()
  const mayTell = createPacer<string>(clock, TELL_SERVER_MS)
  const mayTellFault = createPacer<'fault'>(clock, TELL_FAULT_MS)
  const stopping = new AbortController()
  let looking: Promise<void> | undefined
  let prunedAt = -Infinity
  let isStopped = false
  let cancel: Cancel = () => {}

  const tell = (event: ClaimedEvent, { is, problem }: Exclude<Outcome, Delivered>) => {
    const { customer, url } = event
    if (problem === 'stopped' || !mayTell(`${customer} ${url} ${is} ${problem}`)) return
    const fields = { customer, host: URL.parse(url)?.host ?? '', problem }
    if (is === 'dead') log.error('webhook.dead', fields)
    else log.warn('webhook.failed', fields)
  }

  const attempt = async (event: ClaimedEvent): Promise<Outcome> => {
    const webhook = options.customers().find(({ id }) => id === event.customer)?.webhooks
      .find(({ url }) => url === event.url)
    if (!webhook) return { is: 'dead', problem: 'not-configured' }
    const body = await wholeBody(event, record)
    if (body === undefined) return { is: 'dead', problem: 'call-not-kept' }
    const problem = await send({ ...event, body }, webhook)
    if (problem === undefined) return { is: 'delivered' }
    if (problem === 'stopped') return { is: 'failed', problem, nextAt: now() }
    const wait = waitAfter(event.attempts + 1, options.random())
    if (wait === undefined) return { is: 'dead', problem }
    return { is: 'failed', problem, nextAt: now() + wait }
  }

  const send = async (event: Omit<Sending, 'secret'>, webhook: Webhook) => {
    const secret = secretOf(webhook, options.variable)
    if (secret === undefined) return 'no-secret'
    const { fetch } = options
    const how = { fetch, clock, nowMs: now(), stopping: stopping.signal }
    return await sendEvent({ ...event, secret }, how)
  }

  const deliver = async (event: ClaimedEvent): Promise<void> => {
    const outcome = await attempt(event)
    await outbox.settle(event, outcome)
    if (outcome.is !== 'delivered') tell(event, outcome)
  }

  const look = async (): Promise<void> => {
    if (now() - prunedAt >= PRUNE_EVERY_MS) {
      prunedAt = now()
      await outbox.prune('delivered', now() - DELIVERED_KEPT_MS)
      await outbox.prune('dead', now() - DEAD_KEPT_MS)
    }
    const room = Math.min(CLAIMED, MOST - underWay.size)
    if (room <= 0) return
    const except = busyServers([...underWay.keys()])
    const claim = { claim: options.newId(), now: now(), until: now() + CLAIM_MS, except }
    for (const event of await outbox.claim({ ...claim, limit: room })) {
      underWay.set(event, begin(event))
    }
  }

  const failed = (error: unknown) => {
    if (mayTellFault('fault')) log.error('webhook.not-sent', { problem: String(error) })
  }

  const begin = (event: ClaimedEvent): Promise<void> =>
    deliver(event)
      .catch(failed)
      .finally(() => {
        underWay.delete(event)
        // The next event of its call may be due now.
        lookNow()
      })

  const lookNow = (): void => {
    cancel()
    if (isStopped) return
    looking ??= look()
      .catch(failed)
      .finally(() => {
        looking = undefined
        const isWanted = options.customers().some(({ webhooks }) => webhooks.length > 0)
        cancel()
        if (!isStopped) cancel = clock.after(isWanted ? LOOK_EVERY_MS : LOOK_SELDOM_MS, lookNow)
      })
  }

  cancel = clock.after(LOOK_EVERY_MS, lookNow)
  return {
    stop: async () => {
      isStopped = true
      cancel()
      stopping.abort()
      await looking
      await Promise.all(underWay.values())
    },
  }
}

const secretOf = (
  { secret }: Webhook,
  variable: DeliveryOptions['variable'],
): string | undefined => {
  try {
    return fill(secret, { variable, secrets: {} })
  } catch {
    // It was there when the file was read: the process was given another environment since.
    return undefined
  }
}

const busyServers = (events: readonly ClaimedEvent[]): readonly string[] =>
  [...new Set(events.map(({ url }) => url))].filter((url) =>
    events.filter((event) => event.url === url).length >= MOST_TO_ONE
  )
