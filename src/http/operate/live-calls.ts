/** Calls that are on: what happens in them, as it happens, and their end. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'
import type { FeedEntry } from '../../bridge/call-feed.ts'
import type { Exchange } from '../../bridge/exchange.ts'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { createQueue } from '../queue.ts'
import { answer, callSid, createRoutes, noSuchCall, problem } from '../record/answers.ts'

export type LiveCallOptions = Readonly<{
  exchange: Pick<Exchange, 'feed' | 'sayGoodbye'>
  clock: Clock
  log: Log
}>

/** A proxy that hears nothing for a while closes the connection. */
const KEEP_ALIVE_MS = 5_000

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
export const liveCallRoutes = ({ exchange, clock, log }: LiveCallOptions): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(eventsRoute, (c) => {
    const queue = createQueue<FeedEntry>(clock)
    const stop = exchange.feed.watch(c.req.valid('param').callSid, queue.add)
    if (!stop) throw noSuchCall()
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => {
        stop()
        queue.close()
      })
      for (let at = await queue.next(KEEP_ALIVE_MS); at.is !== 'closed';) {
        if (at.is === 'quiet') await stream.writeSSE({ event: 'quiet', data: '' })
        else {
          const { type, ...data } = at.value
          await stream.writeSSE({ event: type, data: JSON.stringify(data) })
          if (type === 'ended') break
        }
        at = await queue.next(KEEP_ALIVE_MS)
      }
      stop()
    })
  })

  api.openapi(endRoute, (c) => {
    const { callSid } = c.req.valid('param')
    if (!exchange.sayGoodbye(callSid)) throw noSuchCall()
    log.info('call.end-asked', { callSid })
    return c.json({ ending: true as const }, 202)
  })

  return api
}
