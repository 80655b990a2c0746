/** All routes of the service. One file per audience: Twilio's webhooks, Twilio's streams, the operator's programs, the platform. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type ApiOptions, apiRoutes } from './api.ts'
import type { AppTypes } from './bindings.ts'
import { type HealthOptions, healthRoutes } from './health.ts'
import { type MediaOptions, mediaRoutes } from './media.ts'
import { type MetricsRouteOptions, metricsRoutes } from './metrics.ts'
import { type TwilioOptions, twilioRoutes } from './twilio.ts'

export type AppOptions =
  & TwilioOptions
  & MediaOptions
  & ApiOptions
  & HealthOptions
  & MetricsRouteOptions

/** Makes the app. `fetch(request, connection)` of it is what a runtime serves. */
export const createApp = (options: AppOptions): Hono<AppTypes> => {
  const app = new Hono<AppTypes>()
  app.route('/', healthRoutes(options))
  app.route('/', metricsRoutes(options))
  app.route('/twilio', twilioRoutes(options))
  app.route('/twilio/media', mediaRoutes(options))
  app.route('/api/v1', apiRoutes(options))
  app.notFound((c) => c.text('not found', 404))
  app.onError((error, c) => {
    // How hono's own middleware refuses: a wrong token, a body that is too long.
    if (error instanceof HTTPException) return error.getResponse()
    options.log.error('http.fault', { path: c.req.path, error })
    return c.text('internal error', 500)
  })
  return app
}
