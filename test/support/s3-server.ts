/**
 * A storage that speaks S3, in memory: what recordings need of it, and no signature believed that AWS's own signer would not make.
 * Requests can be made to fail as a test wants.
 */
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export const KEYS = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret/of+the=test' } as const
export const REGION = 'eu-west-1'
export const BUCKET = 'recordings-of-tests'

/** How a request fails: with a status, without an answer, or with an end in the middle of it. */
export type Fault = number | 'hang' | 'cut' | undefined

/** What came, before it was answered. */
export type S3Request = Readonly<{
  method: string
  key: string
  query: URLSearchParams
  sizeBytes: number
}>

export type S3Server = Readonly<{
  url: string
  /** What is in the bucket, by key. */
  objects: Map<string, { body: Uint8Array<ArrayBuffer>; changedAt: number }>
  /** Uploads of several parts that were begun and not ended. */
  uploads: Map<string, { key: string; parts: Map<number, Uint8Array<ArrayBuffer>> }>
  requests: readonly S3Request[]
  /** Requests whose signature was wrong. */
  refused: readonly string[]
  /** Decides how a request fails; to be set by a test. */
  faults: { of: (request: S3Request) => Fault }
  stop: () => Promise<void>
}>

/** How many keys a list has at most, so that a test sees that pages are followed. */
const PAGE = 3
const LEAST_PART_BYTES = 5 * 1024 * 1024

export const startS3Server = async (): Promise<S3Server> => {
  const objects: S3Server['objects'] = new Map()
  const uploads: S3Server['uploads'] = new Map()
  const requests: S3Request[] = []
  const refused: string[] = []
  const faults: S3Server['faults'] = { of: () => undefined }
  let nextId = 0

  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '', `http://${incoming.headers.host}`)
    const body = await bodyOf(incoming)
    const [, bucket, ...path] = url.pathname.split('/')
    const request = {
      method: incoming.method ?? '',
      key: path.join('/'),
      query: url.searchParams,
      sizeBytes: body.length,
    }
    requests.push(request)
    const fault = faults.of(request)
    if (fault === 'hang') return
    if (fault === 'cut') {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('<')
      return void setTimeout(() => response.destroy(), 5)
    }
    if (fault !== undefined) return refuse(response, fault, 'InternalError')
    const problem = await problemOf(incoming, url, body)
    if (problem !== undefined) {
      refused.push(problem)
      return refuse(response, 403, 'SignatureDoesNotMatch')
    }
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket')
    answer(request, body, response)
  })

  const answer = (
    { method, key, query }: S3Request,
    body: Uint8Array<ArrayBuffer>,
    response: ServerResponse,
  ): void => {
    const id = query.get('uploadId')
    const upload = id === null ? undefined : uploads.get(id)
    if (id !== null && !upload) return refuse(response, 404, 'NoSuchUpload')
    const object = objects.get(key)
    switch (method) {
      case 'GET':
        if (query.has('uploads')) return xml(response, listUploads(query.get('prefix') ?? ''))
        if (query.get('list-type') === '2') return xml(response, list(query))
        if (!object) return refuse(response, 404, 'NoSuchKey')
        response.writeHead(200, {
          'content-type': query.get('response-content-type') ?? 'binary/octet-stream',
          'content-disposition': query.get('response-content-disposition') ?? '',
        })
        return void response.end(object.body)
      case 'HEAD':
        response.writeHead(object ? 200 : 404, { 'content-length': object?.body.length ?? 0 })
        return void response.end()
      case 'PUT': {
        const part = query.get('partNumber')
        if (upload && part !== null) upload.parts.set(Number(part), body)
        else objects.set(key, { body, changedAt: Date.now() })
        response.writeHead(200, { etag: etagOf(body) })
        return void response.end()
      }
      case 'POST': {
        if (!upload || id === null) {
          const begun = `upload-${++nextId}`
          uploads.set(begun, { key, parts: new Map() })
          return xml(
            response,
            `<InitiateMultipartUploadResult><Bucket>${BUCKET}</Bucket><Key>${key}</Key><UploadId>${begun}</UploadId></InitiateMultipartUploadResult>`,
          )
        }
        const parts = [...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part)
        const named = [...new TextDecoder().decode(body).matchAll(/<ETag>(.*?)<\/ETag>/g)]
          .map(([, etag]) => etag.replaceAll('&quot;', '"'))
        if (named.join() !== parts.map(etagOf).join()) return refuse(response, 400, 'InvalidPart')
        const isSmall = parts.slice(0, -1).some(({ length }) => length < LEAST_PART_BYTES)
        if (isSmall) return refuse(response, 400, 'EntityTooSmall')
        objects.set(key, { body: join(parts), changedAt: Date.now() })
        uploads.delete(id)
        return xml(response, '<CompleteMultipartUploadResult/>')
      }
      case 'DELETE':
        if (id !== null) uploads.delete(id)
        else objects.delete(key)
        response.writeHead(204)
        return void response.end()
      default:
        return refuse(response, 405, 'MethodNotAllowed')
    }
  }

  const list = (query: URLSearchParams): string => {
    const prefix = query.get('prefix') ?? ''
    const after = query.get('continuation-token') ?? ''
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after)
      .toSorted()
    const page = keys.slice(0, PAGE)
    const contents = page.map((key) => {
      const { body, changedAt } = objects.get(key) ?? { body: new Uint8Array(0), changedAt: 0 }
      return `<Contents><Key>${key}</Key><LastModified>${
        new Date(changedAt).toISOString()
      }</LastModified><Size>${body.length}</Size></Contents>`
    })
    const more = keys.length > page.length
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${
        page.at(-1)
      }</NextContinuationToken>`
      : '<IsTruncated>false</IsTruncated>'
    return `<ListBucketResult>${contents.join('')}${more}</ListBucketResult>`
  }

  const listUploads = (prefix: string): string => {
    const begun = [...uploads].filter(([, { key }]) => key.startsWith(prefix)).map((
      [id, { key }],
    ) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`)
    return `<ListMultipartUploadsResult>${begun.join('')}</ListMultipartUploadsResult>`
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    objects,
    uploads,
    requests,
    refused,
    faults,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const signer = new SignatureV4({
  credentials: KEYS,
  region: REGION,
  service: 's3',
  sha256: Sha256,
  uriEscapePath: false,
  applyChecksum: false,
})

/** What is wrong with the signature of a request, in its headers or in its link; undefined when it is right. */
const problemOf = async (
  { method = '', headers }: IncomingMessage,
  url: URL,
  body: Uint8Array<ArrayBuffer>,
): Promise<string | undefined> => {
  const query = Object.fromEntries(url.searchParams)
  const request = {
    method,
    protocol: 'http:',
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: { host: url.host },
  }
  const given = query['X-Amz-Signature']
  if (given !== undefined) {
    const asked = Object.fromEntries(
      Object.entries(query).filter(([name]) => !name.startsWith('X-Amz-')),
    )
    const signingDate = dateOf(query['X-Amz-Date'])
    const expiresIn = Number(query['X-Amz-Expires'])
    if (Date.now() > signingDate.getTime() + expiresIn * 1_000) return 'the link is too old'
    const unsigned = new Set(['x-amz-content-sha256'])
    const { query: made } = await signer.presign(
      {
        ...request,
        query: asked,
        headers: { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { signingDate, expiresIn, unhoistableHeaders: unsigned, unsignableHeaders: unsigned },
    )
    return made?.['X-Amz-Signature'] === given ? undefined : 'another signature in the link'
  }
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? []
  const signed = Object.fromEntries(
    names.split(';').map((name) => [name, String(headers[name] ?? '')]),
  )
  const hash = createHash('sha256').update(body).digest('hex')
  if (headers['x-amz-content-sha256'] !== hash) return 'another body than was signed'
  const made = await signer.sign(
    { ...request, headers: signed },
    { signingDate: dateOf(String(headers['x-amz-date'])) },
  )
  return made.headers.authorization === headers.authorization ? undefined : 'another signature'
}

/** `20261126T012345Z`. */
const dateOf = (text: string): Date =>
  new Date(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))

const refuse = (response: ServerResponse, status: number, code: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<Error><Code>${code}</Code><Message>secret of the bucket</Message></Error>`)
}

const xml = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${text}`)
}

const etagOf = (body: Uint8Array<ArrayBuffer>): string =>
  `"${createHash('md5').update(body).digest('hex')}"`

const join = (parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const bodyOf = async (request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of request) chunks.push(new Uint8Array(chunk))
  return join(chunks)
}
