/** How much may be asked of the API, and by whom, as far as that is not a matter of tokens. */
import { z } from 'zod'

/** The schema of `api`. */
export const apiSchema = z.strictObject({
  requestsPerMinute: z.int().min(1).default(600).describe(
    'Requests that one token may make in a minute, and one address without a token (the document and its page).',
  ),
  wrongTokensPerMinute: z.int().min(1).default(30).describe(
    'Requests without a good token that one address may make in a minute.',
  ),
  addressHeader: z.string().regex(/^[A-Za-z0-9-]+$/, 'write the name of a header').exactOptional()
    .describe(
      'Where a proxy before the service writes the address of who asks: fly-client-ip. Only if nobody can reach the service around it.',
    ),
}).prefault({}).describe('How much may be asked of the API.')

/** How much may be asked. */
export type ApiLimits = Readonly<z.output<typeof apiSchema>>
