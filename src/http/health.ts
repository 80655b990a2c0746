/** For the platform: is the process alive, and does it take calls? */
import { Hono } from 'hono'
import { STORE_HEADER } from '../bridge/successor.ts'
import type { AppTypes } from './bindings.ts'

export type HealthOptions = Readonly<{
  isReady: () => boolean
  /** Names the store, for a process that looks whether this one could take its calls up. */
  storeId: () => string | undefined
}>

/** `/healthz` and `/readyz`. */
export const healthRoutes = ({ isReady, storeId }: HealthOptions): Hono<AppTypes> =>
  new Hono<AppTypes>()
    .get('/healthz', (c) => c.text('ok'))
    .get('/readyz', (c) => {
      if (!isReady()) return c.text('not taking calls', 503)
      const id = storeId()
      return c.text('ready', 200, id === undefined ? {} : { [STORE_HEADER]: id })
    })
