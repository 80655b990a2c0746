/**
 * The process that is measured: our side of many model sockets, through one of the two ways to open them. It sends and receives
 * what a call does and nothing else, and writes one line of JSON about its CPU.
 *
 * Node, Bun and Deno each run it: `node bench/sockets/client.ts --via ws --url ws://127.0.0.1:9000 --audio pcm ...`
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { base64Encode } from '../../src/audio/base64.ts'
import { appendAudio } from '../../src/realtime/encode.ts'
import { connect as connectBuiltIn } from '../../src/runtime/connect-built-in.ts'
import { connect as connectWs } from '../../src/runtime/connect.ts'
import type { Runtime } from '../../src/runtime/runtime.ts'
import type { Socket } from '../../src/runtime/socket.ts'
import { BYTES_PER_MS, isAudio, type Measurement, PACKET_MS } from './traffic.ts'

/** The control: it costs what pacing and writing the messages costs, and no socket. */
const connectNothing: Runtime['connect'] = (_url, _options, events) => {
  setTimeout(() => events.opened?.(), 0)
  const nothing = () => {}
  return {
    send: () => true,
    together: (action) => action(),
    close: nothing,
    terminate: nothing,
    bufferedBytes: () => 0,
  }
}

const WAYS: Readonly<Record<string, Runtime['connect']>> = {
  'ws': connectWs,
  'built-in': connectBuiltIn,
  'none': connectNothing,
}

const { values } = parseArgs({
  options: {
    via: { type: 'string', default: '' },
    url: { type: 'string', default: '' },
    audio: { type: 'string' },
    connections: { type: 'string', default: '100' },
    warmUpMs: { type: 'string', default: '2000' },
    measureMs: { type: 'string', default: '5000' },
  },
})
const audio = isAudio(values.audio) ? values.audio : 'pcm'
const payload = base64Encode(
  crypto.getRandomValues(new Uint8Array(PACKET_MS * BYTES_PER_MS[audio])),
)
let sent = 0
let received = 0
let lost = ''

const main = async (): Promise<void> => {
  const sockets = await Promise.all(
    Array.from({ length: Number(values.connections) }, () => openSocket(WAYS[values.via])),
  )
  pace(sockets)
  await passed(Number(values.warmUpMs))
  const before = { sent, received, cpu: process.cpuUsage(), atMs: performance.now() }
  await passed(Number(values.measureMs))
  const { user, system } = process.cpuUsage(before.cpu)
  if (lost !== '') throw new Error(`a socket was lost: ${lost}`)
  const measurement: Measurement = {
    sent: sent - before.sent,
    received: received - before.received,
    cpuMs: (user + system) / 1000,
    tookMs: performance.now() - before.atMs,
    residentMib: process.memoryUsage().rss / 2 ** 20,
  }
  console.log(JSON.stringify(measurement))
  process.exit(0)
}

/** Rejects when the socket does not open. One that is lost later spoils the measurement. */
const openSocket = (connect: Runtime['connect']): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(values.url, {
      timeoutMs: 10_000,
      headers: { authorization: 'Bearer x' },
    }, {
      opened: () => resolve(socket),
      message: () => received++,
      closed: ({ code, reason }) => {
        lost = `${code} ${reason}`
        reject(new Error(`cannot connect: ${lost}`))
      },
    })
  })

/** Sends fifty packets a second on each socket, spread evenly over time, as calls that began at random do. */
const pace = (sockets: readonly Socket[]): void => {
  const startMs = performance.now()
  const gapMs = PACKET_MS / sockets.length
  setInterval(() => {
    const due = (performance.now() - startMs) / gapMs
    while (sent < due) {
      if (!sockets[sent % sockets.length].send(appendAudio(payload))) throw new Error('not sent')
      sent++
    }
  }, 1)
}

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

await main()
