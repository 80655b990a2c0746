/**
 * The usual way, as in most examples on the net: everything parsed, an array per frame, linear interpolation without a memory,
 * everything written by JSON.stringify. `node bench/bridge/usual.ts pcm`, or `pcmu` for mu-law on both sides.
 */
import { Buffer } from 'node:buffer'
import { createServer } from 'node:http'
import process from 'node:process'
import { WebSocket, WebSocketServer } from 'ws'
import { sessionUrl, twimlOf } from './relay.ts'

const audio = process.argv[2]
const format = audio === 'pcm' ? { type: 'audio/pcm', rate: 24000 } : { type: 'audio/pcmu' }
let port = 0

const muLawToPcm = (code: number): number => {
  const bits = ~code & 0xff
  const magnitude = (((bits & 0x0f) << 3) + 132 << ((bits >> 4) & 7)) - 132
  return bits & 0x80 ? -magnitude : magnitude
}

const pcmToMuLaw = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), 32635) + 132
  let exponent = 7
  for (let mask = 0x4000; (magnitude & mask) === 0 && exponent > 0; mask >>= 1) exponent--
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f
  return ~(sign | (exponent << 4) | mantissa) & 0xff
}

const upsample = (samples: number[]): number[] => {
  const wide: number[] = []
  for (let i = 0; i < samples.length; i++) {
    const next = samples[i + 1] ?? samples[i]
    for (let part = 0; part < 3; part++) wide.push(samples[i] + (next - samples[i]) * part / 3)
  }
  return wide
}

const toModel = (payload: string): string => {
  if (audio === 'pcmu') return payload
  const wide = upsample(Array.from(Buffer.from(payload, 'base64'), muLawToPcm))
  const pcm = Buffer.alloc(2 * wide.length)
  wide.forEach((sample, at) => pcm.writeInt16LE(Math.round(sample), 2 * at))
  return pcm.toString('base64')
}

const toCaller = (payload: string): string => {
  if (audio === 'pcmu') return payload
  const pcm = Buffer.from(payload, 'base64')
  const codes = Buffer.alloc(Math.floor(pcm.length / 6))
  for (let i = 0; i < codes.length; i++) codes[i] = pcmToMuLaw(pcm.readInt16LE(6 * i))
  return codes.toString('base64')
}

const join = (socket: WebSocket): void => {
  let streamSid = ''
  const model = new WebSocket(sessionUrl(process.env.OPENAI_BASE_URL))
  const send = (to: WebSocket, message: unknown) => to.send(JSON.stringify(message))

  model.on('open', () => {
    const session = { type: 'realtime', audio: { input: { format }, output: { format } } }
    send(model, { type: 'session.update', session })
  })
  model.on('message', (data) => {
    const event = JSON.parse(String(data))
    if (event.type === 'input_audio_buffer.speech_started') {
      send(socket, { event: 'clear', streamSid })
    }
    if (event.type !== 'response.output_audio.delta') return
    send(socket, { event: 'media', streamSid, media: { payload: toCaller(event.delta) } })
    send(socket, { event: 'mark', streamSid, mark: { name: event.item_id } })
  })
  socket.on('message', (data) => {
    const message = JSON.parse(String(data))
    if (message.event === 'start') streamSid = message.start.streamSid
    if (message.event !== 'media') return
    send(model, { type: 'input_audio_buffer.append', audio: toModel(message.media.payload) })
  })
  model.on('error', () => {})
  socket.on('error', () => {})
  socket.on('close', () => model.close())
}

const server = createServer((request, response) => {
  request.resume()
  response.end(twimlOf(port))
})
new WebSocketServer({ server }).on('connection', join)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) port = address.port
  console.log(JSON.stringify({ port }))
})
process.stdin.on('end', () => process.exit(0)).resume()
