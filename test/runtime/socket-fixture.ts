/** Servers and sockets of the runtime that this is, on this machine, for one test at a time. */
import { expect } from 'vitest'
import type { ConnectOptions, ServeOptions } from '../../src/runtime/runtime.ts'
import type { Socket, SocketEvents } from '../../src/runtime/socket.ts'
import { runtime } from './current.ts'
import { createEar, type Ear } from './ear.ts'
import { startRawServer } from './raw-peer.ts'

/** One end of a socket, and who listens to it. */
export type Heard = Readonly<{ socket: Socket; ear: Ear }>

let ears: Ear[] = []
let stops: (() => Promise<void>)[] = []

/** Stops everything that a test has started. */
export const stopAll = async (): Promise<void> => {
  await Promise.all(stops.map((stop) => stop()))
  // Whatever the test was about: every socket has ended, once, and said nothing after it.
  await Promise.all(ears.map((ear) => ear.whenClosed))
  for (const { told } of ears) {
    expect(told.findIndex((each) => each.startsWith('closed'))).toBe(told.length - 1)
  }
  ears = []
  stops = []
}

/** Has something else stopped when the test is over. */
export const stopAfterTest = (stop: () => Promise<void>): void => void stops.push(stop)

/** Someone new who listens; must have heard the end of his socket when the test is over. */
export const newEar = (): Ear => {
  const ear = createEar()
  ears.push(ear)
  return ear
}

/** Serves until the test is over, on a free port unless one is given. */
export const serve = async (
  fetch: ServeOptions['fetch'],
  options: Partial<ServeOptions> = {},
) => {
  const server = await runtime.serve({ hostname: '127.0.0.1', port: 0, fetch, ...options })
  let stopped: Promise<void> | undefined
  const stop = () => stopped ??= server.stop()
  stops.push(stop)
  return { port: server.port, stop, url: `ws://127.0.0.1:${server.port}` }
}

/** A server that accepts every handshake, and its ends of the sockets in the order they came. */
export const serveSockets = async (
  { listen = (ear: Ear): SocketEvents => ear, maxMessageBytes = 1_000 } = {},
) => {
  const ends: Heard[] = []
  const waiting: ((end: Heard) => void)[] = []
  const server = await serve((_, connection) =>
    connection.accept((socket) => {
      const end = { socket, ear: newEar() }
      const waiter = waiting.shift()
      if (waiter) waiter(end)
      else ends.push(end)
      return listen(end.ear)
    }), { maxMessageBytes })
  const nextEnd = (): Promise<Heard> =>
    new Promise((resolve) => {
      const end = ends.shift()
      if (end) resolve(end)
      else waiting.push(resolve)
    })
  return { ...server, nextEnd }
}

/** Opens a socket to a server. */
export const connect = (url: string, options: Partial<ConnectOptions> = {}): Heard => {
  const ear = newEar()
  return { ear, socket: runtime.connect(url, { timeoutMs: 5_000, ...options }, ear) }
}

/** Two ends of one socket, both open. */
export const createPair = async (options: Parameters<typeof serveSockets>[0] = {}) => {
  const server = await serveSockets(options)
  const client = connect(server.url)
  const accepted = await server.nextEnd()
  await Promise.all([client.ear.whenOpen, accepted.ear.whenOpen])
  return { client, server, accepted }
}

/** Starts a server of plain TCP until the test is over. */
export const startRaw = async (answer: Parameters<typeof startRawServer>[0]) => {
  const server = await startRawServer(answer)
  stops.push(server.stop)
  return server
}
