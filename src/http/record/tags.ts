/** Tags that operators and their programs give to calls. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { MOST_TAGS, tagSchema } from '../../config/schema/tags.ts'
import type { RecordStore } from '../../store/record-store.ts'
import {
  answer,
  callSid,
  common,
  createRoutes,
  jsonBody,
  noSuchCall,
  problem,
  refusal,
} from './answers.ts'

const tags = (description: string) =>
  z.array(tagSchema).max(20).default([]).openapi({ description, example: ['call back'] })

const tagRoute = createRoute({
  method: 'post',
  path: '/calls/{callSid}/tags',
  operationId: 'tagCall',
  tags: ['Record'],
  summary: 'Gives tags to a call, and takes some away',
  request: {
    params: callSid,
    body: jsonBody(z.strictObject({
      add: tags('Tags that the call gets.'),
      remove: tags('Tags that it loses, also those that are in `add`.'),
    })),
  },
  responses: {
    200: answer(z.object({ tags: z.array(z.string()) }), 'The tags of the call now.'),
    404: problem('No such call.'),
    ...common,
  },
})

/** Makes the route that tags; who may use it is looked at before. */
export const tagRoutes = (record: Pick<RecordStore, 'tag'>): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(tagRoute, async (c) => {
    const change = { ...c.req.valid('json'), most: MOST_TAGS }
    const tagged = await record.tag(c.req.valid('param').callSid, change)
    switch (tagged.is) {
      case 'no-such-call':
        throw noSuchCall()
      case 'too-many':
        throw refusal({ title: `a call has ${MOST_TAGS} tags at most`, status: 400 })
      case 'tagged':
        return c.json({ tags: [...tagged.tags] }, 200)
    }
  })

  return api
}
