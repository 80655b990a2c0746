/** For the operator's own programs. */
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { createMiddleware } from 'hono/factory'
import { streamSSE } from 'hono/streaming'
import type { Exchange } from '../bridge/exchange.ts'
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Scope } from '../config/operators-schema.ts'
import type { Log } from '../log.ts'
import { VERSION } from '../version.ts'
import type { AppTypes } from './bindings.ts'
import { createQueue } from './queue.ts'
import { includes, scopeOf } from './operators.ts'
import { outboundApi, type OutboundApiOptions } from './outbound-api.ts'
import { problemResponse } from './problem.ts'
import type { RecordApiOptions } from './record/api.ts'
import { type VoiceTokenOptions, voiceTokenRoutes } from './voice-token.ts'

export type ApiOptions =
  & OutboundApiOptions
  & VoiceTokenOptions
  & Omit<RecordApiOptions, 'version'>
  & Readonly<{
    exchange: Pick<Exchange, 'feed'>
    /** The token that is good for everything. */
    operatorToken: string
    config: () => Config
    log: Log
    clock: Clock
    /** Begins to drain the service, which ends when its calls have. */
    drain: () => void
  }>

/** A proxy that hears nothing for a while closes the connection. */
const KEEP_ALIVE_MS = 5_000

type ApiTypes = AppTypes & { Variables: { scope: Scope } }

/** `/api/v1`: needs the token of an operator. */
export const apiRoutes = (options: ApiOptions): Hono<ApiTypes> => {
  const { exchange, operatorToken, config, drain, clock } = options
  const api = new Hono<ApiTypes>()
  const scopeOfToken = (token: string) => scopeOf(token, operatorToken, config().service.operators)
  api.use(bearerAuth({ verifyToken: (token) => scopeOfToken(token) !== undefined }))
  api.use(async (c, next) => {
    const token = c.req.header('authorization')?.replace(/^Bearer +/i, '') ?? ''
    c.set('scope', scopeOfToken(token) ?? 'read')
    await next()
  })
  api.on(['POST', 'PUT', 'DELETE', 'PATCH'], '*', needs('operate'))
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

  // Loaded by who asks for it first: it takes longer than all the rest.
  let recordRoutes: ReturnType<typeof loadRecordApi> | undefined
  const loadRecordApi = async () =>
    (await import('./record/api.ts')).recordApi({ ...options, version: VERSION })
  api.post('/forget', needs('admin'))
  api.all('*', async (c) => (await (recordRoutes ??= loadRecordApi())).fetch(c.req.raw))
  return api
}

/** Refuses whose token is not good for something. */
const needs = (scope: Scope) =>
  createMiddleware<ApiTypes>(async (c, next) => {
    if (includes(c.get('scope'), scope)) return await next()
    return problemResponse({ title: `this token is not good for that: ${scope}`, status: 403 })
  })
