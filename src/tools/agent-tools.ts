/** The tools of one agent, made from its file once and used by all of its calls. */
import type { Clock } from '../clock.ts'
import { BUILT_IN_TOOLS, TOOLS_OF_OTHER_KEYS } from '../config/values/built-in-tools.ts'
import type { McpConfig, ToolConfig } from '../config/tools.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { GuardedFetch } from '../runtime/guarded-fetch.ts'
import { loadArgumentReaders, type MakeReadArguments } from './arguments.ts'
import { fill } from './fill.ts'
import { createHttpTool } from './http-tool.ts'
import { followMcpTools } from './mcp-tools.ts'
import type { MessageBook } from './message-book.ts'
import { createNow, type OpeningHours } from './now.ts'
import { createTakeMessage } from './take-message.ts'
import { withNames } from './tool-names.ts'
import type { Tool, Toolbox } from './tool.ts'
import { createToolbox } from './toolbox.ts'

/** An MCP server that the model calls without us. */
export type RemoteServer = Readonly<{
  label: string
  url: string
  headers: Readonly<Record<string, string>>
  allow?: readonly string[]
  approval: 'never' | 'always'
}>

export type AgentTools = Readonly<{
  /** The tools as they are now. A call keeps the box it began with, as its model was told of those tools. */
  toolbox: () => Toolbox
  /** What the model is told of besides. */
  servers: readonly RemoteServer[]
  /** Resolves when the first call loses no time: what checks arguments is loaded, and MCP servers have answered or had 5 s to. */
  ready: Promise<void>
  /** Ends asking MCP servers for their tools. Toolboxes that calls have stay good. */
  retire: () => void
}>

export type AgentToolsOptions = Readonly<{
  tools: readonly ToolConfig[]
  /** Tools from elsewhere, such as `search_knowledge`. */
  more?: readonly Tool[]
  /** The hours of the customer; UTC without. */
  hours?: OpeningHours
  fetch: GuardedFetch
  /** Gives a variable of the environment. */
  variable: (name: string) => string | undefined
  book: Pick<MessageBook, 'add'>
  clock: Clock
  /** Gives ms since 1970. */
  wallMs: () => number
  log: Log
  /** Loads what reads arguments. */
  loadReaders?: () => Promise<MakeReadArguments>
}>

/**
 * Makes the tools of an agent. Those of MCP servers are among them once they are listed; a server that is away is asked again. What
 * changes the call itself (`end_call`, `transfer_call` and the like) is not among them.
 */
export const createAgentTools = (options: AgentToolsOptions): AgentTools => {
  const { tools, more = [], clock, log } = options
  const own = [...tools.flatMap((config) => createTool(config, options)), ...more]
  const reserved = [...BUILT_IN_TOOLS, ...TOOLS_OF_OTHER_KEYS.keys()]
  const servers = tools.filter((config) => config.kind === 'mcp')
  const followed = servers.filter(({ via }) => via === 'tandem').map((config) => ({
    label: config.label,
    ...followMcpTools(config, options),
  }))

  let lists: readonly (readonly Tool[])[] | undefined
  const isEmpty = own.length + followed.length === 0
  const { loadReaders = loadArgumentReaders } = options
  const running = { clock, log, ...(isEmpty ? {} : { readers: loadReaders() }) }
  // Whoever calls a tool is told with each call, the operator here.
  const loaded = running.readers?.catch((error) =>
    log.error('tool.cannot-load', { problem: messageOf(error) })
  )
  let box = createToolbox(own, running)
  return {
    toolbox: () => {
      const now = followed.map(({ tools }) => tools())
      if (now.some((list, at) => list !== lists?.[at])) {
        lists = now
        const listed = followed.map(({ label }, at) => ({ label, tools: now[at] }))
        box = createToolbox([...own, ...withNames(listed, own, reserved)], running)
      }
      return box
    },
    servers: servers.filter(({ via }) => via === 'openai').map((config) =>
      remoteServer(config, options.variable)
    ),
    ready: Promise.all([loaded, ...followed.map(({ ready }) => ready)]).then(() => {}),
    retire: () => followed.forEach(({ retire }) => retire()),
  }
}

const createTool = (config: ToolConfig, options: AgentToolsOptions): readonly Tool[] => {
  const { wallMs, hours = { timezone: 'UTC' } } = options
  if (config.kind === 'mcp') return []
  if (config.kind === 'http') {
    return [createHttpTool(config, { ...options, nowS: () => wallMs() / 1000 })]
  }
  if (config.name === 'now') return [createNow(hours, wallMs)]
  return config.name === 'take_message' ? [createTakeMessage(config, options)] : []
}

const remoteServer = (
  { label, url, headers, allow, approval }: McpConfig,
  variable: AgentToolsOptions['variable'],
): RemoteServer => ({
  label,
  url,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, fill(value, { variable, secrets: {} })]),
  ),
  ...(allow === undefined ? {} : { allow }),
  approval,
})
