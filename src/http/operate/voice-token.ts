/**
 * Tokens with which a browser may call through Twilio's Voice SDK: a JWT that the secret of an API key signs. By hand, as it is two
 * objects and an HMAC that we have, and the package's own brings 77 modules; a test holds it against that.
 *
 * https://www.twilio.com/docs/iam/access-tokens
 */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { base64Encode } from '../../audio/base64.ts'
import type { TwilioEnvironment } from '../../config/environment.ts'
import { hmac } from '../../runtime/hmac.ts'
import { problemResponse } from '../problem.ts'
import { readJson } from '../read-json.ts'
import { answer, createRoutes, jsonBody, problem } from '../record/answers.ts'

export type VoiceTokenOptions = Readonly<{
  /** The account, its key and its TwiML application; without one of them there are no tokens. */
  twilio: Pick<TwilioEnvironment, 'accountSid' | 'apiKey' | 'twimlAppSid' | 'region'>
  /** Seconds since the epoch. */
  nowS: () => number
}>

/** What is needed to sign tokens. */
export type TokenAccount = Readonly<{
  accountSid: string
  apiKey: Readonly<{ sid: string; secret: string }>
  twimlAppSid: string
  region: TwilioEnvironment['region']
}>

/** Whom a token is for, how long, and whether the browser may be called, too. */
export type TokenClaim = Readonly<{ identity: string; ttlS: number; incoming: boolean }>

const body = z.strictObject({
  // Twilio's own rule; anything else is refused by its servers, without a word.
  identity: z.string().regex(/^\w{1,121}$/, 'must be 1 to 121 letters, digits or underscores')
    .openapi({ description: 'Who calls.', example: 'alice' }),
  ttl: z.int().min(60).max(86_400).default(3_600).openapi({
    description: 'How long the token is good for, in seconds.',
    example: 3_600,
  }),
  incoming: z.boolean().default(false).openapi({
    description: 'Whether the browser may be called, too.',
    example: false,
  }),
}).openapi('VoiceTokenOrder')

const tokenRoute = createRoute({
  method: 'post',
  path: '/voice-token',
  operationId: 'createVoiceToken',
  tags: ['Service'],
  summary: "A token with which a browser may call through Twilio's Voice SDK",
  request: { body: jsonBody(body) },
  responses: {
    200: answer(
      z.object({ token: z.string(), identity: z.string(), expiresAt: z.iso.datetime() }),
      'The token, for the page.',
    ),
    400: problem('`bad-body`: `title` says which field.'),
    503: problem('`twilio-not-configured`: `title` says what to set.'),
  },
})

const MAX_BODY_BYTES = 4 * 1024

/** Makes the route of tokens. */
export const voiceTokenRoutes = ({ twilio, nowS }: VoiceTokenOptions): OpenAPIHono => {
  const api = createRoutes()

  api.openAPIRegistry.registerPath(tokenRoute)
  api.post('/voice-token', bodyLimit({ maxSize: MAX_BODY_BYTES }), async (c) => {
    const account = accountOf(twilio)
    if (!account) return problemResponse(NOT_CONFIGURED)
    const read = await readJson(c.req, body)
    if ('title' in read) return problemResponse(read)
    const { identity, ttl, incoming } = read.value
    const issuedAtS = Math.floor(nowS())
    return c.json({
      token: mintVoiceToken(account, { identity, ttlS: ttl, incoming }, issuedAtS),
      identity,
      expiresAt: new Date((issuedAtS + ttl) * 1000).toISOString(),
    })
  })

  return api
}

/** Signs a token, issued at whole seconds of the epoch. */
export const mintVoiceToken = (
  { accountSid, apiKey, twimlAppSid, region }: TokenAccount,
  { identity, ttlS, incoming }: TokenClaim,
  issuedAtS: number,
): string => {
  const header = {
    alg: 'HS256',
    typ: 'JWT',
    cty: 'twilio-fpa;v=1',
    ...(region !== 'us1' && { twr: region }),
  }
  const claims = {
    jti: `${apiKey.sid}-${issuedAtS}`,
    grants: {
      identity,
      voice: {
        ...(incoming && { incoming: { allow: true } }),
        outgoing: { application_sid: twimlAppSid },
      },
    },
    iat: issuedAtS,
    exp: issuedAtS + ttlS,
    iss: apiKey.sid,
    sub: accountSid,
  }
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${hmac(apiKey.secret, signed)}`
}

const accountOf = (
  { accountSid, apiKey, twimlAppSid, region }: VoiceTokenOptions['twilio'],
): TokenAccount | undefined =>
  accountSid !== undefined && apiKey !== undefined && twimlAppSid !== undefined
    ? { accountSid, apiKey, twimlAppSid, region }
    : undefined

const NOT_CONFIGURED = {
  title:
    'set TWILIO_ACCOUNT_SID, TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET and TWILIO_TWIML_APP_SID',
  code: 'twilio-not-configured',
  status: 503,
} as const

const encode = (value: unknown): string =>
  base64Encode(new TextEncoder().encode(JSON.stringify(value)))
    .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
