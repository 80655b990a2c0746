/** What happens in a call, as it happens: server-sent events. Not behind what is loaded later, because calls that are on are watched. */
import { type Handler, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { Exchange } from '../bridge/exchange.ts'
import type { Clock } from '../clock.ts'
import { wholeMsIn } from '../record/whole-ms.ts'
import type { AppTypes } from './bindings.ts'
import { problemResponse } from './problem.ts'
import { createQueue } from './queue.ts'

export type CallEventOptions = Readonly<{
  exchange: Readonly<{ feed: Pick<Exchange['feed'], 'watch'> }>
  clock: Pick<Clock, 'after'>
}>

/** A proxy that hears nothing for a while closes the connection. */
const KEEP_ALIVE_MS = 5_000

/** `/calls/{callSid}/events`; who asks is looked at before. */
export const callEventRoutes = (options: CallEventOptions): Hono<AppTypes> =>
  new Hono<AppTypes>().get('/calls/:callSid/events', watchCall(options))

const watchCall =
  ({ exchange, clock }: CallEventOptions): Handler<AppTypes, '/calls/:callSid/events'> => (c) => {
    const queue = createQueue<FeedEntry>(clock)
    const stop = exchange.feed.watch(c.req.param('callSid'), queue.add)
    if (!stop) return problemResponse({ title: 'no such call', status: 404 })
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => {
        stop()
        queue.close()
      })
      for (let at = await queue.next(KEEP_ALIVE_MS); at.is !== 'closed';) {
        if (at.is === 'quiet') await stream.writeSSE({ event: 'quiet', data: '' })
        else {
          const { type, ...data } = at.value
          await stream.writeSSE({ event: type, data: JSON.stringify(wholeMsIn(data)) })
          if (type === 'ended') break
        }
        at = await queue.next(KEEP_ALIVE_MS)
      }
      stop()
    })
  }
