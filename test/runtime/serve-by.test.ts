/**
 * What Node's server does with those who come before the code that answers them is loaded, and where it never is. The loading is in
 * the hand of the test, so that "before" is no matter of chance.
 */
import { Buffer } from 'node:buffer'
import { afterEach, describe, expect, test } from 'vitest'
import type { ServeOptions } from '../../src/runtime/runtime.ts'
import { runtime } from './current.ts'
import { clientText, connectRaw, HANDSHAKE } from './raw-peer.ts'
import { newEar, stopAfterTest, stopAll } from './socket-fixture.ts'

afterEach(stopAll)

describe.runIf(runtime.name === 'node')('a server of Node', () => {
  const start = async (options: Partial<ServeOptions> = {}) => {
    const { serveBy } = await import('../../src/runtime/node.ts')
    const { createTraffic } = await import('../../src/runtime/node-traffic.ts')
    const loaded = Promise.withResolvers<{ createTraffic: typeof createTraffic }>()
    // It may fail before the server has asked for it.
    loaded.promise.catch(() => {})
    const { port, stop } = await serveBy(() => loaded.promise)({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => new Response('hello'),
      ...options,
    })
    stopAfterTest(stop)
    return { port, load: () => loaded.resolve({ createTraffic }), fail: loaded.reject }
  }

  test('answers who asked before the code for it was loaded, with all that was sent', async () => {
    const fetch = async (request: Request) => new Response(`got ${await request.text()}`)
    const { port, load } = await start({ fetch })
    const client = connectRaw(
      port,
      'POST / HTTP/1.1\r\nHost: voice.example.com\r\nContent-Length: 9\r\n\r\nFrom=',
    )
    client.write('%2B1')
    await turns()
    load()
    expect(await client.until('%2B1')).toContain('got From=%2B1')
    client.tear()
  })

  test('gives the socket of an early handshake every message, the first of them, too', async () => {
    const ear = newEar()
    const { port, load } = await start({ fetch: (_, { accept }) => accept(() => ear) })
    const client = connectRaw(port, HANDSHAKE)
    client.write(clientText('start'))
    await turns()
    client.write(Buffer.concat([clientText('media 1'), clientText('media 2')]))
    load()
    await client.until('101 Switching Protocols')
    client.write(clientText('media 3'))
    const heard = [await ear.next(), await ear.next(), await ear.next(), await ear.next()]
    expect(heard).toEqual(['start', 'media 1', 'media 2', 'media 3'])
    client.tear()
  })

  test('outlives one who leaves before the code was loaded', async () => {
    const { port, load } = await start()
    connectRaw(port, HANDSHAKE).tear()
    connectRaw(port, 'GET / HTTP/1.1\r\nHost: voice.example.com\r\n\r\n').tear()
    await turns()
    load()
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello')
  })

  test('says once that it can answer nobody, and answers 503 until it is stopped', async () => {
    const told: string[] = []
    const { port, fail } = await start({ onUnable: ({ message }) => told.push(message) })
    const client = connectRaw(port, HANDSHAKE)
    fail(new Error('no such file: node-traffic.ts'))
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 503 /)
    await client.ended
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503)
    expect(told).toEqual(['no such file: node-traffic.ts'])
  })
})

/** What has been written on this machine has arrived by then. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
