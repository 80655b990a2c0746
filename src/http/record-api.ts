/**
 * The record for the operator's own programs: calls, transcripts, costs, and the document that describes them. Loaded when it is first
 * asked for, because a service that answers its first call need not wait for it.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { StoreError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Recordings } from '../record/recordings.ts'
import type { readGrowing } from '../runtime/growing-file.ts'
import type { RecordStore } from '../store/record-store.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { type ApiProblem, problemResponse } from './problem.ts'
import {
  callJson,
  callSchema,
  costsSchema,
  dollars,
  lineJson,
  lineSchema,
  outboxJson,
  outboxSchema,
  problemSchema,
  transcriptJson,
  wholeCallJson,
  wholeCallSchema,
} from './record-schemas.ts'

export type RecordApiOptions = Readonly<{
  record: RecordStore
  recordings: Pick<Recordings, 'find' | 'remove'>
  /** Reads a file that may still grow. */
  readSound: typeof readGrowing
  log: Log
  /** What this is. */
  version: string
}>

const MOST = 200

const answer = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
})

const common = {
  400: problem('The question makes no sense.'),
  503: problem('The database is away.'),
}

const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => Date.parse(text))

const since = moment.optional().openapi({
  type: 'string',
  description: 'Calls that began at this time or later.',
  example: '2026-11-25T00:00:00Z',
})
const until = moment.optional().openapi({
  type: 'string',
  description: 'Calls that began before this time.',
  example: '2026-11-26',
})
const limit = z.coerce.number().int().min(1).max(MOST).default(50).openapi({ example: 20 })
const customer = z.string().optional().openapi({ example: 'bright-smile' })

const callSid = z.object({
  callSid: z.string().openapi({
    param: { name: 'callSid', in: 'path' },
    example: 'CA0123456789abcdef0123456789abcdef',
  }),
})

const listRoute = createRoute({
  method: 'get',
  path: '/calls',
  summary: 'Calls, the newest first',
  request: {
    query: z.object({
      customer,
      number: z.string().optional().openapi({
        description: 'A number on either end.',
        example: '+15550001111',
      }),
      endReason: z.string().optional().openapi({ example: 'caller-hung-up' }),
      live: z.enum(['true', 'false']).optional().openapi({
        description: 'Only calls that go on, or only those that have ended.',
        example: 'false',
      }),
      since,
      until,
      limit,
      cursor: z.string().optional().openapi({ description: '`next` of the page before.' }),
    }),
  },
  responses: {
    200: answer(
      z.object({ calls: z.array(callSchema), next: z.string().optional() }),
      'A page; without `next` it is the last.',
    ),
    ...common,
  },
})

const callRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}',
  summary: 'One call: its facts, what happened in it, messages that were left',
  request: { params: callSid },
  responses: {
    200: answer(wholeCallSchema, 'The call.'),
    404: problem('No such call.'),
    ...common,
  },
})

const transcriptRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}/transcript',
  summary: 'What was said and done in a call, as it was heard',
  request: { params: callSid },
  responses: {
    200: answer(z.object({ lines: z.array(lineSchema) }), 'The lines, in order.'),
    404: problem('No such call.'),
    ...common,
  },
})

const recordingRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}/recording',
  summary: 'How a call sounded: the caller on the left, the agent as it was heard on the right',
  request: { params: callSid },
  responses: {
    200: {
      description: 'A WAV file, mu-law; of a call that goes on, as far as it is written.',
      content: { 'audio/wav': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    404: problem('This machine has no recording of the call.'),
    ...common,
  },
})

const searchRoute = createRoute({
  method: 'get',
  path: '/lines',
  summary: 'Lines in which words were said, the newest first',
  request: {
    query: z.object({
      words: z.string().min(1).openapi({
        description: 'All of them must be in the line, whatever their case and accents.',
        example: 'table for two',
      }),
      customer,
      limit,
      before: z.coerce.number().int().optional().openapi({
        description: '`next` of the page before.',
      }),
    }),
  },
  responses: {
    200: answer(
      z.object({
        lines: z.array(lineSchema.extend({ callSid: z.string(), customer: z.string() })),
        next: z.int().optional(),
      }),
      'A page; without `next` it is the last.',
    ),
    ...common,
  },
})

const costsRoute = createRoute({
  method: 'get',
  path: '/costs',
  summary: 'What calls cost, added up',
  request: {
    query: z.object({
      by: z.enum(['customer', 'line', 'model', 'day']).default('customer').openapi({
        example: 'day',
      }),
      customer,
      since,
      until,
    }),
  },
  responses: { 200: answer(z.object({ costs: z.array(costsSchema) }), 'The sums.'), ...common },
})

const forgetRoute = createRoute({
  method: 'post',
  path: '/forget',
  summary: 'Deletes all calls with a person (scope admin)',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            number: z.string().regex(/^\+\d{7,15}$/).openapi({ example: '+15550009999' }),
          }),
        },
      },
    },
  },
  responses: {
    200: answer(z.object({ forgotten: z.array(z.string()) }), 'The calls that are gone.'),
    ...common,
  },
})

const outboxRoute = createRoute({
  method: 'get',
  path: '/outbox',
  summary: "Events for customers' own servers, the newest first",
  request: {
    query: z.object({
      state: z.enum(['waiting', 'delivered', 'dead']).optional().openapi({ example: 'dead' }),
      limit,
    }),
  },
  responses: {
    200: answer(z.object({ events: z.array(outboxSchema) }), 'The newest of them.'),
    ...common,
  },
})

const retryRoute = createRoute({
  method: 'post',
  path: '/outbox/{id}/retry',
  summary: 'Sends an event again, now and then as often as a new one (scope operate)',
  request: {
    params: z.object({
      id: z.string().openapi({
        param: { name: 'id', in: 'path' },
        example: 'msg_CA0123456789abcdef0123456789abcdef_1_1',
      }),
    }),
  },
  responses: {
    200: answer(z.object({ id: z.string() }), 'It is sent within seconds.'),
    404: problem('No such event, or it was delivered.'),
    ...common,
  },
})

/** Makes the routes; who may use them is looked at before. */
export const recordApi = (
  { record, recordings, readSound, log, version }: RecordApiOptions,
): OpenAPIHono => {
  const api = new OpenAPIHono({
    defaultHook: (result) =>
      result.success ? undefined : problemResponse({
        title: 'the question makes no sense',
        status: 400,
        detail: result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
          .join('; '),
      }),
  }).basePath('/api/v1')

  api.openapi(listRoute, async (c) => {
    const { live, limit, cursor, ...filter } = c.req.valid('query')
    const after = cursor === undefined ? undefined : readCursor(cursor)
    if (cursor !== undefined && !after) {
      throw refusal({ title: 'this is no cursor', status: 400 })
    }
    const isLive = live === undefined ? undefined : live === 'true'
    const found = await record.list({ ...filter, isLive }, limit + 1, after)
    const calls = found.slice(0, limit)
    const last = found.length > limit ? calls.at(-1) : undefined
    return c.json({
      calls: calls.map(callJson),
      ...(last ? { next: writeCursor(last) } : {}),
    }, 200)
  })

  api.openapi(callRoute, async (c) => {
    const found = await record.call(c.req.valid('param').callSid)
    if (!found) throw noSuchCall()
    return c.json(wholeCallJson(found), 200)
  })

  api.openapi(transcriptRoute, async (c) => {
    const found = await record.call(c.req.valid('param').callSid)
    if (!found) throw noSuchCall()
    return c.json({ lines: transcriptJson(found) }, 200)
  })

  api.openapi(recordingRoute, async (c) => {
    const { callSid } = c.req.valid('param')
    const path = await recordings.find(callSid)
    if (path === undefined) throw refusal({ title: 'no recording of this call here', status: 404 })
    const { sizeBytes, body } = await readSound(path)
    return c.body(body, 200, {
      'content-type': 'audio/wav',
      'content-length': String(sizeBytes),
      'content-disposition': `attachment; filename="${callSid}.wav"`,
    })
  })

  api.openapi(searchRoute, async (c) => {
    const { words, customer, limit, before } = c.req.valid('query')
    const found = await record.find({ words, customer, limit: limit + 1, before })
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    const lines = page.map(({ line }) => ({
      ...lineJson(line),
      callSid: line.callSid,
      customer: line.customer,
    }))
    return c.json({ lines, ...(last ? { next: last.id } : {}) }, 200)
  })

  api.openapi(costsRoute, async (c) => {
    const costs = await record.costs(c.req.valid('query'))
    return c.json({
      costs: costs.map(({ costNano, ...each }) => ({ ...each, costUsd: dollars(costNano) })),
    }, 200)
  })

  api.openapi(forgetRoute, async (c) => {
    const forgotten = await record.forget(c.req.valid('json').number)
    const removed = await recordings.remove(forgotten)
    log.info('record.forgotten', { calls: forgotten.length, recordings: removed })
    return c.json({ forgotten: [...forgotten] }, 200)
  })

  api.openapi(outboxRoute, async (c) => {
    const events = await record.outbox.list(c.req.valid('query'))
    return c.json({ events: events.map(outboxJson) }, 200)
  })

  api.openapi(retryRoute, async (c) => {
    const { id } = c.req.valid('param')
    if (!await record.outbox.retry(id)) {
      throw refusal({ title: 'no such event, or it was delivered', status: 404 })
    }
    return c.json({ id }, 200)
  })

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

const noSuchCall = () => refusal({ title: 'no such call', status: 404 })

const refusal = (problem: ApiProblem & Readonly<{ status: 400 | 404 }>) =>
  new HTTPException(problem.status, { res: problemResponse(problem) })
