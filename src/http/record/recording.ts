/** How a call sounded, as a file: from the disk while it is here, and then from the storage that has it. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Recordings } from '../../record/recordings.ts'
import type { StoredRecordings } from '../../record/stored-recordings.ts'
import type { readGrowing, stateOfFile } from '../../runtime/growing-file.ts'
import type { RecordStore } from '../../store/record-store.ts'
import { byteRangeOf } from '../byte-range.ts'
import { callSid, common, createRoutes, problem, query, refusal } from './answers.ts'

export type RecordingOptions = Readonly<{
  record: Pick<RecordStore, 'call'>
  recordings: Pick<Recordings, 'find'>
  /** What is in the storage that the service file names; undefined where it names none. */
  stored: () => Pick<StoredRecordings, 'partsOf' | 'link'> | undefined
  /** Reads a file that may still grow. */
  sound: Readonly<{ state: typeof stateOfFile; read: typeof readGrowing }>
}>

const WAV = { 'audio/wav': { schema: z.string().openapi({ format: 'binary' }) } }

const recordingRoute = createRoute({
  method: 'get',
  path: '/calls/{callSid}/recording',
  operationId: 'getRecording',
  tags: ['Calls'],
  summary: 'How a call sounded: the caller on the left, the agent as it was heard on the right',
  request: {
    params: callSid,
    query: query({
      part: z.coerce.number().int().min(1).optional().openapi({
        description:
          'A call that several machines held has a part of each in the storage, 1 being the first.',
      }),
    }),
    headers: z.object({
      range: z.string().optional().openapi({ example: 'bytes=0-1023' }),
      'if-range': z.string().optional(),
      'if-none-match': z.string().optional(),
    }),
  },
  responses: {
    200: {
      description: 'A WAV file, mu-law; of a call that goes on, as far as it is written.',
      content: WAV,
    },
    206: { description: 'The part of it that was asked for.', content: WAV },
    304: { description: 'It is what `If-None-Match` names.' },
    302: { description: 'It is in the storage; the link is good for five minutes.' },
    404: problem('There is no recording of the call, here or in the storage.'),
    416: problem('It has no such part.'),
    502: problem('The storage does not answer.'),
    ...common,
  },
})

/** Makes the route of recordings. */
export const recordingRoutes = (
  { record, recordings, stored, sound }: RecordingOptions,
): OpenAPIHono => {
  const api = createRoutes()

  const fromDisk = async (request: Request, callSid: string): Promise<Response | undefined> => {
    const path = await recordings.find(callSid)
    const file = path === undefined ? undefined : await sound.state(path)
    if (path === undefined || !file) return undefined
    const { sizeBytes, changedAt } = file
    const isAsked = request.method !== 'HEAD'
    const etag = `"${sizeBytes}-${Math.floor(changedAt)}"`
    const ifRange = request.headers.get('if-range')
    // Of what is not sent there are no parts.
    const isPart = isAsked && (ifRange === null || ifRange === etag)
    const asked = isPart ? request.headers.get('range') ?? undefined : undefined
    const range = byteRangeOf(asked, sizeBytes)
    const headers = {
      'accept-ranges': 'bytes',
      'content-type': 'audio/wav',
      'content-disposition': `attachment; filename="${callSid}.wav"`,
      // It may grow, and what waited for its words is put into it.
      'cache-control': 'private, no-cache',
      etag,
    }
    if (isAmong(request.headers.get('if-none-match'), etag)) {
      return new Response(null, { status: 304, headers })
    }
    if (range.is === 'outside') {
      const title = `the recording has ${sizeBytes} bytes`
      throw refusal({ title, status: 416 }, { 'content-range': `bytes */${sizeBytes}` })
    }
    const [from, to] = range.is === 'part' ? [range.from, range.to] : [0, sizeBytes - 1]
    return new Response(isAsked ? await sound.read(path, from, to) : null, {
      status: range.is === 'part' ? 206 : 200,
      headers: {
        ...headers,
        'content-length': String(to + 1 - from),
        ...(range.is === 'part' ? { 'content-range': `bytes ${from}-${to}/${sizeBytes}` } : {}),
      },
    })
  }

  const fromStorage = async (method: string, callSid: string, part: number) => {
    const storage = stored()
    const whole = storage && await record.call(callSid)
    if (!storage || !whole) return undefined
    const key = (await storage.partsOf(whole.call.customer, callSid))[part - 1]
    return key === undefined
      ? undefined
      : await storage.link(key, `${callSid}.wav`, method === 'HEAD' ? 'HEAD' : 'GET')
  }

  api.openapi(recordingRoute, async (c) => {
    const { callSid } = c.req.valid('param')
    const { part } = c.req.valid('query')
    // A file that goes to the storage meanwhile is found there.
    const file = part === undefined
      ? await fromDisk(c.req.raw, callSid).catch(whenMoved)
      : undefined
    if (file) return file
    const link = await fromStorage(c.req.raw.method, callSid, part ?? 1)
    if (link === undefined) throw refusal({ title: 'no recording of this call', status: 404 })
    c.header('cache-control', 'no-store')
    return c.redirect(link, 302)
  })

  return api
}

const whenMoved = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
  throw error
}

/** Whether a client has what the tag names. Whether it is weak makes no difference to that: RFC 9110, 13.1.2. */
const isAmong = (header: string | null, etag: string): boolean =>
  header?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag) ?? false
