/** For the platform: is the process alive, and does it take calls? */
import { Hono } from 'hono'
import type { AppTypes } from './bindings.ts'

export type HealthOptions = Readonly<{ isReady: () => boolean }>

/** `/healthz` and `/readyz`. */
export const healthRoutes = ({ isReady }: HealthOptions): Hono<AppTypes> =>
  new Hono<AppTypes>()
    .get('/healthz', (c) => c.text('ok'))
    .get('/readyz', (c) => isReady() ? c.text('ready') : c.text('not taking calls', 503))
