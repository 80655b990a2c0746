/** An MCP server over streamable HTTP, as a test scripts it: sessions that a restart forgets, and tools. */
import type { ServerResponse } from 'node:http'
import { type HttpServer, type Received, startHttpServer } from './http-server.ts'

export type McpServer =
  & HttpServer
  & Readonly<{
    /** The methods that were asked for, but for the handshake. */
    asked: () => readonly string[]
  }>

/** What a tool answers: a result as it stands on the wire, or nothing for ever. */
export type McpAnswer =
  | Readonly<Record<string, unknown>>
  | 'never'
  | 'break'
  /** Done once this is. */
  | Promise<void>

export type McpScript = Readonly<{
  tools: () => readonly Readonly<Record<string, unknown>>[]
  call?: (name: string, given: unknown) => McpAnswer
  /** The status with which a session that is not known is refused. */
  unknownSession?: 400 | 404
  /** Answers as a stream of events instead of as JSON. */
  streams?: boolean
}>

let sessions = 0

export const startMcpServer = async (script: McpScript, port = 0): Promise<McpServer> => {
  const known = new Set<string>()
  const asked: string[] = []
  const server = await startHttpServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const message: unknown = JSON.parse(request.body)
    if (!isMessage(message)) return void response.writeHead(400).end()
    if (message.method === 'initialize') {
      const session = `session-${++sessions}`
      known.add(session)
      response.setHeader('mcp-session-id', session)
      return reply(script, response, message, {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'test', version: '1' },
      })
    }
    if (!known.has(String(request.headers['mcp-session-id']))) {
      return void response.writeHead(script.unknownSession ?? 404).end('no such session')
    }
    if (message.id === undefined) return void response.writeHead(202).end()
    asked.push(message.method)
    if (message.method === 'tools/list') {
      return reply(script, response, message, { tools: script.tools() })
    }
    const { name, arguments: given } = message.params
    const answer = script.call?.(String(name), given) ?? { content: [DONE] }
    if (answer instanceof Promise) {
      void answer.then(() => reply(script, response, message, { content: [DONE] }))
    } else if (answer === 'break') response.destroy()
    else if (answer !== 'never') reply(script, response, message, answer)
  }, port)
  return { ...server, asked: () => asked }
}

const DONE = { type: 'text', text: 'done' }

/** A result of one text. */
export const text = (text: string, isError = false): McpAnswer => ({
  content: [{ type: 'text', text }],
  ...(isError ? { isError } : {}),
})

/** The headers of the requests that reached a server. */
export const headersOf = (
  server: HttpServer,
  name: string,
): readonly unknown[] => [...new Set(server.received.map(({ headers }: Received) => headers[name]))]

const reply = (
  { streams }: McpScript,
  response: ServerResponse,
  { id }: Message,
  result: Readonly<Record<string, unknown>>,
): void => {
  const message = JSON.stringify({ jsonrpc: '2.0', id, result })
  response.writeHead(200, { 'content-type': streams ? 'text/event-stream' : 'application/json' })
  response.end(streams ? `event: message\ndata: ${message}\n\n` : message)
}

type Message = Readonly<{ id?: unknown; method: string; params: Readonly<Record<string, unknown>> }>

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'method' in value &&
  typeof value.method === 'string'
