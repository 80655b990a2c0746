/** A person who wants to be forgotten. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Log } from '../../log.ts'
import type { CallFiles } from '../../record/call-files.ts'
import { type ForgetFrom, forgetPerson } from '../../record/forget-person.ts'
import type { StoredRecordings } from '../../record/stored-recordings.ts'
import type { MessageBook } from '../../tools/message-book.ts'
import { answer, common, createRoutes, problem } from './answers.ts'

export type ForgetOptions =
  & Pick<ForgetFrom, 'record'>
  & Readonly<{
    stored: () => Pick<StoredRecordings, 'remove'> | undefined
    recordings: Pick<CallFiles, 'remove'>
    messages: Pick<MessageBook, 'forget'>
    eventLogs: Pick<CallFiles, 'remove'>
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
            number: z.string().regex(/^\+\d{7,15}$/).openapi({ example: '+15550009999' }),
          }),
        },
      },
    },
  },
  responses: {
    200: answer(z.object({ forgotten: z.array(z.string()) }), 'The calls that are gone.'),
    502: problem('The storage of recordings does not answer; nothing is gone for certain.'),
    ...common,
  },
})

/** Makes the route that forgets; who may use it is looked at before. */
export const forgetRoutes = (
  { record, stored, recordings, messages, eventLogs, log }: ForgetOptions,
): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(forgetRoute, async (c) => {
    const { number } = c.req.valid('json')
    const { callSids, inStorage } = await forgetPerson({ record, stored: stored() }, number)
    log.info('record.forgotten', {
      calls: callSids.length,
      recordings: inStorage + await recordings.remove(callSids),
      messages: await messages.forget(number, callSids),
      eventLogs: await eventLogs.remove(callSids),
    })
    return c.json({ forgotten: [...callSids] }, 200)
  })

  return api
}
