/**
 * The shape of a customer file: which keys there are, what kind of value each takes, and the sentence an editor shows beside
 * it. What a value means (is this a voice? does that file exist?) is checked in `rules/` and `knowledge.ts`.
 */
import { z } from 'zod'
import { agentSchema } from './agent.ts'
import { agentsSchema } from './agents.ts'
import { hoursSchema } from '../hours/schema.ts'
import { keypadSchema, keysSchema } from './keypad.ts'
import { knowledgeSchema } from './knowledge.ts'
import { listenSchema } from './listen.ts'
import { outboundSchema } from './outbound.ts'
import { E164_PATTERN } from '../values/phone-number.ts'
import { recordSchema, redactSchema, retentionSchema } from './record.ts'
import { recordingSchema } from './recording.ts'
import { summarySchema } from './summary.ts'
import { tagsSchema } from './tags.ts'
import { transferSchema } from './transfer.ts'
import { webhooksSchema } from './webhooks.ts'

const word = z.string().trim().min(1)

const text = (description: string) => word.describe(description)

const DURATION = '^[0-9]+(\\.[0-9]+)? ?[smh]$'

const dollars = (description: string) => z.number().min(0.01).exactOptional().describe(description)

const limits = z.strictObject({
  maxDuration: z.union([word.meta({ pattern: DURATION }), z.number()])
    .default('60m').describe('The longest a call may last: 90s, 30m, 2h, or a number of seconds.'),
  costPerCall: dollars(
    'What a call may cost, in dollars. Then the agent says goodbye, about a minute after it has said that time is short.',
  ),
  costPerDay: dollars(
    'What all calls of a day may cost, in dollars. Then no new ones are taken: see whenFull. Days begin at midnight in hours.timezone, or UTC.',
  ),
  concurrentCalls: z.int().min(1).exactOptional().describe('Calls of this customer at once.'),
  whenFull: z.enum(['reject', 'fallback']).default('reject').describe(
    'What becomes of a call that there is no room for: the caller hears the busy tone, which costs nothing, or is treated as fallback says.',
  ),
  silence: z.union([word.meta({ pattern: DURATION }), z.number(), z.literal(false)])
    .default('30s').describe(
      'After how long with nobody speaking the caller is asked whether they are there, twice, before the goodbye; false for never.',
    ),
})

const phrases = z.strictObject({
  stillThere: text('Said when nobody has spoken for limits.silence.')
    .default('Are you still there?'),
  timeIsShort: text('Said a minute before limits.maxDuration is over.')
    .default('We have about one minute left.'),
  goodbye: text('Said before the call is ended.').default('Thank you for calling. Goodbye.'),
  cannotSay: text('Said when the model is kept from saying what it wanted to.')
    .default('I am sorry, I cannot help with that.'),
  transfer: text('Said before the caller is put through, if the agent says nothing itself.')
    .default('One moment, I will put you through.'),
  takeCall: text(
    'Said by Twilio to a human before a warm transfer. {summary} is what the agent says of the call.',
  )
    .default(
      'There is a caller for you. {summary} Press 1 to talk to them, or hang up if you cannot.',
    ),
})

const fallback = z.strictObject({
  say: text('What Twilio says to the caller when the model cannot be reached.').default(
    'We are sorry, we cannot take your call right now. Please try again in a few minutes.',
  ),
  dial: word.exactOptional().meta({
    description: 'Who Twilio calls then: an E.164 number in quotes, or a sip: address.',
    examples: ['+15005550006', 'sip:reception@example.com'],
  }),
})

/** The schema of `customers/<name>.yaml`. */
export const customerSchema = z.strictObject({
  customer: text('The name of the customer, as operators see it.'),
  numbers: z.array(word.meta({ pattern: E164_PATTERN })).min(1).meta({
    description: 'The phone numbers of this customer, E.164, each in quotes.',
    examples: [['+15005550006']],
  }),
  agent: agentSchema.exactOptional().describe(
    'The agent that answers these numbers. Required, unless they all go to a human: see listen.',
  ),
  agents: agentsSchema.default({}).describe(
    'Other agents, each under a name. What one leaves out is taken from agent.',
  ),
  transfer: transferSchema.prefault({ destinations: {} }).describe(
    'The humans that callers can be put through to.',
  ),
  keys: keysSchema.default({}).describe('What keys of the caller do by themselves.'),
  keypad: keypadSchema.prefault({}).describe('What callers enter, and how the agent presses keys.'),
  knowledge: knowledgeSchema,
  phrases: phrases.prefault({}).describe(
    'What the agent says when the call itself has something to say; write it in the language of the callers.',
  ),
  limits: limits.prefault({}).describe('How much this customer may use.'),
  fallback: fallback.prefault({}).describe('What happens when the model cannot be reached.'),
  record: recordSchema,
  redact: redactSchema,
  retention: retentionSchema,
  recording: recordingSchema.exactOptional().describe(
    'Keeps how calls sound: the caller on the left, the agent as it was heard on the right. Not kept without it.',
  ),
  summary: summarySchema.exactOptional().describe(
    'The model writes down what a call was about when it is over. It does not without this key.',
  ),
  tags: tagsSchema,
  webhooks: webhooksSchema,
  hours: hoursSchema.exactOptional().describe(
    'When these numbers are answered, and what happens at other times. Always without it.',
  ),
  blocked: z.array(word).default([]).meta({
    description:
      'Callers that are rejected: numbers, beginnings of numbers such as +1900*, and anonymous. Each in quotes.',
    examples: [['+15005550123', 'anonymous']],
  }),
  listen: listenSchema.exactOptional().describe(
    'The calls go to a human instead of an agent, and what both say is written down.',
  ),
  outbound: outboundSchema.exactOptional().describe('Whom the agent may call. Without it: nobody.'),
}).meta({ anyOf: [{ required: ['agent'] }, { required: ['listen'] }] }).describe(
  'A Tandem customer: who answers which phone numbers, and how.',
)

/** A customer file whose shape is right, with defaults. */
export type CustomerShape = z.output<typeof customerSchema>
