/** The shapes of the API's answers about calls, and how the record is put into them. */
import { z } from '@hono/zod-openapi'
import { WEBHOOK_EVENTS } from '../../config/schema/webhooks.ts'
import { inOrder, type WrittenSummary } from '../../record/record.ts'
import type { OutboxEntry } from '../../store/outbox.ts'
import type { CallSummary, FoundLine, WholeCall } from '../../store/record-store.ts'

const CALL_SID = 'CA0123456789abcdef0123456789abcdef'

const count = z.int().min(0)
const time = z.iso.datetime()

/** A call, as it is listed. */
export const callSchema = z.object({
  callSid: z.string().openapi({ example: CALL_SID }),
  customer: z.string().openapi({ example: 'bright-smile' }),
  line: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  from: z.string(),
  to: z.string(),
  startedAt: time,
  endedAt: time.optional().openapi({ description: 'Absent while the call goes on.' }),
  durationMs: z.number().optional(),
  endReason: z.string().optional(),
  cause: z.string().optional().openapi({ description: 'What broke, where something did.' }),
  agentVersion: z.string(),
  model: z.string(),
  epoch: count.openapi({ description: 'How often the call was taken up; 1 for most.' }),
  firstAudioMs: z.number().optional().openapi({
    description: 'From the open line to the first sound of the agent.',
  }),
  turns: count,
  meanLatencyMs: z.number().optional().openapi({
    description: 'From the end of what the caller said to the first sound of the answer.',
  }),
  longestLatencyMs: z.number(),
  bargeIns: count,
  errors: count,
  tokens: z.object({
    textIn: count,
    textCached: count,
    textOut: count,
    audioIn: count,
    audioCached: count,
    audioOut: count,
  }),
  costUsd: z.number(),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.string()).optional().openapi({
    description: 'What whoever asked for an outbound call wants kept with it.',
  }),
}).openapi('Call')

/** An event for a customer's own server, without what it says. */
export const outboxSchema = z.object({
  id: z.string().openapi({ description: 'Its `webhook-id`.' }),
  callSid: z.string(),
  customer: z.string(),
  url: z.string(),
  type: z.enum(WEBHOOK_EVENTS),
  at: time.openapi({ description: 'When it happened.' }),
  state: z.enum(['waiting', 'delivered', 'dead']),
  attempts: count,
  nextAt: time.optional().openapi({ description: 'When it is tried again.' }),
  problem: z.string().optional().openapi({ description: 'Why it was not taken the last time.' }),
}).openapi('OutboxEvent')

/** Puts an event into its shape. */
export const outboxJson = (
  { at, nextAt, ...entry }: OutboxEntry,
): z.infer<typeof outboxSchema> => ({
  ...entry,
  at: new Date(at).toISOString(),
  ...(nextAt === undefined ? {} : { nextAt: new Date(nextAt).toISOString() }),
})

/** A line of a transcript. */
export const lineSchema = z.object({
  itemId: z.string(),
  kind: z.enum(['caller', 'agent', 'human', 'note', 'tool', 'key']),
  text: z.string().openapi({ description: 'The words; of a tool its name, of a key the digit.' }),
  at: time,
  atMs: z.number().optional().openapi({ description: 'Since the call began.' }),
  heardMs: z.number().optional().openapi({
    description: 'Set where the agent was cut short: how much was heard, and `text` is that much.',
  }),
  tool: z.object({ given: z.string(), result: z.string(), failed: z.boolean() }).optional(),
}).openapi('Line')

/** What the model wrote of a call when it was over. */
export const summarySchema = z.object({
  at: time,
  summary: z.string().optional().openapi({ description: 'Absent where there is none.' }),
  outcome: z.string().optional().openapi({ example: 'table booked' }),
  fields: z.record(z.string(), z.unknown()).optional().openapi({
    description: "As the customer's file asks for them.",
  }),
  problem: z.string().optional().openapi({
    description: 'Why there is none, or that the fields do not fit.',
    example: 'session-lost',
  }),
  detail: z.string().optional(),
}).openapi('Summary')

/** One call with all but its words. */
export const wholeCallSchema = callSchema.extend({
  moments: z.array(z.object({
    atMs: z.number(),
    kind: z.string(),
    data: z.record(z.string(), z.unknown()),
  })),
  messages: z.array(z.object({ at: time, for: z.string().optional(), text: z.string() })),
  summary: summarySchema.optional().openapi({
    description: "Where the customer's file asks for one, some seconds after the end.",
  }),
}).openapi('WholeCall')

/** What a group of calls cost. */
export const costsSchema = z.object({
  name: z.string(),
  calls: count,
  talkedMs: z.number(),
  costUsd: z.number(),
}).openapi('Costs')

/** What the API answers when it cannot do as it was asked. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().optional().openapi({ description: 'For programs; it stays the same.' }),
  detail: z.string().optional(),
}).openapi('Problem')

/** Puts a call into its shape. */
export const callJson = (call: CallSummary): z.input<typeof callSchema> => {
  const { revision: _, owner: __, startedAt, endedAt, costNano, ...facts } = call
  const { latencySumMs, latencyMaxMs, tags, ...rest } = facts
  return {
    ...rest,
    tags: [...tags],
    startedAt: iso(startedAt),
    ...(endedAt === undefined ? {} : { endedAt: iso(endedAt), durationMs: endedAt - startedAt }),
    ...(rest.turns > 0 ? { meanLatencyMs: Math.round(latencySumMs / rest.turns) } : {}),
    longestLatencyMs: latencyMaxMs,
    costUsd: dollars(costNano),
  }
}

/** Puts a call with what happened in it into its shape. */
export const wholeCallJson = (
  { call, moments, messages, summary }: WholeCall,
): z.input<typeof wholeCallSchema> => ({
  ...callJson(call),
  moments: moments.map(({ at, kind, data }) => ({
    atMs: at - call.startedAt,
    kind,
    data: { ...data },
  })),
  messages: messages.map(({ at, text, ...message }) => ({
    at: iso(at),
    ...(message.for === undefined ? {} : { for: message.for }),
    text,
  })),
  ...(summary ? { summary: summaryJson(summary) } : {}),
})

const summaryJson = (
  { callSid: _, customer: __, at, fields, ...written }: WrittenSummary,
): z.input<typeof summarySchema> => ({
  at: iso(at),
  ...written,
  ...(fields === undefined ? {} : { fields: { ...fields } }),
})

/** Puts the words of a call into their shape, in order. */
export const transcriptJson = ({ call, lines }: WholeCall): z.input<typeof lineSchema>[] =>
  inOrder(lines).map((line) => lineJson(line, call.startedAt))

/** Puts a line into its shape. */
export const lineJson = (
  { itemId, kind, text, at, heardMs, tool }: FoundLine['line'],
  startedAt?: number,
): z.input<typeof lineSchema> => ({
  itemId,
  kind,
  text,
  at: iso(at),
  ...(startedAt === undefined ? {} : { atMs: at - startedAt }),
  ...(heardMs === undefined ? {} : { heardMs }),
  ...(tool ? { tool } : {}),
})

/** Billionths of a dollar in dollars. */
export const dollars = (nano: number): number => nano / 1e9

const iso = (ms: number): string => new Date(ms).toISOString()
