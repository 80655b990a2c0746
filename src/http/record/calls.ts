/** Calls and what was said in them. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { RecordStore } from '../../store/record-store.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { placedCallSchema } from '../operate/placed-calls.ts'
import {
  answer,
  asked,
  callSid,
  common,
  createRoutes,
  noSuchCall,
  problem,
  query,
  refusal,
} from './answers.ts'
import {
  callJson,
  callSchema,
  lineSchema,
  transcriptJson,
  wholeCallJson,
  wholeCallSchema,
} from './schemas.ts'

const listRoute = createRoute({
  method: 'get',
  path: '/calls',
  operationId: 'listCalls',
  tags: ['Calls'],
  summary: 'Calls, the newest first',
  request: {
    query: query({
      customer: asked.customer,
      number: asked.number,
      endReason: z.string().optional().openapi({ example: 'caller-hung-up' }),
      tag: z.string().optional().openapi({ description: 'Only calls that have this tag.' }),
      live: z.enum(['true', 'false']).optional().openapi({
        description: 'Only calls that go on, or only those that have ended.',
        example: 'false',
      }),
      since: asked.since,
      until: asked.until,
      limit: asked.limit,
      cursor: z.string().optional().openapi({ description: '`next` of the page before.' }),
    }),
  },
  responses: {
    200: answer(
      z.object({ calls: z.array(callSchema), next: z.string().optional() }),
      'A page; without `next` it is the last.',
    ),
    ...common,
  },
})

const callRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}',
  operationId: 'getCall',
  tags: ['Calls'],
  summary: 'One call: its facts, what happened in it, messages that were left',
  request: { params: callSid },
  responses: {
    200: answer(
      z.union([wholeCallSchema, placedCallSchema]),
      'The call. One that we place, asked for by its own `id` (`out-...`), as it stands.',
    ),
    404: problem('No such call.'),
    ...common,
  },
})

const transcriptRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}/transcript',
  operationId: 'getTranscript',
  tags: ['Calls'],
  summary: 'What was said and done in a call, as it was heard',
  request: { params: callSid },
  responses: {
    200: answer(z.object({ lines: z.array(lineSchema) }), 'The lines, in order.'),
    404: problem('No such call.'),
    ...common,
  },
})

/** Makes the routes about calls. */
export const callRoutes = (record: Pick<RecordStore, 'list' | 'call'>): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(listRoute, async (c) => {
    const { live, limit, cursor, ...filter } = c.req.valid('query')
    const after = cursor === undefined ? undefined : readCursor(cursor)
    if (cursor !== undefined && !after) {
      throw refusal({ title: 'this is no cursor', status: 400 })
    }
    const isLive = live === undefined ? undefined : live === 'true'
    const found = await record.list({ ...filter, isLive }, limit + 1, after)
    const calls = found.slice(0, limit)
    const last = found.length > limit ? calls.at(-1) : undefined
    return c.json({
      calls: calls.map(callJson),
      ...(last ? { next: writeCursor(last) } : {}),
    }, 200)
  })

  api.openapi(callRoute, async (c) => {
    const found = await record.call(c.req.valid('param').callSid)
    if (!found) throw noSuchCall()
    return c.json(wholeCallJson(found), 200)
  })

  api.openapi(transcriptRoute, async (c) => {
    const found = await record.call(c.req.valid('param').callSid)
    if (!found) throw noSuchCall()
    return c.json({ lines: transcriptJson(found) }, 200)
  })

  return api
}
