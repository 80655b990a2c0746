import { describe, expect, test } from 'vitest'
import type { SocketClose } from '../../../src/runtime/socket.ts'
import { createVirtualClock } from '../../../src/sim/virtual/clock.ts'
import { createVirtualNetwork } from '../../../src/sim/virtual/network.ts'

const createNetwork = () => {
  const clock = createVirtualClock()
  const network = createVirtualNetwork(clock)
  const wait = (ms: number) =>
    clock.until(new Promise<void>((resolve) => void clock.after(ms, resolve)))
  /** Opens a socket and keeps what it is told. */
  const dial = (url: string, timeoutMs = 1_000) => {
    const told: (string | SocketClose)[] = []
    const socket = network.connect(url, { headers: { 'x-name': 'caller' }, timeoutMs }, {
      opened: () => told.push('opened'),
      message: (text) => told.push(text),
      closed: (close) => told.push(close),
    })
    return { socket, told }
  }
  return { clock, network, wait, dial }
}

describe('a server', () => {
  test('is asked at its port, with all that a request has', async () => {
    const { clock, network } = createNetwork()
    const { port } = await network.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: async (request) => new Response(`${request.method} ${await request.text()}`),
    })
    const asked = network.fetch(`http://127.0.0.1:${port}/twilio/voice`, {
      method: 'POST',
      body: 'From=1',
    })
    expect(await (await clock.until(asked)).text()).toBe('POST From=1')
  })

  test('that has stopped, or never was, cannot be reached', async () => {
    const { clock, network, dial, wait } = createNetwork()
    const server = await network.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => new Response('hello'),
    })
    await server.stop()
    const asked = network.fetch(`http://127.0.0.1:${server.port}/`, {})
    await expect(clock.until(asked)).rejects.toThrow('nobody listens')
    const { told } = dial(`ws://127.0.0.1:${server.port}/`)
    await wait(100)
    expect(told).toEqual([{ code: 1006, reason: 'nobody listens there' }])
  })
})

describe('a socket', () => {
  test('is opened by a handshake, carries messages both ways and tells both of its end', async () => {
    const { network, wait, dial } = createNetwork()
    const told: (string | SocketClose)[] = []
    const { port } = await network.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: (request, connection) =>
        connection.accept((socket) => ({
          message: (text) => {
            told.push(`${request.headers.get('x-name')}: ${text}`)
            socket.send('hello yourself')
          },
          closed: (close) => told.push(close),
        })),
    })
    const { socket, told: heard } = dial(`ws://127.0.0.1:${port}/media`)
    expect(socket.send('too early')).toBe(false)
    await wait(100)
    expect(socket.send('hello')).toBe(true)
    await wait(100)
    socket.close(1000, 'done')
    await wait(100)
    expect(told).toEqual(['caller: hello', { code: 1000, reason: 'done' }])
    expect(heard).toEqual(['opened', 'hello yourself', { code: 1000, reason: 'done' }])
  })

  test('that is refused is told the status', async () => {
    const { network, wait, dial } = createNetwork()
    const { port } = await network.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => new Response('bad signature', { status: 403 }),
    })
    const { told } = dial(`ws://127.0.0.1:${port}/media`)
    await wait(100)
    expect(told).toEqual([{ code: 1006, reason: 'refused', httpStatus: 403 }])
  })

  test('gives up on a handshake that takes too long', async () => {
    const { clock, network, wait, dial } = createNetwork()
    const { port } = await network.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: (_, connection) =>
        new Promise((resolve) =>
          void clock.after(
            500,
            () => resolve(connection.accept(() => ({ message: () => {}, closed: () => {} }))),
          )
        ),
    })
    const { told } = dial(`ws://127.0.0.1:${port}/media`, 200)
    await wait(1_000)
    expect(told).toEqual([{ code: 1006, reason: 'timeout' }])
  })
})
