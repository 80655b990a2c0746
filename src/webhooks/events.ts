/**
 * What a customer's servers are told of a call, decided: looks at what is written into the record, which is redacted already, and
 * puts each event right behind the write it belongs to. So the two are kept in one transaction.
 */
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { Webhook, WebhookEventType } from '../config/schema/webhooks.ts'
import type {
  CallFacts,
  OutboxEvent,
  RecordWrite,
  TakenMessage,
  WrittenSummary,
} from '../record/record.ts'

/** What is known of the events of a call, in the process that holds it. */
export type Telling = Readonly<{
  webhooks: readonly Webhook[]
  /** Whether words are kept of this call; what is not kept is not sent either. */
  hasWords: boolean
  epoch: number
  events: number
  hasBegun: boolean
  hasEnded: boolean
  /** The call as it was written last. */
  call: CallFacts | undefined
  /** Whom the caller is being put through to. */
  destination: string | undefined
}>

/** More than any process sends of a call, so that the events of a later one come after. */
const PART = 1_000_000

/** Begins to tell of a call, or goes on where another process left it. */
export const beginTelling = (
  options: Pick<Telling, 'webhooks' | 'hasWords' | 'epoch'>,
): Telling => ({
  ...options,
  events: 0,
  hasBegun: options.epoch > 1,
  hasEnded: false,
  call: undefined,
  destination: undefined,
})

/** Takes note of what happens and is not in the record's facts. */
export const noteForEvents = (telling: Telling, entry: FeedEntry): Telling =>
  entry.type === 'transferring' ? { ...telling, destination: entry.destination } : telling

/** Gives the writes with the events that they make. */
export const withEvents = (
  telling: Telling,
  writes: readonly RecordWrite[],
): readonly [telling: Telling, writes: readonly RecordWrite[]] => {
  if (telling.webhooks.length === 0) return [telling, writes]
  let next = telling
  const all: RecordWrite[] = []
  for (const write of writes) {
    const [after, events] = eventsOf(next, write)
    next = after
    all.push(write, ...events.map((event): RecordWrite => ({ type: 'event', event })))
  }
  return [next, all]
}

type Event = Readonly<{
  type: WebhookEventType
  callSid: string
  customer: string
  at: number
  data: Readonly<Record<string, unknown>>
}>

const eventsOf = (
  telling: Telling,
  write: RecordWrite,
): readonly [Telling, readonly OutboxEvent[]] => {
  if (write.type === 'message') return send(telling, [messageTaken(write.message)])
  if (write.type === 'summary') return send(telling, summaryReady(telling, write.summary))
  if (write.type !== 'call') return [telling, []]
  const { call } = write
  const begins = telling.hasBegun ? [] : [callStarted(call)]
  const ends = telling.hasEnded || call.endedAt === undefined ? [] : callEnded(telling, call)
  const next = { ...telling, call, hasBegun: true, hasEnded: telling.hasEnded || ends.length > 0 }
  return send(next, [...begins, ...ends])
}

const send = (
  telling: Telling,
  events: readonly Event[],
): readonly [Telling, readonly OutboxEvent[]] => {
  let count = telling.events
  const sent = events.flatMap(({ type, callSid, customer, at, data }) =>
    telling.webhooks.filter(({ events }) => events.includes(type)).map(({ url }): OutboxEvent => {
      count += 1
      return {
        id: `msg_${callSid}_${telling.epoch}_${count}`,
        callSid,
        customer,
        url,
        type,
        seq: telling.epoch * PART + count,
        at,
        body: JSON.stringify({ type, timestamp: timeOf(at), data }),
      }
    })
  )
  return [{ ...telling, events: count }, sent]
}

const callStarted = (call: CallFacts): Event => eventOf('call.started', call, call.startedAt)

const callEnded = (telling: Telling, call: CallFacts): readonly Event[] => {
  const at = call.endedAt ?? call.startedAt
  const { destination } = telling
  return [
    ...(call.endReason === 'transferred'
      ? [eventOf('transfer.done', call, at, destination === undefined ? {} : { destination })]
      : []),
    eventOf('call.ended', call, at, {
      endedAt: timeOf(at),
      durationMs: at - call.startedAt,
      endReason: call.endReason,
      cause: call.cause,
    }),
    ...(telling.hasWords ? [eventOf('transcript.final', call, at)] : []),
  ]
}

const eventOf = (
  type: WebhookEventType,
  call: CallFacts,
  at: number,
  more: Readonly<Record<string, unknown>> = {},
): Event => {
  const { callSid, customer, line, direction, from, to, startedAt, metadata } = call
  const data = {
    callSid,
    customer,
    line,
    direction,
    from,
    to,
    startedAt: timeOf(startedAt),
    ...(metadata ? { metadata } : {}),
    ...more,
  }
  return { type, callSid, customer, at, data }
}

const messageTaken = ({ id, callSid, customer, at, text }: TakenMessage): Event => ({
  type: 'message.taken',
  callSid,
  customer,
  at,
  data: { callSid, customer, messageId: id, takenAt: timeOf(at), message: jsonOrText(text) },
})

/** Where there is none, nothing is told. */
const summaryReady = ({ call }: Telling, written: WrittenSummary): readonly Event[] => {
  const { at, summary, outcome, fields, problem, detail } = written
  if (!call || summary === undefined) return []
  return [eventOf('summary.ready', call, at, { summary, outcome, fields, problem, detail })]
}

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const timeOf = (ms: number): string => new Date(ms).toISOString()
