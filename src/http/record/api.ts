/**
 * The record for the operator's own programs: calls, transcripts, costs, and the document that describes them. Loaded when it is first
 * asked for, because a service that answers its first call need not wait for it.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { StoreError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { RecordStore } from '../../store/record-store.ts'
import { problemResponse } from '../problem.ts'
import { createRoutes } from './answers.ts'
import { callRoutes } from './calls.ts'
import { costRoutes } from './costs.ts'
import { type ForgetOptions, forgetRoutes } from './forget.ts'
import { lineRoutes } from './lines.ts'
import { outboxRoutes } from './outbox.ts'
import { type RecordingOptions, recordingRoutes } from './recording.ts'

export type RecordApiOptions =
  & RecordingOptions
  & ForgetOptions
  & Readonly<{
    record: RecordStore
    log: Log
    /** What this is. */
    version: string
  }>

/** Makes the routes; who may use them is looked at before. */
export const recordApi = (options: RecordApiOptions): OpenAPIHono => {
  const { record, log, version } = options
  const api = createRoutes().basePath('/api/v1')
  api.route('/', callRoutes(record))
  api.route('/', recordingRoutes(options))
  api.route('/', lineRoutes(record))
  api.route('/', costRoutes(record))
  api.route('/', forgetRoutes(options))
  api.route('/', outboxRoutes(record.outbox))

  api.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
  })
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Tandem', version, description: 'What phone calls said, did and cost.' },
    security: [{ operator: [] }],
  })
  api.notFound(() => problemResponse({ title: 'not found', status: 404 }))
  api.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (error instanceof StoreError) {
      return problemResponse({
        title: 'the record cannot be read',
        status: 503,
        detail: error.code,
      })
    }
    log.error('http.fault', { path: c.req.path, error })
    return problemResponse({ title: 'internal error', status: 500 })
  })
  return api
}
