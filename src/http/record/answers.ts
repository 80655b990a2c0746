/** What the routes of the API have in common: how a question is read, what a refusal looks like, and what the document says of both. */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { type ApiProblem, problemResponse } from '../problem.ts'
import { problemSchema } from './schemas.ts'

/** How many of anything a page can have. */
const MOST = 200

/** Routes that refuse a question which makes no sense. */
export const createRoutes = (): OpenAPIHono =>
  new OpenAPIHono({
    defaultHook: (result) =>
      result.success ? undefined : problemResponse({
        title: 'the question makes no sense',
        status: 400,
        detail: result.error.issues.map(({ path, message }) =>
          [...path.length > 0 ? [path.join('.')] : [], message].join(': ')
        ).join('; '),
      }),
  })

/** An answer, for the document. */
export const answer = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** A refusal, for the document. */
export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
})

/** A body, for the document. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/json': { schema } },
})

const REFUSED = {
  401: 'No token, or none that anybody has.',
  403: 'The token is not good for that.',
  429: 'Too many requests; `Retry-After` says for how many seconds.',
  500: 'A mistake of ours; the log has it.',
} as const

/** How any question may be refused that does not say so itself, for the document. */
export const everywhere = (
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(REFUSED).filter(([status]) => !(status in own)).map(([status, description]) => [
      status,
      {
        description,
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  )

/** How any question about the record may be refused. */
export const common = {
  400: problem('The question makes no sense.'),
  503: problem('The database is away.'),
}

const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'is to be like 2026-11-25 or 2026-11-25T08:00:00Z',
}).transform((text) => Date.parse(text))

/** What a question says of itself; what it does not know is refused, or a filter that is misspelt would let everything through. */
export const query = z.strictObject

/** The time and the customer that a question is about. */
export const asked = {
  since: moment.optional().openapi({
    type: 'string',
    description: 'Calls that began at this time or later.',
    example: '2026-11-25T00:00:00Z',
  }),
  until: moment.optional().openapi({
    type: 'string',
    description: 'Calls that began before this time.',
    example: '2026-11-26',
  }),
  limit: z.coerce.number().int().min(1).max(MOST).default(50).openapi({ example: 20 }),
  customer: z.string().optional().openapi({ example: 'bright-smile' }),
  /** A plus that was not written as %2B comes as a space. */
  number: z.string().optional().transform((text) => text?.replace(/^ (?=\d)/, '+')).openapi({
    type: 'string',
    description: 'A number on either end.',
    example: '+15550001111',
  }),
}

/** The call that a path is about. */
export const callSid = z.object({
  callSid: z.string().openapi({
    param: { name: 'callSid', in: 'path' },
    example: 'CA0123456789abcdef0123456789abcdef',
  }),
})

/** Refuses; thrown. */
export const refusal = (
  problem: ApiProblem & Readonly<{ status: 400 | 404 | 416 }>,
  headers: Readonly<Record<string, string>> = {},
): HTTPException => new HTTPException(problem.status, { res: problemResponse(problem, headers) })

/** There is no such call; thrown. */
export const noSuchCall = (): HTTPException => refusal({ title: 'no such call', status: 404 })
