/** Who may use the API besides the holder of `TANDEM_OPERATOR_TOKEN`, and for what. */
import { z } from 'zod'

/** What a token is good for; each includes those before it. */
const SCOPES = ['read', 'operate', 'admin'] as const

export type Scope = typeof SCOPES[number]

const operator = z.strictObject({
  name: z.string().trim().min(1).describe('Who it is, for the log.'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'write the SHA-256 of the token, 64 hex digits')
    .describe('The SHA-256 of the token: printf %s "$TOKEN" | sha256sum'),
  scope: z.enum(SCOPES).default('read').describe(
    'read: look at everything. operate: drain the service, end calls. admin: delete.',
  ),
})

/** The schema of `operators`. */
export const operatorsSchema = z.array(operator).default([]).describe(
  'Tokens for the API. The one of TANDEM_OPERATOR_TOKEN is always good for everything.',
)

export type Operator = Readonly<z.output<typeof operator>>
