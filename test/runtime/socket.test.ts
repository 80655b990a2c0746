/**
 * What a socket does on every runtime. It runs on the one that it is in; where one cannot do as the others, the test says so by
 * its name.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { runtime } from './current.ts'
import {
  accepted,
  binaryFrame,
  CLIENT_BINARY,
  CLIENT_CLOSE_WITHOUT_CODE,
  clientText,
  CLOSE_WITHOUT_CODE,
  connectRaw,
  HANDSHAKE,
  refused,
  textFrame,
} from './raw-peer.ts'
import {
  connect,
  createPair,
  newEar,
  serve,
  serveSockets,
  startRaw,
  stopAll,
} from './socket-fixture.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await stopAll()
})

describe('text', () => {
  test('goes both ways, in order, as it was', async () => {
    const { client, accepted } = await createPair()
    for (const text of ['one', '', 'três 🦷', 'x'.repeat(1_000)]) {
      expect(client.socket.send(text)).toBe(true)
      expect(accepted.socket.send(text)).toBe(true)
    }
    for (const { ear } of [client, accepted]) {
      for (const text of ['one', '', 'três 🦷', 'x'.repeat(1_000)]) {
        expect(await ear.next()).toBe(text)
      }
    }
    expect([client.socket.bufferedBytes(), accepted.socket.bufferedBytes()]).toEqual([0, 0])
  })

  test('that is sent together arrives as the messages it is, in order', async () => {
    const { client, accepted } = await createPair()
    const long = 'x'.repeat(900)
    for (const { socket } of [client, accepted]) {
      socket.together(() => {
        for (const text of ['one', long, 'três 🦷']) expect(socket.send(text)).toBe(true)
      })
    }
    for (const { ear } of [client, accepted]) {
      for (const text of ['one', long, 'três 🦷']) expect(await ear.next()).toBe(text)
    }
  })

  test('that is sent together goes out although what sent it has failed', async () => {
    const { client, accepted } = await createPair()
    expect(() =>
      accepted.socket.together(() => {
        accepted.socket.send('before')
        throw new Error('failed')
      })
    ).toThrow('failed')
    accepted.socket.send('after')
    expect(await client.ear.next()).toBe('before')
    expect(await client.ear.next()).toBe('after')
  })

  test('may be sent in the moment of the opening, from both ends', async () => {
    const { nextEnd, url } = await serveSockets()
    const ear = newEar()
    const socket = runtime.connect(url, { timeoutMs: 5_000 }, {
      ...ear,
      opened: () => void socket.send('from the client'),
    })
    const accepted = await nextEnd()
    accepted.socket.send('from the server')
    expect(await accepted.ear.next()).toBe('from the client')
    expect(await ear.next()).toBe('from the server')
  })

  test('is all that is heard: a binary message is ignored by a server', async () => {
    const { port, nextEnd } = await serveSockets()
    const client = connectRaw(port, HANDSHAKE)
    const { ear } = await nextEnd()
    client.write(CLIENT_BINARY)
    client.write(clientText('hello'))
    expect(await ear.next()).toBe('hello')
    expect(ear.told).toEqual(['opened', 'message hello'])
  })

  test('is all that is heard: a binary message is ignored by a client', async () => {
    const { url } = await startRaw((peer, request) => {
      peer.write(accepted(request))
      peer.write(binaryFrame([1, 2, 3]))
      peer.write(textFrame('hello'))
    })
    const { ear } = connect(url)
    expect(await ear.next()).toBe('hello')
    expect(ear.told).toEqual(['opened', 'message hello'])
  })

  test('over the limit closes the socket of the server that gets it, unheard', async () => {
    const { client, accepted } = await createPair({ maxMessageBytes: 1_000 })
    client.socket.send('x'.repeat(1_001))
    expect((await accepted.ear.whenClosed).code).toBe(4009)
    expect(await client.ear.whenClosed).toEqual({ code: 4009, reason: 'message too big' })
    expect(accepted.ear.told).toEqual(['opened', 'closed 4009 message too big'])
  })

  test('far over the limit closes it, too', async () => {
    const { client, accepted } = await createPair({ maxMessageBytes: 1_000 })
    client.socket.send('x'.repeat(100_000))
    await Promise.all([accepted.ear.whenClosed, client.ear.whenClosed])
    expect(accepted.ear.told).toEqual(['opened', expect.stringMatching(/^closed (1006|1009|4009)/)])
  })

  test('over 64 KiB is too long for a server that has not said another limit', async () => {
    const server = await serve((_, connection) => connection.accept(() => newEar()))
    const client = connect(server.url)
    await client.ear.whenOpen
    client.socket.send('x'.repeat(65_537))
    expect((await client.ear.whenClosed).code).toBe(4009)
  })

  test('over the limit closes the socket of the client that gets it, unheard', async () => {
    const { url, nextEnd } = await serveSockets()
    const client = connect(url, { maxMessageBytes: 1_000 })
    const { socket } = await nextEnd()
    socket.send('x'.repeat(1_000))
    socket.send('x'.repeat(1_001))
    await client.ear.whenClosed
    expect(client.ear.told).toEqual([
      'opened',
      `message ${'x'.repeat(1_000)}`,
      expect.stringMatching(/^closed (1006|1009|4009)/),
    ])
  })
})

describe('a close', () => {
  test('of the server has the same code and reason at both ends', async () => {
    const { client, accepted } = await createPair()
    accepted.socket.close(4001, 'não há lugar')
    expect(await client.ear.whenClosed).toEqual({ code: 4001, reason: 'não há lugar' })
    expect(await accepted.ear.whenClosed).toEqual({ code: 4001, reason: 'não há lugar' })
  })

  test('of the client has the same code and reason at both ends', async () => {
    const { client, accepted } = await createPair()
    client.socket.close(3000, 'bye')
    expect(await accepted.ear.whenClosed).toEqual({ code: 3000, reason: 'bye' })
    expect(await client.ear.whenClosed).toEqual({ code: 3000, reason: 'bye' })
  })

  test('is 1000 when nothing else is said', async () => {
    const { client, accepted } = await createPair()
    client.socket.close()
    expect(await accepted.ear.whenClosed).toEqual({ code: 1000, reason: '' })
    expect(await client.ear.whenClosed).toEqual({ code: 1000, reason: '' })
  })

  test('comes after what was sent before it', async () => {
    const { client, accepted } = await createPair()
    accepted.socket.send('one')
    accepted.socket.send('two')
    accepted.socket.close(4001)
    await client.ear.whenClosed
    expect(client.ear.told).toEqual(['opened', 'message one', 'message two', 'closed 4001'])
  })

  test('of both at once ends both, once', async () => {
    const { client, accepted } = await createPair()
    client.socket.close(4001, 'client')
    accepted.socket.close(4002, 'server')
    const codes = [await client.ear.whenClosed, await accepted.ear.whenClosed].map((it) => it.code)
    for (const code of codes) expect([4001, 4002]).toContain(code)
  })

  test('without a code is 1005 at a server', async () => {
    const { port, nextEnd } = await serveSockets()
    const client = connectRaw(port, HANDSHAKE)
    const { ear } = await nextEnd()
    client.write(CLIENT_CLOSE_WITHOUT_CODE)
    expect(await ear.whenClosed).toEqual({ code: 1005, reason: '' })
  })

  test('without a code is 1005 at a client', async () => {
    const { url } = await startRaw((peer, request) => {
      peer.write(accepted(request))
      peer.write(CLOSE_WITHOUT_CODE)
    })
    expect(await connect(url).ear.whenClosed).toEqual({ code: 1005, reason: '' })
  })

  test('is the end of sending', async () => {
    const { client, accepted } = await createPair()
    client.socket.close()
    expect(client.socket.send('late')).toBe(false)
    await Promise.all([client.ear.whenClosed, accepted.ear.whenClosed])
    expect(accepted.socket.send('late')).toBe(false)
    expect(accepted.ear.told).toEqual(['opened', 'closed 1000'])
  })
})

describe('a loss', () => {
  test('of the connection is 1006 at a server', async () => {
    const { port, nextEnd } = await serveSockets()
    const client = connectRaw(port, HANDSHAKE)
    const { ear } = await nextEnd()
    client.write(clientText('hello'))
    await ear.next()
    client.tear()
    expect((await ear.whenClosed).code).toBe(1006)
  })

  test('of the connection is 1006 at a client', async () => {
    const { url } = await startRaw((peer, request) => {
      peer.write(accepted(request))
      peer.once('data', () => peer.destroy())
    })
    const { socket, ear } = connect(url)
    await ear.whenOpen
    socket.send('hello')
    expect((await ear.whenClosed).code).toBe(1006)
  })

  test('is what terminate() of a client does to the server', async () => {
    const { client, accepted } = await createPair()
    client.socket.terminate()
    expect(client.ear.told).toEqual(['opened', 'closed 1006 terminated'])
    const { code } = await accepted.ear.whenClosed
    if (runtime.name === 'deno') expect([1005, 1006]).toContain(code)
    else expect(code).toBe(1006)
  })

  test('is what terminate() of a server does to the client; Deno closes', async () => {
    const { client, accepted } = await createPair()
    accepted.socket.terminate()
    expect(accepted.ear.told).toEqual(['opened', 'closed 1006 terminated'])
    expect((await client.ear.whenClosed).code).toBe(runtime.name === 'deno' ? 1005 : 1006)
  })
})

describe('connect()', () => {
  test('sends its headers with the handshake', async () => {
    const seen = Promise.withResolvers<string>()
    const { url } = await startRaw((peer, request) => {
      seen.resolve(request)
      peer.end(refused('403 Forbidden'))
    })
    connect(`${url}/v1/realtime?model=x`, { headers: { authorization: 'Bearer sk-test' } })
    const request = await seen.promise
    expect(request).toMatch(/^GET \/v1\/realtime\?model=x HTTP\/1\.1\r\n/)
    expect(request).toMatch(/^authorization: Bearer sk-test\r$/im)
    expect(request).not.toMatch(/^sec-websocket-extensions:/im)
  })

  test.each([
    ['401 Unauthorized', 401],
    ['429 Too Many Requests', 429],
    ['503 Service Unavailable', 503],
  ])('tells the status of a handshake that is refused with %s', async (status, httpStatus) => {
    const { url } = await startRaw((peer) => peer.end(refused(status, '{"error":{}}')))
    const { ear } = connect(url)
    expect(await ear.whenClosed).toMatchObject({ code: 1006, httpStatus })
    expect(ear.told).toHaveLength(1)
  })

  test('tells the status also when the body of the refusal never ends', async () => {
    const { url } = await startRaw((peer) =>
      peer.write('HTTP/1.1 429 Too Many Requests\r\nContent-Length: 1000\r\n\r\nwait')
    )
    expect(await connect(url).ear.whenClosed).toMatchObject({ code: 1006, httpStatus: 429 })
  })

  test('is lost with 1006 where nobody listens', async () => {
    const { port, stop } = await startRaw(() => {})
    await stop()
    const close = await connect(`ws://127.0.0.1:${port}`).ear.whenClosed
    expect(close.code).toBe(1006)
    expect(close.httpStatus).toBeUndefined()
    expect(close.reason).not.toBe('')
  })

  test('is lost with 1006 where the handshake is torn', async () => {
    const { url } = await startRaw((peer) => peer.destroy())
    const close = await connect(url).ear.whenClosed
    expect([close.code, close.httpStatus]).toEqual([1006, undefined])
  })

  test('is lost with 1006 when no answer comes in time', async () => {
    const { url } = await startRaw(() => {})
    const { ear } = connect(url, { timeoutMs: 30 })
    expect((await ear.whenClosed).code).toBe(1006)
    expect(ear.told).toHaveLength(1)
  })

  test('can be given up while it connects', async () => {
    const isAsked = Promise.withResolvers<void>()
    const { url } = await startRaw(() => isAsked.resolve())
    const { socket, ear } = connect(url)
    expect(socket.send('too early')).toBe(false)
    await isAsked.promise
    socket.close()
    expect((await ear.whenClosed).code).toBe(1006)
    expect(ear.told).toHaveLength(1)
    expect(socket.send('too late')).toBe(false)
  })

  test('can be given up in the moment it was asked for', async () => {
    const { url } = await startRaw(() => {})
    const { socket, ear } = connect(url)
    socket.close()
    expect((await ear.whenClosed).code).toBe(1006)
    expect(ear.told).toHaveLength(1)
  })

  test('can be terminated while it connects', async () => {
    const { url } = await startRaw(() => {})
    const { socket, ear } = connect(url)
    socket.terminate()
    expect(ear.told).toEqual(['closed 1006 terminated'])
  })
})

describe('an exception', () => {
  test('in a handler closes that socket with 4500, and no other', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client, server, accepted } = await createPair({
      listen: (ear) => ({
        ...ear,
        message: (text) => {
          if (text === 'fault') throw new Error('a mistake')
          ear.message(text)
        },
      }),
    })
    const other = connect(server.url)
    const otherEnd = await server.nextEnd()
    await other.ear.whenOpen
    client.socket.send('fault')
    expect(await client.ear.whenClosed).toEqual({ code: 4500, reason: 'internal error' })
    expect(await accepted.ear.whenClosed).toEqual({ code: 4500, reason: 'internal error' })
    other.socket.send('still here')
    expect(await otherEnd.ear.next()).toBe('still here')
  })

  test('when a socket is opened closes it with 4500', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const server = await serve((_, connection) =>
      connection.accept(() => {
        throw new Error('a mistake')
      })
    )
    expect((await connect(server.url).ear.whenClosed).code).toBe(4500)
  })

  test('in a handler of the client closes with 4500 as well', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { url, nextEnd } = await serveSockets()
    const ear = newEar()
    runtime.connect(url, { timeoutMs: 5_000 }, {
      ...ear,
      message: () => {
        throw new Error('a mistake')
      },
    })
    const accepted = await nextEnd()
    accepted.socket.send('hello')
    expect((await accepted.ear.whenClosed).code).toBe(4500)
    expect((await ear.whenClosed).code).toBe(4500)
  })

  test('in a request is a 500, with and without a handshake, and the server goes on', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { port, url } = await serve((request, connection) => {
      if (request.url.endsWith('/fault')) throw new Error('a mistake')
      return connection.accept(() => newEar())
    })
    const response = await fetch(`http://127.0.0.1:${port}/fault`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('a mistake')
    expect(await connect(`${url}/fault`).ear.whenClosed).toMatchObject({ httpStatus: 500 })
    await connect(url).ear.whenOpen
  })
})
