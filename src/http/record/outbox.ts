/** Events for customers' own servers: those that wait, and those that nobody took. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Outbox } from '../../store/outbox.ts'
import { answer, asked, common, createRoutes, problem, query, refusal } from './answers.ts'
import { outboxJson, outboxSchema } from './schemas.ts'

const outboxRoute = createRoute({
  method: 'get',
  path: '/outbox',
  operationId: 'listEvents',
  tags: ['Webhooks'],
  summary: "Events for customers' own servers, the newest first",
  request: {
    query: query({
      state: z.enum(['waiting', 'delivered', 'dead']).optional().openapi({ example: 'dead' }),
      limit: asked.limit,
    }),
  },
  responses: {
    200: answer(z.object({ events: z.array(outboxSchema) }), 'The newest of them.'),
    ...common,
  },
})

const retryRoute = createRoute({
  method: 'post',
  path: '/outbox/{id}/retry',
  operationId: 'retryEvent',
  tags: ['Webhooks'],
  summary: 'Sends an event again, now and then as often as a new one',
  request: {
    params: z.object({
      id: z.string().openapi({
        param: { name: 'id', in: 'path' },
        example: 'msg_CA0123456789abcdef0123456789abcdef_1_1',
      }),
    }),
  },
  responses: {
    200: answer(z.object({ id: z.string() }), 'It is sent within seconds.'),
    404: problem('No such event, or it was delivered.'),
    ...common,
  },
})

/** Makes the routes of the outbox. */
export const outboxRoutes = (outbox: Pick<Outbox, 'list' | 'retry'>): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(outboxRoute, async (c) => {
    const events = await outbox.list(c.req.valid('query'))
    return c.json({ events: events.map(outboxJson) }, 200)
  })

  api.openapi(retryRoute, async (c) => {
    const { id } = c.req.valid('param')
    if (!await outbox.retry(id)) {
      throw refusal({ title: 'no such event, or it was delivered', status: 404 })
    }
    return c.json({ id }, 200)
  })

  return api
}
