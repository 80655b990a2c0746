/** A person who wants to be forgotten. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Log } from '../../log.ts'
import { type ForgetFrom, forgetPerson } from '../../record/forget-person.ts'
import type { StoredRecordings } from '../../record/stored-recordings.ts'
import { answer, common, createRoutes, problem } from './answers.ts'

export type ForgetOptions =
  & Omit<ForgetFrom, 'stored'>
  & Readonly<{
    stored: () => Pick<StoredRecordings, 'remove'> | undefined
    log: Log
  }>

const forgetRoute = createRoute({
  method: 'post',
  path: '/forget',
  operationId: 'forgetPerson',
  tags: ['Record'],
  summary: 'Deletes all calls with a person',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.object({
            number: z.string().regex(/^\+\d{7,15}$/, 'is to be like +15550009999')
              .openapi({ example: '+15550009999' }),
          }),
        },
      },
    },
  },
  responses: {
    200: answer(
      z.object({
        forgotten: z.array(z.string()).openapi({ description: 'The calls that are gone.' }),
        goingOn: z.array(z.string()).optional().openapi({
          description:
            'Those of them that were on. What they say from now on is kept: forget once more when they have ended.',
        }),
      }),
      'What is gone.',
    ),
    502: problem('The storage of recordings does not answer; nothing is gone for certain.'),
    ...common,
  },
})

/** Makes the route that forgets; who may use it is looked at before. */
export const forgetRoutes = (
  { stored, log, ...from }: ForgetOptions,
): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(forgetRoute, async (c) => {
    const { number } = c.req.valid('json')
    const gone = await forgetPerson({ ...from, stored: stored() }, number)
    const { callSids, goingOn, recordings, messages, eventLogs } = gone
    log.info('record.forgotten', { calls: callSids.length, recordings, messages, eventLogs })
    return c.json({
      forgotten: [...callSids],
      ...(goingOn.length > 0 ? { goingOn: [...goingOn] } : {}),
    }, 200)
  })

  return api
}
