/** Has the calls of this process recorded: what is told of each goes through its recorder, and from there to the store. */
import type { BegunCall, OfferedCall } from '../bridge/offered-call.ts'
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { Customer } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { RecordStore } from '../store/record-store.ts'
import { beginTelling, noteForEvents, withEvents } from '../webhooks/events.ts'
import type { Prices } from './money.ts'
import type { RecordWrite } from './record.ts'
import { beginRecording, record, type Recording } from './recorder.ts'
import { createRedact, type Redact, redactNothing } from './redact.ts'
import { transcriptionModelOf } from './running-cost.ts'

export type KeepOptions = Readonly<{
  store: Pick<RecordStore, 'write'>
  prices: () => Prices
  /** Milliseconds since 1970. */
  now: () => number
  log: Log
}>

/** Gives what is to be told every entry of a call, in order. A mistake here costs the call its record and nothing else. */
export const createKeeper =
  ({ store, prices, now, log }: KeepOptions) => (begun: BegunCall): (entry: FeedEntry) => void => {
    const { facts, model, epoch } = begun
    const { customer, number } = facts.line
    let recording: Recording | undefined
    let telling = beginTelling({
      webhooks: customer.webhooks,
      hasWords: customer.record !== 'factsOnly',
      epoch,
    })
    const write = (writes: readonly RecordWrite[]) => {
      const [next, all] = withEvents(telling, writes)
      telling = next
      store.write(all)
    }
    const guarded = (action: () => void) => {
      try {
        action()
      } catch (error) {
        recording = undefined
        log.error('record.fault', { callSid: facts.callSid, error })
      }
    }

    guarded(() => {
      const [begin, writes] = beginRecording({
        callSid: facts.callSid,
        customer: customer.id,
        line: number,
        ...partiesOf(facts),
        startedAt: now(),
        epoch,
        owner: facts.owner,
        agentVersion: customer.version,
        agentBody: JSON.stringify(toldOf(customer)),
        model,
        transcriptionModel: transcriptionModelOf(customer),
        metadata: facts.metadata ?? {},
        tags: customer.tags,
        level: customer.record,
        prices: prices(),
      })
      recording = begin
      write(writes)
    })

    return (entry) =>
      guarded(() => {
        if (!recording) return
        const [next, writes] = record(recording, entry)
        recording = next
        telling = noteForEvents(telling, entry)
        write(writes)
      })
  }

/** `from` of a call's facts is the other party, whoever called whom; only a call that we place may ring for a while. */
const partiesOf = ({ from, line, ringsForMs }: OfferedCall) =>
  ringsForMs === undefined
    ? { direction: 'inbound', from, to: line.number } as const
    : { direction: 'outbound', from: line.number, to: from } as const

/** Makes what redacts for a customer; made once for each version of its file. */
export const createRedactors = (): (customer: Customer) => Redact => {
  const made = new WeakMap<Customer, Redact>()
  return (customer) => {
    const known = made.get(customer)
    if (known) return known
    const redact = customer.redact ? createRedact(customer.redact) : redactNothing
    made.set(customer, redact)
    return redact
  }
}

/** What the agents were told; what tools send is not in it, as it may hold secrets. */
const toldOf = ({ name, agents, phrases }: Customer) => ({
  customer: name,
  agents: Object.fromEntries(
    Object.entries(agents).map(([agent, { instructions, greeting, model, voice }]) => [
      agent,
      { instructions, greeting, model, voice },
    ]),
  ),
  phrases,
})
