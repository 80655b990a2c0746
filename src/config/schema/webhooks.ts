/** Where a customer's own servers are told what happened in a call. */
import { z } from 'zod'

/** What can be told of a call. */
export const WEBHOOK_EVENTS = [
  'call.started',
  'call.ended',
  'transcript.final',
  'message.taken',
  'transfer.done',
  'summary.ready',
] as const

export type WebhookEventType = typeof WEBHOOK_EVENTS[number]

const text = (description: string) => z.string().trim().min(1).describe(description)

const webhook = z.strictObject({
  url: text('Where events are sent, by POST.'),
  secret: text(
    'What they are signed with, as ${env:NAME}: a Standard Webhooks secret or any text.',
  ),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).default([...WEBHOOK_EVENTS]).describe(
    'Which events are sent; all without it.',
  ),
})

/** The schema of `webhooks`. */
export const webhooksSchema = z.array(webhook).max(10).default([]).describe(
  'Servers that are told what happened in calls, signed as Standard Webhooks says.',
)

/** A server that is told of events; `secret` is a template. */
export type Webhook = Readonly<{
  url: string
  secret: string
  events: readonly WebhookEventType[]
}>
