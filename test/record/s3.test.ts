import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bucket, openBucket } from '../../src/record/s3.ts'
import { BUCKET, KEYS, REGION, type S3Server, startS3Server } from '../support/s3-server.ts'

let server: S3Server
let bucket: Bucket

const open = (secretAccessKey: string = KEYS.secretAccessKey): Bucket =>
  openBucket({
    storage: { endpoint: `${server.url}/`, bucket: BUCKET, region: REGION, prefix: 'recordings/' },
    keys: { ...KEYS, secretAccessKey, sessionToken: undefined },
    fetch,
    now: Date.now,
  })

const bytes = (length: number, value = 7) => new Uint8Array(length).fill(value)
const keysOf = async (prefix: string) => {
  const keys: string[] = []
  for await (const { key } of bucket.list(prefix)) keys.push(key)
  return keys
}

beforeEach(async () => {
  server = await startS3Server()
  bucket = open()
})
afterEach(() => server.stop())

describe('a bucket', () => {
  test('takes an object, says how long it is, and forgets it', async () => {
    await bucket.put('recordings/a/CA1/x.wav', bytes(1_000))
    expect(server.objects.get('recordings/a/CA1/x.wav')?.body).toEqual(bytes(1_000))
    expect(await bucket.sizeOf('recordings/a/CA1/x.wav')).toBe(1_000)
    expect(await bucket.sizeOf('recordings/a/CA1/y.wav')).toBe(undefined)
    await bucket.remove('recordings/a/CA1/x.wav')
    await bucket.remove('recordings/a/CA1/x.wav')
    expect(server.objects.size).toBe(0)
    expect(server.refused).toEqual([])
  })

  test('is listed page by page', async () => {
    for (const name of ['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6', 'a/7', 'b/1']) {
      await bucket.put(name, bytes(1))
    }
    expect(await keysOf('a/')).toEqual(['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6', 'a/7'])
    expect(await keysOf('c/')).toEqual([])
    expect(server.refused).toEqual([])
  })

  test('takes a long object in parts, and throws away what was never ended', async () => {
    const key = 'recordings/a/CA1/long.wav'
    const left = await bucket.beginUpload(key)
    await bucket.putPart({ key, id: left }, 1, bytes(10))
    await bucket.beginUpload(`${key}.other`)
    await bucket.abandonUploads(key)
    expect([...server.uploads.values()].map((upload) => upload.key)).toEqual([`${key}.other`])

    const upload = { key, id: await bucket.beginUpload(key) }
    const first = await bucket.putPart(upload, 1, bytes(5 * 1024 * 1024, 1))
    const second = await bucket.putPart(upload, 2, bytes(10, 2))
    await bucket.endUpload(upload, [first, second])
    const whole = server.objects.get(key)?.body ?? bytes(0)
    expect([whole.length, whole[0], whole.at(-1)]).toEqual([5 * 1024 * 1024 + 10, 1, 2])
    expect(server.refused).toEqual([])
  })

  test('gives links that are good without a key, for that object and no other', async () => {
    await bucket.put('a/one.wav', bytes(3))
    await bucket.put('a/two.wav', bytes(3))
    const link = await bucket.link('a/one.wav', 'CA1.wav', 'GET')
    const response = await fetch(link)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('audio/wav')
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="CA1.wav"')
    expect(await response.bytes()).toEqual(bytes(3))
    expect((await fetch(link.replace('one', 'two'))).status).toBe(403)
    expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('300')
    const head = await bucket.link('a/one.wav', 'CA1.wav', 'HEAD')
    expect((await fetch(head, { method: 'HEAD' })).headers.get('content-length')).toBe('3')
  })

  test('refuses who has another key, and quotes nothing of what it says', async () => {
    await expect(open('wrong').put('a/one.wav', bytes(3))).rejects.toMatchObject({
      code: 'storage-refused',
      message: 'PUT was refused: 403 SignatureDoesNotMatch',
      status: 403,
      retryable: false,
    })
  })

  test('that is not well may be asked again', async () => {
    server.faults.of = () => 503
    await expect(bucket.put('a/one.wav', bytes(3))).rejects.toMatchObject({
      code: 'storage-refused',
      status: 503,
      retryable: true,
    })
    server.faults.of = () => 'cut'
    await expect(bucket.beginUpload('a/one.wav')).rejects.toMatchObject({
      code: 'storage-unreachable',
      retryable: true,
    })
    await server.stop()
    await expect(bucket.sizeOf('a/one.wav')).rejects.toMatchObject({ code: 'storage-unreachable' })
  })
})
