/** The floor through Hono, on each runtime by Hono's own means: what a framework between the two sockets costs. */
import process from 'node:process'
import { Hono } from 'hono'
import type { UpgradeWebSocket } from 'hono/ws'
import { WebSocket, WebSocketServer } from 'ws'
import { createLine, sessionUrl, twimlOf } from './relay.ts'

// What this file uses of the two runtimes that bring a server.
type Serve<Options> = { serve: (options: Options, handler?: unknown) => { port: number } }
declare const Bun: Serve<{ hostname: string; port: number; fetch: unknown; websocket: unknown }>
declare const Deno: Serve<{ hostname: string; port: number; onListen: typeof listening }>

const url = sessionUrl(process.env.OPENAI_BASE_URL)
let port = 0

const listening = (address: { port: number }): void => {
  port = address.port
  console.log(JSON.stringify({ port }))
}

/** A socket to the model by what is cheaper on the runtime: its own, but on Node `ws`. */
const openModel = (opened: () => void, message: (text: string) => void) => {
  if ('Bun' in globalThis || 'Deno' in globalThis) {
    const model = new globalThis.WebSocket(url)
    model.onopen = opened
    model.onmessage = ({ data }) => message(data)
    model.onerror = () => {}
    return model
  }
  const model = new WebSocket(url, { perMessageDeflate: false })
  model.on('open', opened).on('error', () => {})
  model.on('message', (data) => message(String(data)))
  return model
}

const createApp = (upgradeWebSocket: UpgradeWebSocket): Hono => {
  const app = new Hono()
  app.post('/twilio/voice', (c) => c.body(twimlOf(port)))
  app.get(
    '/media',
    upgradeWebSocket(() => {
      let line: ReturnType<typeof createLine> | undefined
      let model: ReturnType<typeof openModel> | undefined
      return {
        onOpen: (_, socket) => {
          const opened = openModel(
            () => line?.modelOpened(),
            (text) => line?.fromModel(text),
          )
          model = opened
          line = createLine((text) => socket.send(text), (text) => opened.send(text))
        },
        onMessage: ({ data }) => line?.fromCaller(String(data)),
        onClose: () => model?.close(),
      }
    }),
  )
  return app
}

const startOnBun = async (): Promise<void> => {
  const { upgradeWebSocket, websocket } = await import('hono/bun')
  const { fetch } = createApp(upgradeWebSocket)
  listening(Bun.serve({ hostname: '127.0.0.1', port: 0, fetch, websocket }))
}

const startOnDeno = async (): Promise<void> => {
  const { upgradeWebSocket } = await import('hono/deno')
  const { fetch } = createApp(upgradeWebSocket)
  Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: listening }, fetch)
}

const startOnNode = async (): Promise<void> => {
  const { upgradeWebSocket, ...node } = await import('@hono/node-server')
  const { fetch } = createApp(upgradeWebSocket)
  // The types of `ws` and of Hono do not fit, although the one is made for the other.
  const { serve }: NodeServe = node
  const websocket = { server: new WebSocketServer({ noServer: true }) }
  serve({ hostname: '127.0.0.1', port: 0, fetch, websocket }, listening)
}

type NodeServe = {
  serve(
    options: { hostname?: string; port?: number; fetch?: unknown; websocket?: unknown },
    listen: typeof listening,
  ): unknown
}

const start = 'Bun' in globalThis ? startOnBun : 'Deno' in globalThis ? startOnDeno : startOnNode
await start()
process.stdin.on('end', () => process.exit(0)).resume()
