/**
 * One MCP server, called from here. A server restarts while calls are up: its session is then unknown to it, and a new one is opened
 * without anybody noticing.
 *
 * https://modelcontextprotocol.io/specification
 */
import type { Client, FetchLike, Tool as ListedTool } from '@modelcontextprotocol/client'
import { RequestError } from '../errors.ts'
import type { GuardedFetch } from '../runtime/guarded-fetch.ts'
import { isSessionGone, mcpFailure, wasNotTaken } from './mcp-failure.ts'
import { mcpText } from './mcp-text.ts'
import type { Arguments } from './tool.ts'

export type { ListedTool }

export type McpConnection = Readonly<{
  /** Lists the tools of the server. Rejects when it does not answer in time. */
  list: (timeoutMs: number) => Promise<readonly ListedTool[]>
  /** Calls a tool; gives its answer as text. Rejects with a `ToolError`. */
  call: (name: string, given: Arguments, timeoutMs: number, signal: AbortSignal) => Promise<string>
}>

export type McpConnectionOptions = Readonly<{
  url: string
  headers: Readonly<Record<string, string>>
  fetch: GuardedFetch
}>

/** Makes a connection. Nothing is sent before it is used, and nothing is open between two uses. */
export const createMcpConnection = (options: McpConnectionOptions): McpConnection => {
  let current: Promise<Client> | undefined

  const connected = (timeoutMs: number): Promise<Client> => {
    if (current) return current
    const mine = open(options, timeoutMs)
    current = mine
    mine.catch(() => forget(mine))
    return mine
  }

  // It is not closed: nothing of it is open, and others may wait for an answer in it.
  const forget = (client: Promise<Client>): void => {
    if (current === client) current = undefined
  }

  /** Does something with the session; does it again with a new one if the server knows this one no more, and only then. */
  const use = async <Value>(
    timeoutMs: number,
    work: (client: Client) => Promise<Value>,
  ): Promise<Value> => {
    const isFresh = current === undefined
    const mine = connected(timeoutMs)
    try {
      return await work(await mine)
    } catch (error) {
      if (isSessionGone(error)) forget(mine)
      if (isFresh || !wasNotTaken(error)) throw error
      return await work(await connected(timeoutMs))
    }
  }

  return {
    list: (timeoutMs) =>
      use(timeoutMs, async (client) => {
        const { tools } = await client.listTools(undefined, { timeout: timeoutMs })
        return tools
      }),
    call: (name, given, timeout, signal) =>
      use(
        timeout,
        (client) => client.callTool({ name, arguments: { ...given } }, { timeout, signal }),
      )
        .catch((error: unknown) => {
          throw mcpFailure(error, new URL(options.url).host)
        })
        .then(mcpText),
  }
}

/** Loads the client: half a megabyte of schemas, once in a process. */
export const loadMcpClient = () => import('@modelcontextprotocol/client')

const open = async ({ url, headers, fetch }: McpConnectionOptions, timeoutMs: number) => {
  const { Client, StreamableHTTPClientTransport } = await loadMcpClient()
  const client = new Client({ name: 'tandem', version: '1' }, {
    versionNegotiation: { mode: 'auto' },
  })
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: bounded(fetch),
    requestInit: { headers },
  })
  await client.connect(transport, { timeout: timeoutMs })
  return client
}

/** No list of tools and no answer is longer. */
const ANSWER_BYTES_MAX = 1024 * 1024

/** The longest that a request may last, whatever became of who waited for it: more than the longest timeout of a tool. */
const REQUEST_MS_MAX = 65_000

/** `fetch` as the client wants it, with an end to what a server may send. */
const bounded = (fetch: GuardedFetch): FetchLike => async (url, init = {}) => {
  // The stream of what a server says unasked would stay open for ever; tools are listed anew instead.
  if (init.method === 'GET') return new Response(null, { status: 405 })
  const { method, headers, body, signal } = init
  const limit = AbortSignal.timeout(REQUEST_MS_MAX)
  const answer = await fetch(url, {
    method,
    headers,
    ...(typeof body === 'string' ? { body } : {}),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  })
  const { status, statusText } = answer
  return new Response(answer.body?.pipeThrough(upTo(ANSWER_BYTES_MAX)) ?? null, {
    status,
    statusText,
    headers: answer.headers,
  })
}

const upTo = (maxBytes: number): TransformStream<Uint8Array, Uint8Array> => {
  let left = maxBytes
  return new TransformStream({
    transform: (chunk, controller) => {
      left -= chunk.length
      if (left < 0) controller.error(new RequestError('connection-lost', 'the answer is too long'))
      else controller.enqueue(chunk)
    },
  })
}
