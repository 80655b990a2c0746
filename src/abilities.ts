/** What agents can do and what they know, besides talking: the tools and the knowledge of all customers, kept as their files say. */
import type { BeginOptions } from './bridge/begin-call.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import type { Variables } from './config/environment.ts'
import { createFetchText } from './knowledge/fetch-page.ts'
import { createLibrary } from './knowledge/library.ts'
import { createSearchStore } from './knowledge/vector-store.ts'
import type { Log } from './log.ts'
import { type GuardedFetch, guardedFetch } from './runtime/guarded-fetch.ts'
import { loadMcpClient } from './tools/mcp-connection.ts'
import type { MessageBook } from './tools/message-book.ts'
import { hasMcpClient, toolOwner, toolOwners } from './tools/tool-owners.ts'
import { createToolShelf } from './tools/tool-shelf.ts'
import type { Fetch } from './twilio-rest/twilio-api.ts'

export type Abilities =
  & Pick<BeginOptions, 'toolsOf' | 'knowledgeOf'>
  & Readonly<{
    /** Takes in the customers as they are now. */
    adopt: (config: Config) => void
    /** Asks the MCP servers of all agents for their tools; a call that comes before they have answered goes without these. */
    prepare: () => void
    /** MCP servers are asked for their tools no more; calls that have them can go on using them. */
    retire: () => void
    stop: () => void
  }>

export type AbilitiesOptions = Readonly<{
  config: () => Config
  /** What `${env:NAME}` of a tool stands for. */
  variables: Variables
  /** Where messages that callers leave are kept. */
  book: Pick<MessageBook, 'add'>
  /** Where vector stores are searched. */
  model: Readonly<{ baseUrl: string; apiKey: string }>
  /** Asks that server. */
  fetch: Fetch
  clock: Clock
  /** Milliseconds since 1970. */
  wallMs: () => number
  log: Log
}>

/** Loads what would hold everything up under a call: the client of MCP takes 0.1 s and more. */
export const loadAbilities = async (config: Config): Promise<void> => {
  if (hasMcpClient(toolOwners(config))) await loadMcpClient()
}

/** Makes the abilities of the customers of a configuration. Their pages are read from now on. */
export const startAbilities = (options: AbilitiesOptions): Abilities => {
  const { config, variables, book, clock, wallMs, log } = options
  const guarded: GuardedFetch = (url, init) => guardedFetch(url, init, config().service.network)
  const library = createLibrary({
    fetchText: createFetchText(guarded),
    searchStore: createSearchStore({ ...options.model, fetch: options.fetch }),
    clock,
    log,
  })
  library.adopt(config().customers)
  const shelf = createToolShelf({
    fetch: guarded,
    variable: (name) => variables[name],
    book,
    clock,
    wallMs,
    log,
  })
  return {
    toolsOf: (customer, agent) => shelf.of(toolOwner(customer, agent)),
    knowledgeOf: library.knowledgeOf,
    adopt: (changed) => {
      void shelf.prepare(toolOwners(changed))
      library.adopt(changed.customers)
    },
    prepare: () => void shelf.prepare(toolOwners(config())),
    retire: shelf.stop,
    stop: library.stop,
  }
}
