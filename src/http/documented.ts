/** All of the API that its document describes, and the document. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { Scope } from '../config/schema/operators.ts'
import { StoreError, UpstreamError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { RecordStore } from '../store/record-store.ts'
import { VERSION } from '../version.ts'
import { type CustomerOptions, customerRoutes } from './operate/customers.ts'
import { type LiveCallOptions, liveCallRoutes } from './operate/live-calls.ts'
import { type PlacedCallOptions, placedCallRoutes } from './operate/placed-calls.ts'
import { type ServiceRouteOptions, serviceRoutes } from './operate/service.ts'
import { type VoiceTokenOptions, voiceTokenRoutes } from './operate/voice-token.ts'
import { neededScope } from './operators.ts'
import { problemOfException, problemResponse } from './problem.ts'
import { createRoutes, everywhere } from './record/answers.ts'
import { callRoutes } from './record/calls.ts'
import { costRoutes } from './record/costs.ts'
import { type ForgetOptions, forgetRoutes } from './record/forget.ts'
import { lineRoutes } from './record/lines.ts'
import { outboxRoutes } from './record/outbox.ts'
import { type RecordingOptions, recordingRoutes } from './record/recording.ts'
import { tagRoutes } from './record/tags.ts'

export type DocumentedOptions =
  & CustomerOptions
  & LiveCallOptions
  & PlacedCallOptions
  & ServiceRouteOptions
  & VoiceTokenOptions
  & RecordingOptions
  & ForgetOptions
  & Readonly<{ record: RecordStore; log: Log }>

/** Makes the routes; who may use them is looked at before. */
export const documentedApi = (options: DocumentedOptions): OpenAPIHono => {
  const { record, log } = options
  const api = createRoutes().basePath('/api/v1')
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed: otherMethod }))
  // Before the record's: it answers to the same path.
  api.route('/', placedCallRoutes(options))
  api.route('/', callRoutes(record))
  api.route('/', tagRoutes(record))
  api.route('/', liveCallRoutes(options))
  api.route('/', recordingRoutes(options))
  api.route('/', lineRoutes(record))
  api.route('/', costRoutes(record))
  api.route('/', forgetRoutes(options))
  api.route('/', outboxRoutes(record.outbox))
  api.route('/', customerRoutes(options))
  api.route('/', voiceTokenRoutes(options))
  api.route('/', serviceRoutes(options))
  api.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
    description: 'TANDEM_OPERATOR_TOKEN, or a token of `operators` in tandem.yaml.',
  })

  api.get('/openapi.json', (c) => c.json(documentOf(api)))
  api.notFound(() => problemResponse({ title: 'not found', status: 404 }))
  api.onError((error, c) => {
    if (error instanceof HTTPException) return problemOfException(error)
    if (error instanceof UpstreamError && error.code.startsWith('storage-')) {
      log.warn('recording.storage-failed', { problem: error.message })
      return problemResponse({ title: 'the storage does not answer', status: 502 })
    }
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

const otherMethod = (c: Context, allowed: readonly string[]): Response => {
  const allow = allowed.join(', ')
  const title = `${c.req.method} is nothing that can be done here, but ${allow}`
  return problemResponse({ title, status: 405 }, { allow })
}

/** Writes the document: what each operation says of itself, whom it is for, and how any of them may be refused. */
const documentOf = (api: OpenAPIHono) => {
  const { paths = {}, ...rest } = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tandem',
      version: VERSION,
      description: 'What phone calls said, did and cost; calls that are on; who answers what.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: ['Calls', 'Record', 'Customers', 'Webhooks', 'Service'].map((name) => ({ name })),
    security: [{ operator: [] }],
  })
  const described = Object.entries(paths).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([method, operation]) => [
        method,
        {
          ...operation,
          description: descriptionOf(operation, neededScope(method.toUpperCase(), path)),
          responses: { ...operation.responses, ...everywhere(operation.responses) },
        },
      ]),
    ),
  ])
  return { ...rest, paths: Object.fromEntries(described) }
}

const descriptionOf = ({ description }: Readonly<{ description?: string }>, scope: Scope) =>
  [description, `Needs a token that is good for \`${scope}\`.`]
    .filter((each) => each !== undefined).join(' ')
