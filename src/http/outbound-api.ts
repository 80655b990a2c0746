/** `/api/v1/calls`: the operator's programs let the agent call people. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { OrderProblem } from '../outbound/order.ts'
import type { OutboundCall } from '../outbound/entry.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { AppTypes } from './bindings.ts'
import { readJson } from './read-json.ts'

export type OutboundApiOptions = Readonly<{
  outbound: Pick<Outbound, 'place' | 'get' | 'cancel'>
}>

const texts = (longest: number) =>
  z.record(z.string().min(1).max(64), z.union([z.string().max(longest), z.number(), z.boolean()]))
    .refine((values) => Object.keys(values).length <= 50, { message: 'at most 50 of them' })
    .transform((values) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
    )
    .default({})

const order = z.strictObject({
  to: z.string().max(64),
  line: z.string().max(64),
  variables: texts(2_000),
  metadata: texts(500),
  within: z.number().min(1).max(3_600).default(300),
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
  'draining': 503,
  'twilio-not-configured': 503,
}

/** The routes; who asks is checked before. */
export const outboundApi = ({ outbound }: OutboundApiOptions): Hono<AppTypes> => {
  const api = new Hono<AppTypes>()

  api.post('/calls', bodyLimit({ maxSize: MAX_BODY_BYTES }), async (c) => {
    const read = await readJson(c.req, order)
    if ('title' in read) return c.json(read, 400)
    const { within, ...asked } = read.value
    const placed = await outbound.place({ ...asked, withinMs: within * 1000 })
    if ('id' in placed) return c.json(shown(placed), 202)
    const status = STATUSES[placed.code]
    return c.json({ title: placed.message, code: placed.code, status }, status)
  })

  api.get(`/calls/:id{${ID}}`, (c) => answer(c, outbound.get(c.req.param('id'))))
  api.delete(`/calls/:id{${ID}}`, async (c) => answer(c, await outbound.cancel(c.req.param('id'))))
  return api
}

/** What the ids of outbound calls look like; those of Twilio's begin with CA. */
const ID = 'out-.+'

const answer = (c: Context<AppTypes>, call: OutboundCall | undefined) =>
  call ? c.json(shown(call)) : c.json({ title: 'no such call', status: 404 }, 404)

const shown = ({ askedAt, ...call }: OutboundCall) => ({
  ...call,
  askedAt: new Date(askedAt).toISOString(),
})
