/** The shape of `transfer`: the humans that callers may be put through to, and nobody else. */
import { z } from 'zod'

const word = z.string().trim().min(1)

const destination = z.strictObject({
  to: word.meta({
    description: 'Who is called: an E.164 number in quotes, sip:..., client:... or queue:...',
    examples: ['+15005550100', 'sip:desk@example.com', 'client:anna', 'queue:support'],
  }),
  when: word.exactOptional().describe('When a caller is to be put through here, for the agent.'),
  mode: z.enum(['cold', 'warm']).default('cold').describe(
    'cold connects when somebody answers; warm lets them hear a summary first and decide.',
  ),
  timeout: z.union([word, z.number()]).default('25s').describe(
    'How long it rings before the caller comes back to the agent: 5s to 2m.',
  ),
  callerId: word.default('caller').meta({
    description: 'What number they see: caller, line, or an E.164 number of yours in quotes.',
    examples: ['caller', 'line'],
  }),
})

/** The schema of `transfer`. */
export const transferSchema = z.strictObject({
  destinations: z.record(word, destination).describe(
    'Whom the agent may put callers through to, each under a name.',
  ),
})

/** A destination whose shape is right. */
export type DestinationShape = z.output<typeof destination>
