/** Words that were said in any call. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { RecordStore } from '../../store/record-store.ts'
import { answer, asked, common, createRoutes, query } from './answers.ts'
import { lineJson, lineSchema } from './schemas.ts'

const searchRoute = createRoute({
  method: 'get',
  path: '/lines',
  operationId: 'searchLines',
  tags: ['Record'],
  summary: 'Lines in which words were said, the newest first',
  request: {
    query: query({
      words: z.string().min(1).openapi({
        description: 'All of them must be in the line, whatever their case and accents.',
        example: 'table for two',
      }),
      customer: asked.customer,
      limit: asked.limit,
      before: z.coerce.number().int().optional().openapi({
        description: '`next` of the page before.',
      }),
    }),
  },
  responses: {
    200: answer(
      z.object({
        lines: z.array(lineSchema.extend({ callSid: z.string(), customer: z.string() })),
        next: z.int().optional(),
      }),
      'A page; without `next` it is the last.',
    ),
    ...common,
  },
})

/** Makes the route that searches. */
export const lineRoutes = (record: Pick<RecordStore, 'find'>): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(searchRoute, async (c) => {
    const { words, customer, limit, before } = c.req.valid('query')
    const found = await record.find({ words, customer, limit: limit + 1, before })
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    const lines = page.map(({ line }) => ({
      ...lineJson(line),
      callSid: line.callSid,
      customer: line.customer,
    }))
    return c.json({ lines, ...(last ? { next: last.id } : {}) }, 200)
  })

  return api
}
