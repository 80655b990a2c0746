import { afterEach, expect, test } from 'vitest'
import { RequestError } from '../../src/errors.ts'
import { createGuardedFetch, type Resolve } from '../../src/runtime/guarded-fetch.ts'
import { readBody } from '../../src/runtime/read-body.ts'
import {
  type Answer,
  type HttpServer,
  json,
  plain,
  startHttpServer,
} from '../support/http-server.ts'

const LOOPBACK = { allowPrivate: ['127.0.0.1/32'] }
const PUBLIC_ONLY = { allowPrivate: [] }

const servers: HttpServer[] = []
const serve = async (answer: Answer) => {
  const server = await startHttpServer(answer)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

const soon = () => AbortSignal.timeout(5_000)
const named = (...addresses: string[]): Resolve => () => Promise.resolve(addresses)

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(() => undefined, (error: unknown) => error)
  return error instanceof RequestError ? error.code : error
}

test('a request goes to the address of its name, and says the name', async () => {
  const server = await serve(json({ ok: true }))
  const fetch = createGuardedFetch(LOOPBACK, named('127.0.0.1'))
  const answer = await fetch(`http://book.example.com:${server.port}/tables?day=1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"Zoë"}',
    signal: soon(),
  })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(await answer.json()).toEqual({ ok: true })
  expect(server.received).toHaveLength(1)
  const [{ method, url, headers, body }] = server.received
  expect([method, url, body]).toEqual(['POST', '/tables?day=1', '{"name":"Zoë"}'])
  expect(headers.host).toBe(`book.example.com:${server.port}`)
  expect(headers['content-length']).toBe('15')
})

test('an address that is not public is refused before anything is sent, however it is written', async () => {
  const server = await serve(plain('secret'))
  const fetch = createGuardedFetch(PUBLIC_ONLY)
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0177.0.0.1', '0x7f.1', '127.1']) {
    const url = `http://${host}:${server.port}/`
    expect([host, await codeOf(fetch(url, { signal: soon() }))]).toEqual([host, 'address-refused'])
  }
  for (const url of ['http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://169.254.169.254/']) {
    expect([url, await codeOf(fetch(url, { signal: soon() }))]).toEqual([url, 'address-refused'])
  }
  expect(server.received).toEqual([])
})

test('a name with one address that is not public is refused whole', async () => {
  const server = await serve(plain('secret'))
  const fetch = createGuardedFetch(PUBLIC_ONLY, named('93.184.216.34', '127.0.0.1'))
  const url = `http://book.example.com:${server.port}/`
  expect(await codeOf(fetch(url, { signal: soon() }))).toBe('address-refused')
  expect(server.received).toEqual([])
})

test('a name that changes its address between the check and the connection is asked once', async () => {
  const server = await serve(plain('here'))
  const answers = ['127.0.0.1', '169.254.169.254']
  let asked = 0
  const rebinding: Resolve = () => Promise.resolve([answers[asked++]])
  const fetch = createGuardedFetch(LOOPBACK, rebinding)
  const url = `http://rebind.example.com:${server.port}/`
  const answer = await fetch(url, { signal: soon() })
  expect([await answer.text(), asked]).toEqual(['here', 1])
  expect(await codeOf(fetch(url, { signal: soon() }))).toBe('address-refused')
  expect([asked, server.received.length]).toEqual([2, 1])
})

test('an address that does not answer is followed by the next one of the name', async () => {
  const server = await serve(plain('here'))
  const fetch = createGuardedFetch(
    { allowPrivate: ['127.0.0.0/8'] },
    named('127.0.0.2', '127.0.0.1'),
  )
  const url = `http://book.example.com:${server.port}/`
  const answer = await fetch(url, { signal: soon() })
  expect(await answer.text()).toBe('here')
})

test('a redirect is not followed', async () => {
  const target = await serve(plain('secret'))
  const server = await serve((_, response) => {
    response.writeHead(302, { location: `${target.url}/` })
    response.end()
  })
  const fetch = createGuardedFetch(LOOPBACK)
  expect(await codeOf(fetch(server.url, { signal: soon() }))).toBe('redirected')
  expect(target.received).toEqual([])
})

test('what cannot be reached says why', async () => {
  const server = await serve(plain('here'))
  await servers.splice(0)[0].stop()
  const gone = createGuardedFetch(LOOPBACK)
  expect(await codeOf(gone(server.url, { signal: soon() }))).toBe('not-connected')
  const unknown = createGuardedFetch(LOOPBACK, () => Promise.reject(new Error('ENOTFOUND')))
  expect(await codeOf(unknown('http://no.example.com/', { signal: soon() }))).toBe('host-unknown')
  const nameless = createGuardedFetch(LOOPBACK, named())
  expect(await codeOf(nameless('http://no.example.com/', { signal: soon() }))).toBe('host-unknown')
  expect(await codeOf(gone('ftp://example.com/', { signal: soon() }))).toBe('not-http')
  expect(await codeOf(gone('file:///etc/passwd', { signal: soon() }))).toBe('not-http')
})

test('a header that cannot be sent is a failure that does not quote it', async () => {
  const server = await serve(plain('here'))
  const fetch = createGuardedFetch(LOOPBACK)
  const sent = fetch(server.url, { headers: { x: 's3cret\nb: c' }, signal: soon() })
  await expect(sent).rejects.toThrow(/^a header has a value that cannot be sent$/)
})

test('a connection that breaks, and an answer that is compressed unasked, are told apart', async () => {
  const broken = await serve((_, response) => void response.destroy())
  const fetch = createGuardedFetch(LOOPBACK)
  expect(await codeOf(fetch(broken.url, { signal: soon() }))).toBe('connection-lost')
  const zipped = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end('zip')
  })
  expect(await codeOf(fetch(zipped.url, { signal: soon() }))).toBe('encoded')
})

test('the signal ends the wait for a name, for an answer and for its body', async () => {
  const slowName = createGuardedFetch(LOOPBACK, () => new Promise(() => {}))
  const stop = new AbortController()
  const waiting = slowName('http://book.example.com/', { signal: stop.signal })
  stop.abort('enough')
  await expect(waiting).rejects.toBe('enough')

  const reached = Promise.withResolvers<void>()
  const mute = await serve(() => reached.resolve())
  const fetch = createGuardedFetch(LOOPBACK)
  const second = new AbortController()
  const answer = fetch(mute.url, { signal: second.signal })
  await reached.promise
  second.abort('enough')
  await expect(answer).rejects.toBe('enough')

  const half = await serve((_, response) => {
    response.writeHead(200)
    response.write('half')
  })
  const third = new AbortController()
  const body = (await fetch(half.url, { signal: third.signal })).text()
  third.abort('enough')
  await expect(body).rejects.toBeDefined()
})

test('a body is read up to a bound, and its peer is stopped there', async () => {
  const closed = Promise.withResolvers<void>()
  const endless = await serve((_, response) => {
    response.on('close', closed.resolve)
    const more = () => {
      while (
        !response.destroyed && response.write('0123456789'.repeat(1_000))
      ) { /* until it is full */ }
    }
    response.on('drain', more)
    response.on('error', () => {})
    more()
  })
  const fetch = createGuardedFetch(LOOPBACK)
  const answer = await fetch(endless.url, { signal: soon() })
  const { text, isCut } = await readBody(answer, 25)
  expect([text, isCut]).toEqual(['0123456789012345678901234', true])
  await closed.promise
})

test('a body that fits is whole, also when its bound falls within a letter', async () => {
  const server = await serve(plain('aé'))
  const fetch = createGuardedFetch(LOOPBACK)
  const read = async (maxBytes: number) =>
    await readBody(await fetch(server.url, { signal: soon() }), maxBytes)
  expect(await read(3)).toEqual({ text: 'aé', isCut: false })
  expect(await read(2)).toEqual({ text: 'a', isCut: true })
  const empty = await serve((_, response) => void response.writeHead(204).end())
  expect(await readBody(await fetch(empty.url, { signal: soon() }), 10)).toEqual({
    text: '',
    isCut: false,
  })
})
