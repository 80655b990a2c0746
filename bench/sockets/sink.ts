/**
 * The far end of the measurement: as little as can be at the place of OpenAI. It takes what it is sent and speaks without a
 * pause, in real time, in deltas of 100 to 500 ms. `ws` on Node, whoever is measured.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'
import { base64Encode } from '../../src/audio/base64.ts'
import { type Audio, BYTES_PER_MS, isAudio } from './traffic.ts'

const DELTAS_MS = [100, 300, 500, 200, 400]

const { values } = parseArgs({
  options: { audio: { type: 'string' }, key: { type: 'string' }, certificate: { type: 'string' } },
})
const audio = isAudio(values.audio) ? values.audio : 'pcm'

/** What each delta holds is noise: what matters of it is its length. */
const deltaOf = (audio: Audio, ms: number): string =>
  JSON.stringify({
    type: 'response.output_audio.delta',
    event_id: 'event_0123456789abcdef',
    response_id: 'resp_0123456789abcdef',
    item_id: 'item_0123456789abcdef',
    output_index: 0,
    content_index: 0,
    delta: base64Encode(crypto.getRandomValues(new Uint8Array(ms * BYTES_PER_MS[audio]))),
  })

const deltas = DELTAS_MS.map((ms) => ({ ms, text: deltaOf(audio, ms) }))
const server = values.key && values.certificate
  ? createSecureServer({ key: readFileSync(values.key), cert: readFileSync(values.certificate) })
  : createServer()
const sockets = new WebSocketServer({ server })

sockets.on('connection', (socket) => {
  let next = Math.floor(Math.random() * deltas.length)
  const speak = () => {
    const { ms, text } = deltas[next++ % deltas.length]
    socket.send(text)
    timer = setTimeout(speak, ms)
  }
  let timer = setTimeout(speak, 500 * Math.random())
  socket.on('message', () => {})
  socket.on('error', () => {})
  socket.on('close', () => clearTimeout(timer))
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the sink has no port')
  console.log(JSON.stringify({ port: address.port }))
})
// The parent ends us by closing our stdin, also when it dies.
process.stdin.on('end', () => process.exit(0)).resume()
