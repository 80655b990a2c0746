/** The floor on Deno: its own server and its own sockets, nothing between. */
import process from 'node:process'
import { createLine, sessionUrl, twimlOf } from './relay.ts'

// What this file uses of Deno.
declare const Deno: {
  serve: (
    options: { hostname: string; port: number; onListen: (address: { port: number }) => void },
    handler: (request: Request) => Response,
  ) => unknown
  upgradeWebSocket: (request: Request) => { socket: WebSocket; response: Response }
}

const url = sessionUrl(process.env.OPENAI_BASE_URL)
let port = 0

const join = (socket: WebSocket): void => {
  const model = new WebSocket(url)
  const line = createLine((text) => socket.send(text), (text) => model.send(text))
  model.onopen = line.modelOpened
  model.onmessage = ({ data }) => line.fromModel(data)
  model.onerror = () => {}
  socket.onmessage = ({ data }) => line.fromCaller(data)
  socket.onerror = () => {}
  socket.onclose = () => model.close()
}

const listening = (address: { port: number }): void => {
  port = address.port
  console.log(JSON.stringify({ port }))
}

Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: listening }, (request) => {
  if (request.headers.get('upgrade') !== 'websocket') return new Response(twimlOf(port))
  const { socket, response } = Deno.upgradeWebSocket(request)
  join(socket)
  return response
})
process.stdin.on('end', () => process.exit(0)).resume()
