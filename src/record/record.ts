/**
 * What is kept of a call, as values. A write says how something is and not how it changed, and carries a revision; so the same
 * write may come twice or late (a journal is replayed after an outage) and does no harm.
 */
import type { WebhookEventType } from '../config/schema/webhooks.ts'
import type { TokenCounts } from './money.ts'

/** Who called whom and how it ended: one a call. */
export type CallFacts = Readonly<{
  callSid: string
  customer: string
  /** The number that was called, and whose agent answered. */
  line: string
  direction: 'inbound' | 'outbound'
  from: string
  to: string
  /** ms since 1970, as are all times whose names end in `At`. */
  startedAt: number
  /** Absent while the call goes on. */
  endedAt?: number
  endReason?: string
  /** What broke, where something did. */
  cause?: string
  /** The version of the customer's file and knowledge that answered. */
  agentVersion: string
  model: string
  /** What whoever had us place it wants kept with it; of no other call. */
  metadata?: Readonly<Record<string, string>>
  /** The machine that held it last. */
  owner: string
  /** How often the call was taken up, by another stream or another process; 1 for most. */
  epoch: number
  revision: number
}>

/** What one process counted of a call while it held it: a call has several parts if it outlived a process. */
export type CallPart = Readonly<{
  callSid: string
  customer: string
  /** The epoch in which this process took it. */
  part: number
  startedAt: number
  endedAt?: number
  /** From the open line to the agent's first sound; absent if there was none. */
  firstAudioMs?: number
  /** Answers of the agent, and the time from the caller's silence to the agent's sound: together, and the longest. */
  turns: number
  latencySumMs: number
  latencyMaxMs: number
  bargeIns: number
  errors: number
  tokens: TokenCounts
  /** What it cost so far, in billionths of a dollar. */
  costNano: number
  revision: number
}>

/** Something that happened and is no line: one on the timeline. */
export type CallMoment = Readonly<{
  callSid: string
  part: number
  /** Counts within the part. */
  seq: number
  at: number
  kind: string
  data: Readonly<Record<string, unknown>>
}>

/** Something that was said or done in the conversation, final: words, a tool call, a key. */
export type CallLine = Readonly<{
  callSid: string
  customer: string
  itemId: string
  /** The item this one follows, where that is known: words of the caller come late. */
  previousItemId?: string
  kind: LineKind
  /** The words; of a tool its name; of a key the digit. */
  text: string
  at: number
  /** Set where the agent was cut short: how much was heard. */
  heardMs?: number
  /** Of a tool: what it was given and what came of it. */
  tool?: Readonly<{ given: string; result: string; failed: boolean }>
  revision: number
}>

/** Who said it; a `human` is one that the call was put through to, a `note` is what the model was told of the call. */
export type LineKind = 'caller' | 'agent' | 'human' | 'note' | 'tool' | 'key'

/** A message that a caller left for somebody. */
export type TakenMessage = Readonly<{
  id: string
  callSid: string
  customer: string
  at: number
  for?: string
  /** What the agent wrote down, JSON as it was given to the tool. */
  text: string
}>

/** What the model wrote of a call when it was over, or why it did not: one a call. */
export type WrittenSummary = Readonly<{
  callSid: string
  customer: string
  at: number
  /** Absent where there is none. */
  summary?: string
  outcome?: string
  /** What the file asks for besides, where it fits. */
  fields?: Readonly<Record<string, unknown>>
  /** Why there is none, or what is missing in it: a code. */
  problem?: string
  detail?: string
}>

/** A tag that a call was given, or that was taken from it. What was told last holds. */
export type CallTag = Readonly<{
  callSid: string
  /** When the call began: calls with a tag are listed in that order. */
  startedAt: number
  tag: string
  isSet: boolean
  at: number
}>

/** The agent as it answered, by its version. */
export type AgentVersion = Readonly<{
  version: string
  customer: string
  firstSeenAt: number
  /** JSON of what the agent was told. */
  body: string
}>

/** Something that a customer's own server is to be told of a call, once for each server. */
export type OutboxEvent = Readonly<{
  /** The `webhook-id`: the same whenever it is sent. */
  id: string
  callSid: string
  customer: string
  /** Where to. */
  url: string
  type: WebhookEventType
  /** Counts up over a call, whoever holds it: events are sent in this order. */
  seq: number
  at: number
  /** JSON as it is sent; of a transcript without its lines, which are in the record. */
  body: string
}>

export type RecordWrite =
  | Readonly<{ type: 'call'; call: CallFacts }>
  | Readonly<{ type: 'part'; part: CallPart }>
  | Readonly<{ type: 'moment'; moment: CallMoment }>
  | Readonly<{ type: 'line'; line: CallLine }>
  | Readonly<{ type: 'message'; message: TakenMessage }>
  | Readonly<{ type: 'summary'; summary: WrittenSummary }>
  | Readonly<{ type: 'tag'; tag: CallTag }>
  | Readonly<{ type: 'version'; version: AgentVersion }>
  /** Kept together with the write it follows, or not at all. */
  | Readonly<{ type: 'event'; event: OutboxEvent }>

/** What was said, in order: by time, and after the item it follows where that came later. Lines nobody heard are left out. */
export const inOrder = (lines: readonly CallLine[]): readonly CallLine[] => {
  const ordered = lines.filter(({ text, kind }) => text !== '' || kind === 'tool')
    .toSorted((a, b) => a.at - b.at)
  for (const line of [...ordered]) {
    const follows = ordered.findIndex(({ itemId }) => itemId === line.previousItemId)
    const stands = ordered.indexOf(line)
    if (follows <= stands) continue
    ordered.splice(stands, 1)
    ordered.splice(follows, 0, line)
  }
  return ordered
}
