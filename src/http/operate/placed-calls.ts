/** The operator's programs let the agent call people. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import type { OutboundCall } from '../../outbound/entry.ts'
import type { OrderProblem } from '../../outbound/order.ts'
import type { Outbound } from '../../outbound/outbound.ts'
import { problemResponse } from '../problem.ts'
import { readJson } from '../read-json.ts'
import { answer, createRoutes, jsonBody, noSuchCall, problem } from '../record/answers.ts'

export type PlacedCallOptions = Readonly<{
  outbound: Pick<Outbound, 'place' | 'get' | 'cancel'>
}>

const texts = (longest: number) =>
  z.record(z.string().min(1).max(64), z.union([z.string().max(longest), z.number(), z.boolean()]))
    .refine((values) => Object.keys(values).length <= 50, { message: 'at most 50 of them' })
    .transform((values) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
    )
    .default({})

const orderSchema = z.strictObject({
  to: z.string().max(64).openapi({ description: 'Who is called, E.164.', example: '+15550001111' }),
  line: z.string().max(64).openapi({
    description: 'Which of the configured numbers calls.',
    example: '+15005550006',
  }),
  variables: texts(2_000).openapi({
    description: 'A value for each blank of the agent.',
    example: { name: 'Ana' },
  }),
  metadata: texts(500).openapi({
    description: 'Texts of yours that are kept with the call.',
    example: { ticket: '17' },
  }),
  within: z.number().min(1).max(3_600).default(300).openapi({
    description: 'For how many seconds the call may wait for its turn.',
    example: 300,
  }),
}).openapi('Order')

/** A call that we place, as it is shown. */
export const placedCallSchema = z.object({
  id: z.string().openapi({ example: 'out-5f0c9d8e' }),
  status: z.enum([
    'waiting',
    'placed',
    'ringing',
    'in-progress',
    'completed',
    'busy',
    'no-answer',
    'failed',
    'canceled',
    'expired',
  ]),
  to: z.string(),
  line: z.string(),
  customer: z.string(),
  callSid: z.string().optional().openapi({ description: "Twilio's id, once it has one." }),
  answeredBy: z.enum(['human', 'machine', 'unknown']).optional(),
  reason: z.string().optional().openapi({ description: 'Why it failed.' }),
  metadata: z.record(z.string(), z.string()),
  askedAt: z.iso.datetime(),
}).openapi('PlacedCall')

const placeRoute = createRoute({
  method: 'post',
  path: '/calls',
  operationId: 'placeCall',
  tags: ['Calls'],
  summary: 'Lets the agent of a line call somebody',
  request: { body: jsonBody(orderSchema) },
  responses: {
    202: answer(placedCallSchema, 'It waits for its turn.'),
    400: problem('`code` is `bad-body`, `not-a-number`, `missing-variables` or `long-variable`.'),
    403: problem('Who may not be called: `code` says why.'),
    404: problem('`unknown-line`: nobody has the number that is to call.'),
    429: problem('`queue-full`, `cost-limit`, or too many requests.'),
    503: problem('`draining`, or `twilio-not-configured`.'),
  },
})

const cancelRoute = createRoute({
  method: 'delete',
  path: '/calls/{callSid}',
  operationId: 'cancelCall',
  tags: ['Calls'],
  summary: 'Takes a call back that we place, or hangs up',
  request: {
    params: z.object({
      callSid: z.string().openapi({
        param: { name: 'callSid', in: 'path' },
        description: 'The `id` that the call was given when it was asked for.',
        example: 'out-5f0c9d8e',
      }),
    }),
  },
  responses: {
    200: answer(placedCallSchema, 'The call, as it is now.'),
    404: problem('No such call.'),
  },
})

const MAX_BODY_BYTES = 64 * 1024

type Status = 400 | 403 | 404 | 429 | 503

const STATUSES: Readonly<Record<OrderProblem['code'], Status>> = {
  'not-a-number': 400,
  'missing-variables': 400,
  'long-variable': 400,
  'emergency-number': 403,
  'country-not-allowed': 403,
  'special-rate-number': 403,
  'outbound-off': 403,
  'unknown-line': 404,
  'queue-full': 429,
  'cost-limit': 429,
  'draining': 503,
  'twilio-not-configured': 503,
}

/** Makes the routes of calls that we place. */
export const placedCallRoutes = ({ outbound }: PlacedCallOptions): OpenAPIHono => {
  const api = createRoutes()

  api.openAPIRegistry.registerPath(placeRoute)
  api.post('/calls', bodyLimit({ maxSize: MAX_BODY_BYTES }), async (c) => {
    const read = await readJson(c.req, orderSchema)
    if ('title' in read) return problemResponse(read)
    const { within, ...asked } = read.value
    const placed = await outbound.place({ ...asked, withinMs: within * 1000 })
    if ('id' in placed) return c.json(shown(placed), 202)
    const { code, message } = placed
    return problemResponse({ title: message, code, status: STATUSES[code] })
  })

  // The document has it together with the calls of the record, whose path this is, too.
  api.get(`/calls/:id{${ID}}`, (c) => {
    const call = outbound.get(c.req.param('id'))
    if (!call) throw noSuchCall()
    return c.json(shown(call))
  })

  api.openapi(cancelRoute, async (c) => {
    const call = await outbound.cancel(c.req.valid('param').callSid)
    if (!call) throw noSuchCall()
    return c.json(shown(call), 200)
  })
  return api
}

/** What the ids of calls that we place look like; those of Twilio's begin with CA. */
const ID = 'out-.+'

const shown = (
  { askedAt, metadata, ...call }: OutboundCall,
): z.infer<typeof placedCallSchema> => ({
  ...call,
  metadata: { ...metadata },
  askedAt: new Date(askedAt).toISOString(),
})
