import { expect, test } from 'vitest'
import { connectLater } from '../../src/runtime/connect-later.ts'
import type { Runtime } from '../../src/runtime/runtime.ts'
import type { SocketClose } from '../../src/runtime/socket.ts'

const options = { timeoutMs: 1000 }

const createWay = () => {
  const told: string[] = []
  const way = Promise.withResolvers<Runtime['connect']>()
  const connect: Runtime['connect'] = (url) => {
    told.push(`open ${url}`)
    return {
      send: (text) => {
        told.push(`send ${text}`)
        return true
      },
      together: (action) => action(),
      close: (code, reason) => void told.push(`close ${code} ${reason}`),
      terminate: () => void told.push('terminate'),
      bufferedBytes: () => 7,
    }
  }
  const closes: SocketClose[] = []
  const events = { message: () => {}, closed: (close: SocketClose) => void closes.push(close) }
  return {
    told,
    closes,
    events,
    connect: connectLater(() => way.promise),
    load: async () => {
      way.resolve(connect)
      await way.promise
    },
  }
}

test('the first socket is opened as soon as the way to open one is loaded', async () => {
  const { connect, events, load, told } = createWay()
  const socket = connect('ws://model/', options, events)
  expect(socket.send('too early')).toBe(false)
  expect(socket.bufferedBytes()).toBe(0)
  expect(told).toEqual([])
  await load()
  expect(socket.send('hello')).toBe(true)
  expect(socket.bufferedBytes()).toBe(7)
  socket.close(1000, 'bye')
  expect(told).toEqual(['open ws://model/', 'send hello', 'close 1000 bye'])
})

test('the next socket is opened at once', async () => {
  const { connect, events, load, told } = createWay()
  connect('ws://model/1', options, events)
  await load()
  connect('ws://model/2', options, events)
  expect(told).toEqual(['open ws://model/1', 'open ws://model/2'])
})

test('a socket that is not wanted any more before it could be opened is not opened, and ends once', async () => {
  const { connect, events, load, told, closes } = createWay()
  const socket = connect('ws://model/', options, events)
  socket.close()
  socket.terminate()
  await load()
  expect(told).toEqual([])
  expect(closes).toEqual([{ code: 1006, reason: 'given up before it was tried' }])
})

test('a socket ends like any that cannot be opened where the way to open one cannot be loaded, and the next one tries again', async () => {
  const { events, closes } = createWay()
  let loads = 0
  const connect = connectLater(() => Promise.reject(new Error(`no file ${++loads}`)))
  const socket = connect('ws://model/1', options, events)
  connect('ws://model/2', options, events)
  await Promise.resolve()
  await Promise.resolve()
  expect(socket.send('too late')).toBe(false)
  socket.close()
  expect(closes).toEqual([
    { code: 1006, reason: 'cannot load what opens sockets: no file 1' },
    { code: 1006, reason: 'cannot load what opens sockets: no file 2' },
  ])
})
