/** The floor on Node: `node:http` and `ws`, nothing between. */
import { createServer } from 'node:http'
import process from 'node:process'
import { WebSocket, WebSocketServer } from 'ws'
import { createLine, sessionUrl, twimlOf } from './relay.ts'

const url = sessionUrl(process.env.OPENAI_BASE_URL)
let port = 0

const server = createServer((request, response) => {
  request.resume()
  response.end(twimlOf(port))
})
const sockets = new WebSocketServer({ server })

sockets.on('connection', (socket) => {
  const model = new WebSocket(url, { perMessageDeflate: false })
  const line = createLine((text) => socket.send(text), (text) => model.send(text))
  model.on('open', line.modelOpened)
  model.on('message', (data) => line.fromModel(String(data)))
  model.on('error', () => {})
  socket.on('message', (data) => line.fromCaller(String(data)))
  socket.on('error', () => {})
  socket.on('close', () => model.close())
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) port = address.port
  console.log(JSON.stringify({ port }))
})
process.stdin.on('end', () => process.exit(0)).resume()
