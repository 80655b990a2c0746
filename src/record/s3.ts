/**
 * A bucket of a storage that speaks S3 (Tigris, R2, MinIO, S3 itself): the few requests that recordings need.
 *
 * Each body is signed with its hash, so a storage that got other bytes than were sent refuses them. Buckets are named in the path,
 * which all of them understand.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import { AwsV4Signer } from 'aws4fetch'
import { z } from 'zod'
import type { StorageKeys } from '../config/environment.ts'
import type { Storage } from '../config/schema/storage.ts'
import { UpstreamError } from '../errors.ts'

export type S3Options = Readonly<{
  storage: Storage
  keys: StorageKeys
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Milliseconds since 1970. */
  now: () => number
  /** Ends all that is under way. */
  signal?: AbortSignal
}>

/** Something that is in a bucket. */
export type StoredObject = Readonly<{ key: string; changedAt: number; sizeBytes: number }>

/** All of it rejects with an `UpstreamError` when the storage refuses or does not answer. */
export type Bucket = Readonly<{
  put: (key: string, body: Uint8Array<ArrayBuffer>) => Promise<void>
  /** Begins an upload of several parts, of 5 MiB at least but for the last; gives its id. */
  beginUpload: (key: string) => Promise<string>
  /** Sends a part, the first being 1; gives what `endUpload` wants to know of it. */
  putPart: (upload: Upload, part: number, body: Uint8Array<ArrayBuffer>) => Promise<string>
  endUpload: (upload: Upload, etags: readonly string[]) => Promise<void>
  /** Throws away what uploads of a key have sent that were never ended. */
  abandonUploads: (key: string) => Promise<void>
  /** How long an object is; undefined when there is none. */
  sizeOf: (key: string) => Promise<number | undefined>
  /** What begins with a prefix, in the order of the keys. */
  list: (prefix: string) => AsyncGenerator<StoredObject>
  remove: (key: string) => Promise<void>
  /** A link that is good for a while, for one who has no keys. */
  link: (key: string, fileName: string, method: 'GET' | 'HEAD') => Promise<string>
}>

/** An upload of several parts. */
export type Upload = Readonly<{ key: string; id: string }>

const LINK_S = 300
/** A part of 8 MiB takes that long at half a megabit a second. */
const REQUEST_MS = 120_000

type Call = Readonly<{
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  key?: string
  query?: Readonly<Record<string, string>>
  body?: Uint8Array<ArrayBuffer>
  /** Statuses that are answers, too. */
  allowed?: readonly number[]
}>

/** Gives access to a bucket. Nothing is asked before it is needed. */
export const openBucket = ({ storage, keys, fetch, now, signal }: S3Options): Bucket => {
  const { bucket, region } = storage
  const base = `${storage.endpoint.replace(/\/+$/, '')}/${bucket}`
  // The key of a day is derived once.
  const cache = new Map<string, ArrayBuffer>()

  const urlOf = (key: string, query: Readonly<Record<string, string>> = {}): string => {
    const url = new URL(key === '' ? base : `${base}/${key}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return url.href
  }

  const signerOf = (given: Signed) =>
    new AwsV4Signer({
      ...given,
      ...keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken },
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
      service: 's3',
      region,
      cache,
      datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    })

  const send = async ({ method, key = '', query, body, allowed = [] }: Call): Promise<Answer> => {
    const signed = await signerOf({
      method,
      url: urlOf(key, query),
      headers: { 'x-amz-content-sha256': await hashOf(body) },
    }).sign()
    const deadline = AbortSignal.timeout(REQUEST_MS)
    try {
      const response = await fetch(signed.url.href, {
        method,
        headers: signed.headers,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
        ...(body ? { body } : {}),
      })
      const { status, headers } = response
      const answer = { status, headers, text: method === 'HEAD' ? '' : await response.text() }
      if (response.ok || allowed.includes(status)) return answer
      throw refused(method, answer)
    } catch (error) {
      if (error instanceof UpstreamError) throw error
      throw new UpstreamError('storage-unreachable', `${method} got no answer: ${reason(error)}`, {
        retryable: true,
        cause: error,
      })
    }
  }

  const uploadsOf = async (key: string): Promise<readonly Upload[]> => {
    const { text } = await send({ method: 'GET', query: { uploads: '', prefix: key } })
    const { ListMultipartUploadsResult: { Upload: uploads } } = uploadsBody.parse(
      await parseXml(text),
    )
    return uploads.flatMap(({ Key, UploadId }) => Key === key ? [{ key, id: UploadId }] : [])
  }

  return {
    put: async (key, body) => void await send({ method: 'PUT', key, body }),
    beginUpload: async (key) => {
      const { text } = await send({ method: 'POST', key, query: { uploads: '' } })
      return beginBody.parse(await parseXml(text)).InitiateMultipartUploadResult.UploadId
    },
    putPart: async ({ key, id }, part, body) => {
      const query = { partNumber: String(part), uploadId: id }
      const { headers } = await send({ method: 'PUT', key, query, body })
      return headers.get('etag') ?? ''
    },
    endUpload: async ({ key, id }, etags) => {
      const parts = etags.map((etag, at) =>
        `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`
      )
      const body = new TextEncoder().encode(
        `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
      )
      const answer = await send({ method: 'POST', key, query: { uploadId: id }, body })
      // A storage that takes long to put the parts together has said 200 before it knows.
      if (answer.text.includes('<Error>')) throw refused('POST', { ...answer, status: 500 })
    },
    abandonUploads: async (key) => {
      for (const { id } of await uploadsOf(key)) {
        await send({ method: 'DELETE', key, query: { uploadId: id }, allowed: [404] })
      }
    },
    sizeOf: async (key) => {
      const { status, headers } = await send({ method: 'HEAD', key, allowed: [404] })
      return status === 404 ? undefined : Number(headers.get('content-length'))
    },
    list: async function* (prefix) {
      let more: string | undefined = ''
      while (more !== undefined) {
        const query = { 'list-type': '2', prefix, ...(more ? { 'continuation-token': more } : {}) }
        const { text }: Answer = await send({ method: 'GET', query })
        const { ListBucketResult: page } = listBody.parse(await parseXml(text))
        for (const { Key, LastModified, Size } of page.Contents) {
          yield { key: Key, changedAt: Date.parse(LastModified), sizeBytes: Number(Size) }
        }
        more = page.IsTruncated === 'true' ? page.NextContinuationToken : undefined
      }
    },
    remove: async (key) => void await send({ method: 'DELETE', key, allowed: [404] }),
    link: async (key, fileName, method) => {
      const { url } = await signerOf({
        method,
        url: urlOf(key, {
          'X-Amz-Expires': String(LINK_S),
          'response-content-disposition': `attachment; filename="${fileName}"`,
          'response-content-type': 'audio/wav',
        }),
        signQuery: true,
      }).sign()
      return url.href
    },
  }
}

type Signed = Omit<
  ConstructorParameters<typeof AwsV4Signer>[0],
  'accessKeyId' | 'secretAccessKey'
>

type Answer = Readonly<{ status: number; headers: Headers; text: string }>

/** The parser is loaded by those alone who have such a storage. */
const parseXml = async (text: string): Promise<unknown> => {
  const { XMLParser } = await import('fast-xml-parser')
  const parser = new XMLParser({
    parseTagValue: false,
    isArray: (name) => name === 'Contents' || name === 'Upload',
  })
  return parser.parse(text)
}

const beginBody = z.object({
  InitiateMultipartUploadResult: z.object({ UploadId: z.string().min(1) }),
})
/** An element with nothing in it is an empty text to the parser. */
const emptyIsObject = (value: unknown): unknown => value === '' ? {} : value

const uploadsBody = z.object({
  ListMultipartUploadsResult: z.preprocess(
    emptyIsObject,
    z.object({ Upload: z.array(z.object({ Key: z.string(), UploadId: z.string() })).default([]) }),
  ),
})
const listBody = z.object({
  ListBucketResult: z.preprocess(
    emptyIsObject,
    z.object({
      IsTruncated: z.string().default('false'),
      NextContinuationToken: z.string().optional(),
      Contents: z.array(
        z.object({ Key: z.string(), LastModified: z.string(), Size: z.string() }),
      ).default([]),
    }),
  ),
})

/** What a storage says is named by its code alone: the rest may quote the request. */
const refused = (method: string, { status, headers, text }: Answer): UpstreamError => {
  const [, code = 'no code'] = /<Code>(\w+)<\/Code>/.exec(text) ?? []
  return new UpstreamError('storage-refused', `${method} was refused: ${status} ${code}`, {
    status,
    requestId: headers.get('x-amz-request-id') ?? undefined,
    retryable: status >= 500 || status === 429,
  })
}

const hashOf = async (body: Uint8Array<ArrayBuffer> | undefined): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', body ?? new Uint8Array(0))).toHex()

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const reason = (error: unknown): string => error instanceof Error ? error.message : String(error)
