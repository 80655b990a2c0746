/**
 * For the operator's own programs. Here is only the door: what is behind it describes itself in a document, and what that takes is
 * loaded when somebody asks first, because a service that answers its first call need not wait for it.
 */
import { type Handler, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { Log } from '../log.ts'
import type { AppTypes } from './bindings.ts'
import { type CallEventOptions, callEventRoutes } from './call-events.ts'
import type { DocumentedOptions } from './documented.ts'
import { createDoor, type DoorOptions } from './door.ts'
import { problemOfException, problemResponse } from './problem.ts'

export type ApiOptions = DocumentedOptions & CallEventOptions & DoorOptions & Readonly<{ log: Log }>

/** As long as the longest question, a customer file; one of a program that went wrong must not fill the memory that calls are in. */
const MAX_BODY_BYTES = 256 * 1024

/** `/api/v1`: needs the token of an operator, but for the document and its page. */
export const apiRoutes = (options: ApiOptions): Hono<AppTypes> => {
  const api = new Hono<AppTypes>()
  const door = createDoor(options)
  const documented = lazily(async () => (await import('./documented.ts')).documentedApi(options))
  const reference = lazily(async () => (await import('./reference/page.ts')).referenceRoutes())

  api.get('/openapi.json', door.forAll, documented)
  api.get('/reference', (c) => c.redirect('reference/'))
  api.get('/reference/*', door.forAll, reference)
  api.use(door.forOperators)
  api.use(bodyLimit({ maxSize: MAX_BODY_BYTES }))
  api.route('/', callEventRoutes(options))
  api.all('*', documented)
  api.onError((error, c) => {
    if (error instanceof HTTPException) return problemOfException(error)
    options.log.error('http.fault', { path: c.req.path, error })
    return problemResponse({ title: 'internal error', status: 500 })
  })
  return api
}

type Routes = Readonly<{ fetch: (request: Request) => Response | Promise<Response> }>

const lazily = (load: () => Promise<Routes>): Handler<AppTypes> => {
  let loaded: Promise<Routes> | undefined
  return async (c) => (await (loaded ??= load())).fetch(c.req.raw)
}
