/**
 * Customers and their numbers as they are shown. What is shown is named here, key by key: addresses with something secret in them,
 * headers and keys are part of a customer, too, and must not come out because somebody added one.
 */
import { z } from '@hono/zod-openapi'
import type { Agent, Customer, KnowledgeEntry } from '../../config/config.ts'
import { describeWeek } from '../../config/hours/describe.ts'
import { type Hours, openAt } from '../../config/hours/hours.ts'
import type { ToolConfig } from '../../config/tools.ts'

const openingSchema = z.object({
  isOpen: z.boolean(),
  changesAt: z.iso.datetime().optional().openapi({
    description: 'Absent if it does not within a year.',
  }),
})

const agentSchema = z.object({
  model: z.string(),
  voice: z.string(),
  audio: z.enum(['pcm', 'pcmu']),
  instructions: z.string(),
  greeting: z.string().optional(),
  when: z.string().optional().openapi({ description: 'When callers are handed on to it.' }),
  handoffs: z.array(z.string()),
  tools: z.array(z.object({ kind: z.enum(['built-in', 'http', 'mcp']), name: z.string() })),
}).openapi('Agent')

/** A customer, as it is listed. */
export const customerSchema = z.object({
  id: z.string().openapi({ description: 'The name of its file.', example: 'bright-smile' }),
  name: z.string(),
  version: z.string().openapi({ description: 'Changes with the file and its knowledge.' }),
  numbers: z.array(z.string()),
  answeredBy: z.enum(['agent', 'human']).openapi({
    description: '`human` where calls are only listened to.',
  }),
  opening: openingSchema.optional().openapi({ description: 'Absent for one who is always open.' }),
}).openapi('Customer')

/** One customer, with all that may be seen. */
export const wholeCustomerSchema = customerSchema.extend({
  agents: z.record(z.string(), agentSchema).openapi({
    description: 'By name; `main` is the one that answers.',
  }),
  destinations: z.record(
    z.string(),
    z.object({ to: z.string(), mode: z.enum(['cold', 'warm']), when: z.string().optional() }),
  ),
  hours: z.object({ timezone: z.string(), week: z.string() }).optional(),
  knowledge: z.array(z.object({ type: z.enum(['text', 'url', 'vector-store']), name: z.string() })),
  keeps: z.enum(['everything', 'noAudio', 'factsOnly']),
  isRecorded: z.boolean(),
  isRedacted: z.boolean(),
  callsOut: z.boolean(),
  webhooks: z.array(z.object({ origin: z.string(), events: z.array(z.string()) })),
}).openapi('WholeCustomer')

/** A phone number and who answers it. */
export const numberSchema = z.object({
  number: z.string(),
  customer: z.string(),
  name: z.string(),
  answeredBy: z.enum(['agent', 'human']),
  model: z.string(),
  voice: z.string().optional(),
  opening: openingSchema.optional(),
}).openapi('Number')

/** Puts a customer into its shape, as it is at a moment in ms since 1970. */
export const customerJson = (
  { id, name, version, numbers, listen, hours }: Customer,
  wallMs: number,
): z.infer<typeof customerSchema> => ({
  id,
  name,
  version,
  numbers: [...numbers],
  answeredBy: listen ? 'human' : 'agent',
  ...openingJson(hours, wallMs),
})

/** Puts all that may be seen of a customer into its shape. */
export const wholeCustomerJson = (
  customer: Customer,
  wallMs: number,
): z.infer<typeof wholeCustomerSchema> => {
  const { agents, destinations, hours, knowledge, listen } = customer
  return {
    ...customerJson(customer, wallMs),
    agents: listen ? {} : mapped(agents, agentJson),
    destinations: mapped(destinations, ({ to, mode, when }) => ({
      to,
      mode,
      ...(when === undefined ? {} : { when }),
    })),
    ...(hours ? { hours: { timezone: hours.timezone, week: describeWeek(hours) } } : {}),
    knowledge: knowledge.map((entry) => ({ type: entry.type, name: nameOf(entry) })),
    keeps: customer.record,
    isRecorded: customer.recording !== undefined,
    isRedacted: customer.redact !== undefined,
    callsOut: customer.outbound !== undefined,
    webhooks: customer.webhooks.map(({ url, events }) => ({
      origin: originOf(url),
      events: [...events],
    })),
  }
}

/** Puts the numbers of a customer into their shape. */
export const numbersJson = (
  customer: Customer,
  wallMs: number,
): readonly z.infer<typeof numberSchema>[] => {
  const { id, name, agent, listen, hours } = customer
  return customer.numbers.map((number) => ({
    number,
    customer: id,
    name,
    ...(listen
      ? { answeredBy: 'human' as const, model: listen.model }
      : { answeredBy: 'agent' as const, model: agent.model, voice: agent.voice }),
    ...openingJson(hours, wallMs),
  }))
}

const agentJson = (
  { model, voice, audio, instructions, greeting, when, handoffs, tools }: Agent,
): z.infer<typeof agentSchema> => ({
  model,
  voice,
  audio,
  instructions,
  ...(greeting === undefined ? {} : { greeting }),
  ...(when === undefined ? {} : { when }),
  handoffs: [...handoffs],
  tools: tools.map(toolJson),
})

const toolJson = (tool: ToolConfig) => ({
  kind: tool.kind,
  name: tool.kind === 'mcp' ? tool.label : tool.name,
})

const openingJson = (hours: Hours | undefined, wallMs: number) => {
  if (!hours) return {}
  const { isOpen, changesAtMs } = openAt(hours, wallMs)
  return {
    opening: {
      isOpen,
      ...(changesAtMs === undefined ? {} : { changesAt: new Date(changesAtMs).toISOString() }),
    },
  }
}

const nameOf = (entry: KnowledgeEntry): string => {
  switch (entry.type) {
    case 'text':
      return entry.name
    case 'url':
      return `${originOf(entry.url)}${URL.parse(entry.url)?.pathname ?? ''}`
    case 'vector-store':
      return entry.id
  }
}

const originOf = (url: string): string => URL.parse(url)?.origin ?? ''

const mapped = <From, To>(
  record: Readonly<Record<string, From>>,
  map: (from: From) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, each]) => [name, map(each)]))
