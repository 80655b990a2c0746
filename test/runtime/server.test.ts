/** What a server does on every runtime; it runs on the one that it is in. */
import { afterEach, describe, expect, test } from 'vitest'
import { runtime } from './current.ts'
import { connectRaw, HANDSHAKE } from './raw-peer.ts'
import { connect, createPair, newEar, serve, serveSockets, stopAll } from './socket-fixture.ts'

afterEach(stopAll)

describe('serve()', () => {
  test('gives a handler the request of a handshake', async () => {
    const asked: string[] = []
    const { port } = await serve(({ method, url, headers }, connection) => {
      const { pathname, search } = new URL(url)
      asked.push(`${method} ${pathname}${search} of ${headers.get('host')}`)
      return connection.accept(() => newEar())
    })
    const client = connectRaw(port, HANDSHAKE)
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 /)
    expect(asked).toEqual(['GET /socket?a=1 of voice.example.com'])
  })

  test('lets a handler think before it accepts', async () => {
    const { url } = await serve(async (request, connection) => {
      await request.text()
      return connection.accept(() => newEar())
    })
    await connect(url).ear.whenOpen
  })

  test.each([
    [
      'in pieces',
      'Transfer-Encoding: chunked\r\n\r\n3\r\nFro\r\n4\r\nm=+1\r\n0\r\n\r\n',
      'From=+1',
    ],
    ['not at all', '\r\n', ''],
  ])(
    'gives a handler a body that comes %s, and a request of which another can be made',
    async (_, rest, body) => {
      const { port } = await serve(async (request) => {
        const text = await request.text()
        const other = new Request(request, { body: `[${text}]` })
        return new Response(await other.text())
      })
      const client = connectRaw(port, `POST / HTTP/1.1\r\nHost: voice.example.com\r\n${rest}`)
      expect(await client.until(`[${body}]`)).toMatch(/^HTTP\/1\.1 200 /)
      client.tear()
    },
  )

  test('refuses a handshake with a status and a body, and hangs up', async () => {
    const { port } = await serve(() => new Response('bad signature', { status: 403 }))
    const client = connectRaw(
      port,
      HANDSHAKE.replace('Connection: Upgrade', 'Connection: Upgrade, close'),
    )
    const answer = await client.until('bad signature')
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(answer).toMatch(/^content-type: text\/plain/im)
    await client.ended
  })

  test('answers 426 to a plain request where a WebSocket is expected', async () => {
    const { port } = await serveSockets()
    const response = await fetch(`http://127.0.0.1:${port}/socket`)
    expect([response.status, await response.text()])
      .toEqual([426, 'expected a WebSocket handshake'])
  })

  test('refuses a handshake without a key, and goes on', async () => {
    const { port, url } = await serve((_, connection) => connection.accept(() => newEar()))
    const client = connectRaw(port, HANDSHAKE.replace(/Sec-WebSocket-Key.*\r\n/, ''))
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 [45]/)
    await connect(url).ear.whenOpen
  })

  test('rejects when the port is taken', async () => {
    const { port } = await serveSockets()
    const second = { hostname: '127.0.0.1', port, fetch: () => new Response('second') }
    await expect(runtime.serve(second)).rejects.toThrow(/in use|EADDRINUSE/i)
  })
})

describe('a connection', () => {
  test('says whom it comes from, for a request and for a handshake', async () => {
    const asked: (string | undefined)[] = []
    const { port } = await serve((_, connection) => {
      asked.push(connection.address?.())
      return new Response('no')
    })
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    await connectRaw(port, HANDSHAKE).until('no')
    expect(asked).toEqual(['127.0.0.1', '127.0.0.1'])
  })
})

describe('stop()', () => {
  test('ends the sockets that are open and frees the port', async () => {
    const { client, server, accepted } = await createPair()
    await server.stop()
    const [at, from] = await Promise.all([client.ear.whenClosed, accepted.ear.whenClosed])
    for (const { code } of [at, from]) expect([1000, 1001, 1005, 1006]).toContain(code)
    await serve(() => new Response('second'), { port: server.port })
    const response = await fetch(`http://127.0.0.1:${server.port}/`)
    expect(await response.text()).toBe('second')
  })

  test('does not wait for an answer that has no end', async () => {
    const server = await serve(() =>
      new Response(
        new ReadableStream({
          start: (stream) => stream.enqueue(new TextEncoder().encode('data: 1\n\n')),
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      )
    )
    const response = await fetch(`http://127.0.0.1:${server.port}/`)
    const reader = response.body?.getReader()
    await reader?.read()
    await server.stop()
    await reader?.read().catch(() => {})
  })

  test('does not wait for one who was refused and does not hang up', async () => {
    const server = await serve(() => new Response('no', { status: 403 }))
    const client = connectRaw(server.port, HANDSHAKE, true)
    await client.until('no')
    await server.stop()
    client.tear()
  })

  test('does not wait for one who never answers a close', async () => {
    const { port, nextEnd, stop } = await serveSockets()
    const client = connectRaw(port, HANDSHAKE, true)
    const { socket, ear } = await nextEnd()
    socket.close(4001)
    await stop()
    client.tear()
    expect((await ear.whenClosed).code).toBe(4001)
  })
})
