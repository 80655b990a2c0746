/** The shape of `keys` and `keypad`: what keys of the caller do, what the agent may ask to be entered, and how it presses keys. */
import { z } from 'zod'

const word = z.string().trim().min(1)

/** The schema of `keys`. */
export const keysSchema = z.record(
  z.string(),
  z.strictObject({
    transfer: word.exactOptional().describe('Puts the caller through to this destination.'),
    handOff: word.exactOptional().describe('Hands the caller on to this agent.'),
    say: word.exactOptional().describe('Lets the agent say this, word by word.'),
    end: z.literal(true).exactOptional().describe('Ends the call, after a goodbye.'),
  }),
)

const digits = z.int().min(1).max(32)

const entry = z.strictObject({
  digits: z.union([digits, z.strictObject({ least: digits, most: digits })]).describe(
    'How many digits it has: 16, or { least: 4, most: 8 }.',
  ),
  terminator: z.enum(['#', '*', '']).default('#').describe(
    'The key that ends it before it is full; "" for none.',
  ),
  timeout: z.union([word, z.number()]).default('15s').describe(
    'How long the caller may take for each key: 3s to 2m.',
  ),
  secret: z.boolean().default(false).describe(
    'Kept from the model, the transcript and the log; tools get it as ${keypad:NAME}.',
  ),
})

/** The schema of `keypad`. */
export const keypadSchema = z.strictObject({
  entries: z.record(word, entry).default({}).describe(
    'What collect_digits may ask the caller to enter, each under a name.',
  ),
  press: z.enum(['tones', 'twilio']).default('tones').describe(
    'How press_keys does it: tones in the voice of the agent, or by Twilio, which interrupts the stream for a moment.',
  ),
})

/** `keys` and `keypad` whose shape is right. */
export type KeysShape = z.output<typeof keysSchema>
export type KeypadShape = z.output<typeof keypadSchema>
