/** The shape of `outbound`: whom the agent may call, how fast, and what a machine that picks up is told. */
import { z } from 'zod'

const word = z.string().trim().min(1)

/** The schema of `outbound`. */
export const outboundSchema = z.strictObject({
  countries: z.array(word.meta({ pattern: '^[A-Z]{2}$' })).min(1).meta({
    description: 'The countries that may be called, two letters each; no other one is.',
    examples: [['PT', 'US']],
  }),
  callsPerSecond: z.number().min(0.01).max(100).default(1).describe(
    'How fast calls are placed: what Twilio allows your account, or the share of it for this customer.',
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
