/** How outbound sockets fail before they are open, where the runtimes' own ways differ. */
import { afterEach, describe, expect, test } from 'vitest'
import { runtime } from './current.ts'
import { createEar } from './ear.ts'
import { accepted, type RawServer, refused, startRawServer, textFrame } from './raw-peer.ts'

let servers: RawServer[] = []

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  servers = []
})

const startRaw = async (answer: Parameters<typeof startRawServer>[0]) => {
  const server = await startRawServer(answer)
  servers.push(server)
  return server
}

describe('what cannot even be tried', () => {
  test('is told as a loss: an address that is none', async () => {
    const ear = createEar()
    const socket = runtime.connect('model', { timeoutMs: 5_000 }, ear)
    expect([ear.told, socket.send('too early')]).toEqual([[], false])
    expect((await ear.whenClosed).code).toBe(1006)
    expect(ear.told).toHaveLength(1)
  })

  test('is told as a loss: a key with a line break, which is not repeated', async () => {
    const { url } = await startRaw((peer, request) => peer.write(accepted(request)))
    const ear = createEar()
    const headers = { authorization: 'Bearer sk-secret\nsk-other' }
    runtime.connect(url, { timeoutMs: 5_000, headers }, ear)
    const { code, reason } = await ear.whenClosed
    expect([code, ear.told.length]).toEqual([1006, 1])
    expect(reason).toMatch(/header/i)
    expect(reason).not.toContain('sk-')
  })
})

describe.runIf(runtime.name !== 'node')(
  'a handshake that fails without a status on Deno and Bun',
  () => {
    /** Tears the first connection, as a server that speaks no HTTP/2 does to Deno's second try. */
    const startTearing = async (answer: Parameters<typeof startRawServer>[0]) => {
      let asked = 0
      return await startRaw((peer, request) => {
        asked += 1
        if (asked === 1) peer.destroy()
        else answer(peer, request)
      })
    }

    test('is told as a loss where what would try once more cannot be loaded', async () => {
      const { connectBy } = await import('../../src/runtime/connect-own.ts')
      const { url } = await startTearing((peer) => peer.end(refused('429 Too Many Requests')))
      const ear = createEar()
      connectBy(() => Promise.reject(new Error('no such file')))(url, { timeoutMs: 5_000 }, ear)
      expect((await ear.whenClosed).code).toBe(1006)
      expect(ear.told).toHaveLength(1)
    })

    test('is tried once more, for the status', async () => {
      const { url } = await startTearing((peer) => peer.end(refused('429 Too Many Requests')))
      const ear = createEar()
      runtime.connect(url, { timeoutMs: 5_000 }, ear)
      expect(await ear.whenClosed).toMatchObject({ code: 1006, httpStatus: 429 })
      expect(ear.told).toHaveLength(1)
    })

    test('is used when it succeeds the second time', async () => {
      const received = Promise.withResolvers<void>()
      const { url } = await startTearing((peer, request) => {
        peer.write(accepted(request))
        peer.write(textFrame('hello'))
        peer.once('data', () => received.resolve())
      })
      const ear = createEar()
      const socket = runtime.connect(url, { timeoutMs: 5_000 }, ear)
      expect(await ear.next()).toBe('hello')
      expect(socket.send('hello')).toBe(true)
      await received.promise
      socket.terminate()
      expect(ear.told).toEqual(['opened', 'message hello', 'closed 1006 terminated'])
    })

    test('can be given up while it is tried once more', async () => {
      const isAskedAgain = Promise.withResolvers<void>()
      const { url } = await startTearing(() => isAskedAgain.resolve())
      const ear = createEar()
      const socket = runtime.connect(url, { timeoutMs: 5_000 }, ear)
      await isAskedAgain.promise
      socket.close()
      expect((await ear.whenClosed).code).toBe(1006)
      expect(ear.told).toHaveLength(1)
    })

    test('is not tried again when it has taken all the time there is', async () => {
      let asked = 0
      const { url } = await startRaw(() => asked += 1)
      const ear = createEar()
      runtime.connect(url, { timeoutMs: 30 }, ear)
      expect(await ear.whenClosed).toEqual({ code: 1006, reason: 'no handshake in 30 ms' })
      expect(asked).toBe(1)
    })
  },
)
