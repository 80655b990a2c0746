/**
 * What of the Model Context Protocol OpenAI's servers need: they list the tools of a server and call them, over streamable HTTP.
 * Written from the protocol, not with the client that `src/tools` has: what one of them gets wrong the other shall notice.
 *
 * https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
 */
import { z } from 'zod'
import type { McpError, McpListedTool } from './events.ts'

/** What is used of `fetch`. */
export type McpFetch = (url: string, init: RequestInit) => Promise<Response>

export type McpClient = Readonly<{
  /** Gives the tools of the server, or rejects. */
  list: () => Promise<readonly McpListedTool[]>
  /** Calls a tool; a failure is a value, as it is in an item. Never rejects. */
  call: (name: string, given: string) => Promise<McpOutcome>
}>

export type McpOutcome =
  | Readonly<{ output: string; error: null }>
  | Readonly<{ output: null; error: McpError }>

/** Makes a client; nothing is sent before it is used. `signal` ends what is under way. */
export const createMcpClient = (
  url: string,
  headers: Readonly<Record<string, string>>,
  fetch: McpFetch,
  signal: AbortSignal,
): McpClient => {
  let sessionId: string | undefined
  let id = 0

  const post = async (message: Readonly<Record<string, unknown>>): Promise<string> => {
    const response = await fetch(url, {
      method: 'POST',
      signal,
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    })
    const text = await response.text()
    if (!response.ok) {
      const message = `The MCP server answered ${response.status}.`
      throw new McpFailure({ type: 'http_error', code: response.status, message })
    }
    sessionId ??= response.headers.get('mcp-session-id') ?? undefined
    return response.headers.get('content-type')?.startsWith('text/event-stream')
      ? lastEvent(text)
      : text
  }

  const ask = async (method: string, params: unknown): Promise<unknown> => {
    const answer = answerRules.parse(JSON.parse(await post({ id: ++id, method, params })))
    if (answer.error) throw new McpFailure({ type: 'protocol_error', ...answer.error })
    return answer.result
  }

  return {
    list: async () => {
      await ask('initialize', HELLO)
      await post({ method: 'notifications/initialized' })
      return listRules.parse(await ask('tools/list', {})).tools.map((tool) => ({
        name: tool.name,
        description: tool.description ?? null,
        input_schema: tool.inputSchema,
        annotations: null,
      }))
    },
    call: async (name, given) => {
      try {
        const result = resultRules.parse(
          await ask('tools/call', { name, arguments: JSON.parse(given) }),
        )
        const text = result.content.flatMap((part) => part.text ?? []).join('\n')
        return result.isError
          ? { output: null, error: { type: 'tool_execution_error', message: text } }
          : { output: text, error: null }
      } catch (error) {
        const unreachable = { type: 'http_error', code: 424, message: UNREACHABLE } as const
        return { output: null, error: error instanceof McpFailure ? error.detail : unreachable }
      }
    },
  }
}

const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'built-in-model', version: '1' },
}

const UNREACHABLE = 'The MCP server could not be reached.'

class McpFailure extends Error {
  readonly detail: McpError

  constructor(detail: McpError) {
    super(detail.message)
    this.name = 'McpFailure'
    this.detail = detail
  }
}

const answerRules = z.object({
  result: z.unknown(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
})

const listRules = z.object({
  tools: z.array(z.object({
    name: z.string(),
    description: z.string().optional(),
    inputSchema: z.unknown(),
  })),
})

const resultRules = z.object({
  content: z.array(z.object({ text: z.string().optional() })),
  isError: z.boolean().optional(),
})

/** A server may answer by a stream of events, of which the last is the answer. */
const lastEvent = (stream: string): string =>
  stream.split('\n').findLast((line) => line.startsWith('data:'))?.slice('data:'.length) ?? ''
