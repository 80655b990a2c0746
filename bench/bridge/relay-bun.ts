/** The floor on Bun: its own server and its own sockets, nothing between. */
import process from 'node:process'
import { createLine, type Line, sessionUrl, twimlOf } from './relay.ts'

// What this file uses of Bun.
type BunSocket = { data: { line?: Line; model?: WebSocket }; send: (text: string) => number }
type BunServer = {
  port: number
  upgrade: (request: Request, options: { data: BunSocket['data'] }) => boolean
}
declare const Bun: {
  serve: (options: {
    hostname: string
    port: number
    fetch: (request: Request, server: BunServer) => Response | undefined
    websocket: {
      open: (socket: BunSocket) => void
      message: (socket: BunSocket, text: string) => void
      close: (socket: BunSocket) => void
    }
  }) => BunServer
}

const url = sessionUrl(process.env.OPENAI_BASE_URL)

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request, server) =>
    server.upgrade(request, { data: {} }) ? undefined : new Response(twimlOf(server.port)),
  websocket: {
    open: (socket) => {
      const model = new WebSocket(url)
      const line = createLine((text) => void socket.send(text), (text) => model.send(text))
      model.onopen = line.modelOpened
      model.onmessage = ({ data }) => line.fromModel(data)
      socket.data.line = line
      socket.data.model = model
    },
    message: (socket, text) => socket.data.line?.fromCaller(text),
    close: (socket) => socket.data.model?.close(),
  },
})
process.stdin.on('end', () => process.exit(0)).resume()
console.log(JSON.stringify({ port: server.port }))
