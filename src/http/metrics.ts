/** For Prometheus. What calls cost and why they fail is nobody else's business, so it takes the operator's token. */
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import type { Metrics } from '../metrics/metrics.ts'
import type { AppTypes } from './bindings.ts'

export type MetricsRouteOptions = Readonly<{
  metrics: Pick<Metrics, 'text' | 'contentType'>
  operatorToken: string
}>

/** `/metrics`: needs the operator's token, on every address; there is no port where it is free to read. */
export const metricsRoutes = (
  { metrics, operatorToken }: MetricsRouteOptions,
): Hono<AppTypes> =>
  new Hono<AppTypes>()
    .get('/metrics', bearerAuth({ token: operatorToken }), async (c) => {
      const text = await metrics.text()
      return c.body(text, 200, { 'content-type': metrics.contentType })
    })
