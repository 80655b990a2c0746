/** What calls cost, added up. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { RecordStore } from '../../store/record-store.ts'
import { answer, asked, common, createRoutes, query } from './answers.ts'
import { costsSchema, dollars } from './schemas.ts'

const costsRoute = createRoute({
  method: 'get',
  path: '/costs',
  operationId: 'addUpCosts',
  tags: ['Record'],
  summary: 'What calls cost, added up',
  request: {
    query: query({
      by: z.enum(['customer', 'line', 'model', 'day']).default('customer').openapi({
        example: 'day',
      }),
      customer: asked.customer,
      since: asked.since,
      until: asked.until,
    }),
  },
  responses: { 200: answer(z.object({ costs: z.array(costsSchema) }), 'The sums.'), ...common },
})

/** Makes the route of costs. */
export const costRoutes = (record: Pick<RecordStore, 'costs'>): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(costsRoute, async (c) => {
    const costs = await record.costs(c.req.valid('query'))
    return c.json({
      costs: costs.map(({ costNano, ...each }) => ({ ...each, costUsd: dollars(costNano) })),
    }, 200)
  })

  return api
}
