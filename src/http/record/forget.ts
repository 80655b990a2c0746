/** A person who wants to be forgotten. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Log } from '../../log.ts'
import type { CallFiles } from '../../record/call-files.ts'
import type { RecordStore } from '../../store/record-store.ts'
import type { MessageBook } from '../../tools/message-book.ts'
import { answer, common, createRoutes } from './answers.ts'

export type ForgetOptions = Readonly<{
  record: Pick<RecordStore, 'forget'>
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
    ...common,
  },
})

/** Makes the route that forgets; who may use it is looked at before. */
export const forgetRoutes = (
  { record, recordings, messages, eventLogs, log }: ForgetOptions,
): OpenAPIHono => {
  const api = createRoutes()

  api.openapi(forgetRoute, async (c) => {
    const { number } = c.req.valid('json')
    const forgotten = await record.forget(number)
    log.info('record.forgotten', {
      calls: forgotten.length,
      recordings: await recordings.remove(forgotten),
      messages: await messages.forget(number, forgotten),
      eventLogs: await eventLogs.remove(forgotten),
    })
    return c.json({ forgotten: [...forgotten] }, 200)
  })

  return api
}
