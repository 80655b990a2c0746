/** The way of one call that we place: it waits for its turn, is asked of Twilio, and is told of at each step until it is over. */
import { UpstreamError } from '../errors.ts'
import { refusalOf } from '../twilio-rest/refusal.ts'
import type { Entry } from './entry.ts'
import type { OutboundOptions } from './outbound.ts'
import { createPaces } from './paces.ts'
import { advance, isFinal, type OutboundStatus } from './progress.ts'
import { newCallOf } from './twilio-call.ts'

export type Dialling = Readonly<{
  /** Lets a call wait for its turn, for what is left of its time; false when too many wait. */
  enqueue: (entry: Entry) => boolean
  /** Twilio has been asked for it, or may have been: news of it is awaited. */
  dialled: (entry: Entry) => void
  /** Notes how far it has got; false when that is known already, or was overtaken. */
  become: (entry: Entry, status: OutboundStatus, sequenceNumber?: number) => boolean
  fail: (entry: Entry, reason: string) => void
  /** Takes it back, or hangs up. */
  cancel: (entry: Entry, reason: string) => Promise<void>
}>

export type DiallingOptions = Pick<
  OutboundOptions,
  'clock' | 'config' | 'exchange' | 'held' | 'log' | 'publicUrl' | 'twilio' | 'wallMs'
>

/** Of a call that was to ring no longer something should have been heard by then. */
const NO_NEWS_MS = 60_000
/** Another process has it, because this one was away for too long, or the person is forgotten. */
const NOT_HELD = 'not-held'

/** Makes the dialling of a process. */
export const createDialling = (options: DiallingOptions): Dialling => {
  const { exchange, twilio, clock, log, publicUrl, held } = options
  const paceOf = createPaces({ clock, config: options.config, noRoom: exchange.noRoom })

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

  const dialled = (entry: Entry): void => {
    become(entry, 'placed')
    entry.stopWaiting = clock.after(
      entry.settings.ringForMs + NO_NEWS_MS,
      () => fail(entry, 'no-news'),
    )
  }

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
    const { call } = entry
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
      const { callSid } = await twilio.createCall(newCallOf(entry, publicUrl))
      entry.callSid ??= callSid
    } catch (error) {
      entry.isDoubtful = error instanceof UpstreamError && error.retryable
      const refusal = refusalOf(error)
      fail(entry, refusal.code)
      log.warn('outbound.not-placed', { id: call.id, customer: call.customer, ...refusal })
    }
  }

  /** Ends a call at Twilio, whether it rings or is answered. What becomes of it Twilio tells as always. */
  const hangUp = async ({ callSid, call }: Entry): Promise<void> => {
    if (callSid === undefined) return
    try {
      await twilio.updateCall(callSid, { status: 'completed' })
    } catch (error) {
      log.warn('outbound.not-ended', { id: call.id, callSid, ...refusalOf(error) })
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

  return { enqueue, dialled, become, fail, cancel }
}
