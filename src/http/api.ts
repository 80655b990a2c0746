/** For the operator's own programs. */
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { streamSSE } from 'hono/streaming'
import type { Exchange } from '../bridge/exchange.ts'
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { Clock } from '../clock.ts'
import type { AppTypes } from './bindings.ts'
import { outboundApi, type OutboundApiOptions } from './outbound-api.ts'
import { type VoiceTokenOptions, voiceTokenRoutes } from './voice-token.ts'

export type ApiOptions =
  & OutboundApiOptions
  & VoiceTokenOptions
  & Readonly<{
    exchange: Pick<Exchange, 'feed'>
    operatorToken: string
    clock: Clock
    /** Begins to drain the service, which ends when its calls have. */
    drain: () => void
  }>

/** A proxy that hears nothing for a while closes the connection. */
const KEEP_ALIVE_MS = 5_000

/** `/api/v1`: needs the operator's token. */
export const apiRoutes = (options: ApiOptions): Hono<AppTypes> => {
  const { exchange, operatorToken, drain, clock } = options
  const api = new Hono<AppTypes>()
  api.use(bearerAuth({ token: operatorToken }))
  api.route('/', outboundApi(options))
  api.route('/', voiceTokenRoutes(options))

  api.post('/drain', (c) => {
    drain()
    return c.json({ draining: true }, 202)
  })

  api.get('/calls/:callSid/events', (c) => {
    const { callSid } = c.req.param()
    const queue = createQueue<FeedEntry>(clock)
    const stop = exchange.feed.watch(callSid, queue.add)
    if (!stop) return c.json({ title: 'no such call', status: 404 }, 404)
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
  return api
}

type Next<Value> = { is: 'value'; value: Value } | { is: 'quiet' } | { is: 'closed' }

/** Between a feed that pushes and a stream that takes its time. */
const createQueue = <Value>(clock: Clock) => {
  const waiting: Value[] = []
  let wake = () => {}
  let closed = false
  return {
    add: (value: Value) => {
      waiting.push(value)
      wake()
    },
    close: () => {
      closed = true
      wake()
    },
    next: async (quietMs: number): Promise<Next<Value>> => {
      if (waiting.length === 0 && !closed) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(quietMs, resolve)
          wake = () => {
            cancel()
            resolve()
          }
        })
      }
      const value = waiting.shift()
      if (value !== undefined) return { is: 'value', value }
      return { is: closed ? 'closed' : 'quiet' }
    },
  }
}
