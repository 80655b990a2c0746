/** How a call sounded, as a file. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Recordings } from '../../record/recordings.ts'
import type { readGrowing } from '../../runtime/growing-file.ts'
import { callSid, common, createRoutes, problem, refusal } from './answers.ts'

export type RecordingOptions = Readonly<{
  recordings: Pick<Recordings, 'find'>
  /** Reads a file that may still grow. */
  readSound: typeof readGrowing
}>

const recordingRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}/recording',
  operationId: 'getRecording',
  tags: ['Calls'],
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

/** Makes the route of recordings. */
export const recordingRoutes = ({ recordings, readSound }: RecordingOptions): OpenAPIHono => {
  const api = createRoutes()

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

  return api
}
