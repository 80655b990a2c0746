/** Calls that are on: what happens in them, as it happens, and their end. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Exchange } from '../../bridge/exchange.ts'
import type { Log } from '../../log.ts'
import { answer, callSid, createRoutes, noSuchCall, problem } from '../record/answers.ts'

export type LiveCallOptions = Readonly<{
  exchange: Pick<Exchange, 'sayGoodbye'>
  log: Log
}>

const eventsRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}/events',
  operationId: 'watchCall',
  tags: ['Calls'],
  summary: 'What happens in a call, from its beginning and then as it happens',
  request: { params: callSid },
  responses: {
    200: {
      description:
        'Server-sent events; `event` is the kind of what happened, `data` is JSON. `quiet` says that nothing did, and after `ended` comes nothing more.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    404: problem('This process has no such call.'),
  },
})

const endRoute = createRoute({
  method: 'post',
  path: '/calls/{callSid}/end',
  operationId: 'endCall',
  tags: ['Calls'],
  summary: 'Has the agent say goodbye, and ends the call when that was heard',
  request: { params: callSid },
  responses: {
    202: answer(z.object({ ending: z.literal(true) }), 'It ends within 15 s.'),
    404: problem('No such call is on in this process.'),
  },
})

/** Makes the routes of calls that are on. */
export const liveCallRoutes = ({ exchange, log }: LiveCallOptions): OpenAPIHono => {
  const api = createRoutes()

  // Answered before this is loaded.
  api.openAPIRegistry.registerPath(eventsRoute)

  api.openapi(endRoute, (c) => {
    const { callSid } = c.req.valid('param')
    if (!exchange.sayGoodbye(callSid)) throw noSuchCall()
    log.info('call.end-asked', { callSid })
    return c.json({ ending: true as const }, 202)
  })

  return api
}
