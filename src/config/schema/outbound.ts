/** The shape of `outbound`: whom the agent may call, how fast, and what a machine that picks up is told. */
import { z } from 'zod'

const word = z.string().trim().min(1)

const callsPerSecond = z.number().min(0.01).max(100)

/** The schema of `outbound` in `tandem.yaml`. */
export const accountOutboundSchema = z.strictObject({
  callsPerSecond: callsPerSecond.exactOptional().describe(
    "How fast this machine places calls, whoever's they are: what Twilio allows your account. As fast as the fastest customer if absent.",
  ),
})

/** The schema of `outbound`. */
export const outboundSchema = z.strictObject({
  countries: z.array(word.meta({ pattern: '^[A-Z]{2}$' })).min(1).meta({
    description: 'The countries that may be called, two letters each; no other one is.',
    examples: [['PT', 'US']],
  }),
  callsPerSecond: callsPerSecond.default(1).describe(
    'How fast calls of this customer are placed; together no faster than outbound.callsPerSecond of tandem.yaml.',
  ),
  ringFor: z.union([word.meta({ pattern: '^[0-9]+(\\.[0-9]+)? ?[smh]$' }), z.number()])
    .default('30s').describe('How long it rings before nobody has answered: 5 s to 2 min.'),
  machine: z.enum(['hangUp', 'message', 'continue']).default('hangUp').describe(
    'What follows when a machine picks up: hangUp, leave the message after its beep, or continue as with a person.',
  ),
  message: word.exactOptional().describe(
    'What is said after the beep, with machine: message. May have {{variables}}.',
  ),
})
