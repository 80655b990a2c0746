/** The tools of an MCP server that is called from here. The list is kept fresh, and kept as it was while the server is away. */
import type { Cancel, Clock } from '../clock.ts'
import type { McpConfig } from '../config/tools.ts'
import type { Log } from '../log.ts'
import type { GuardedFetch } from '../runtime/guarded-fetch.ts'
import { fill } from './fill.ts'
import { createMcpConnection, type ListedTool } from './mcp-connection.ts'
import { mcpCause } from './mcp-failure.ts'
import type { Tool } from './tool.ts'

export type McpTools = Readonly<{
  /** The tools as the server last listed them, under the names that it gives them. */
  tools: () => readonly Tool[]
  /** Resolves when they were listed for the first time, or could not be. */
  ready: Promise<void>
  /** Ends listing. Tools that somebody has stay good: between requests nothing is open. */
  retire: () => void
}>

export type McpToolsOptions = Readonly<{
  fetch: GuardedFetch
  variable: (name: string) => string | undefined
  clock: Clock
  log: Log
}>

/** How long opening a session may take, and then the list. */
const LIST_TIMEOUT_MS = 2_500
/** How often it is asked for. */
const REFRESH_MS = 5 * 60_000
/** After how long it is asked for again when that failed; twice as long after each further failure. */
const RETRY_MS = 5_000

/** Of one server; each costs tokens in every response. */
const TOOLS_MAX = 64
const SCHEMA_CHARS_MAX = 16_000
const DESCRIPTION_CHARS_MAX = 1_024

/** Lists the tools of a server from now on. There are none until it has answered; while it does not, it is asked again. */
export const followMcpTools = (
  { label, url, headers, allow, timeoutMs }: McpConfig,
  { fetch, variable, clock, log }: McpToolsOptions,
): McpTools => {
  const fillings = { variable, secrets: {} }
  const connection = createMcpConnection({
    url,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, fill(value, fillings)]),
    ),
    fetch,
  })
  let tools: readonly Tool[] = []
  let listed = ''
  let failures = 0
  let isRetired = false
  let cancel: Cancel = () => {}

  const toolOf = ({ name, description, inputSchema }: ListedTool): Tool => ({
    name,
    description: (description ?? name).slice(0, DESCRIPTION_CHARS_MAX),
    parameters: inputSchema,
    timeoutMs,
    run: (given, _about, signal) => connection.call(name, given, timeoutMs, signal),
  })

  const refresh = async (): Promise<void> => {
    try {
      const found = await connection.list(LIST_TIMEOUT_MS)
      const usable = found.filter((tool) => isUsable(tool, allow)).slice(0, TOOLS_MAX)
      const text = JSON.stringify(usable)
      if (text !== listed) {
        // Only a list that has changed makes new tools: calls share what was compiled for them.
        ;[tools, listed] = [usable.map(toolOf), text]
        log.info('mcp.listed', {
          server: label,
          tools: tools.length,
          leftOut: found.length - tools.length,
        })
      }
      failures = 0
    } catch (error) {
      failures++
      const reason = mcpCause(error, new URL(url).host).message
      log.warn('mcp.not-listed', { server: label, failures, kept: tools.length, reason })
    }
    if (isRetired) return
    const pauseMs = failures ? Math.min(RETRY_MS * 2 ** (failures - 1), REFRESH_MS) : REFRESH_MS
    cancel = clock.after(pauseMs, () => void refresh())
  }

  return {
    tools: () => tools,
    ready: refresh(),
    retire: () => {
      isRetired = true
      cancel()
    },
  }
}

const isUsable = ({ name, inputSchema }: ListedTool, allow: readonly string[] | undefined) =>
  (allow === undefined || allow.includes(name)) &&
  JSON.stringify(inputSchema).length <= SCHEMA_CHARS_MAX
