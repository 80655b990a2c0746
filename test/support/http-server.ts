/** A real HTTP server on loopback that a test scripts, the same on the three runtimes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type Received = Readonly<{
  method: string
  url: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}>

export type HttpServer = Readonly<{
  url: string
  port: number
  /** What came, in order. */
  received: readonly Received[]
  stop: () => Promise<void>
}>

/** Answers one request. */
export type Answer = (request: Received, response: ServerResponse, nth: number) => void

export const startHttpServer = async (answer: Answer, port = 0): Promise<HttpServer> => {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const whole: Received = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: await bodyOf(request),
    }
    answer(whole, response, received.push(whole))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  const listens = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${listens}`,
    port: listens,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Answers with JSON. */
export const json = (value: unknown, status = 200): Answer => (_, response) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

/** Answers with text. */
export const plain = (text: string, status = 200): Answer => (_, response) => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}
