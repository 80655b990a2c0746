/** The service itself: how it is, and its end. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Exchange } from '../../bridge/exchange.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import type { RecordStore } from '../../store/record-store.ts'
import { VERSION } from '../../version.ts'
import { answer, createRoutes } from '../record/answers.ts'

export type ServiceRouteOptions = Readonly<{
  exchange: Pick<Exchange, 'count'>
  record: Pick<RecordStore, 'list'>
  config: () => Config
  isReady: () => boolean
  /** Begins to drain the service, which ends when its calls have. */
  drain: () => void
  machine: string
  clock: Clock
}>

/** A database that does not answer this fast is as good as away. */
const RECORD_MS = 2_000

const healthSchema = z.object({
  status: z.enum(['ok', 'draining', 'record-away']).openapi({
    description:
      'Whether new calls are taken, and the record can be asked. Calls go on without it.',
  }),
  version: z.string(),
  machine: z.string(),
  calls: z.int().openapi({ description: 'That are on in this process.' }),
  capacity: z.int(),
  customers: z.int(),
}).openapi('Health')

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'getHealth',
  tags: ['Service'],
  summary: 'How this process is',
  responses: { 200: answer(healthSchema, 'How it is.') },
})

const drainRoute = createRoute({
  method: 'post',
  path: '/drain',
  operationId: 'drain',
  tags: ['Service'],
  summary: 'Takes no more calls, lets those that are on end or go on elsewhere, and stops',
  responses: { 202: answer(z.object({ draining: z.literal(true) }), 'It has begun.') },
})

/** Makes the routes of the service. */
export const serviceRoutes = (options: ServiceRouteOptions): OpenAPIHono => {
  const { exchange, record, config, isReady, drain, machine, clock } = options
  const api = createRoutes()

  const isRecordThere = (): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(RECORD_MS, () => resolve(false))
      const settle = (isThere: boolean) => {
        cancel()
        resolve(isThere)
      }
      record.list({}, 1).then(() => settle(true), () => settle(false))
    })

  api.openapi(healthRoute, async (c) => {
    const { customers, service: { capacity } } = config()
    const isThere = await isRecordThere()
    const status = !isReady() ? 'draining' : isThere ? 'ok' : 'record-away'
    const calls = exchange.count()
    const facts = { version: VERSION, machine, calls, capacity, customers: customers.length }
    return c.json({ status, ...facts } as const, 200)
  })

  api.openapi(drainRoute, (c) => {
    drain()
    return c.json({ draining: true as const }, 202)
  })

  return api
}
