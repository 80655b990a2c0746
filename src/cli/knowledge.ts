/** `tandem knowledge search`: shows what an agent would be told, so that a question it got wrong can be asked again at a desk. */
import type { Config, Customer } from '../config/config.ts'
import { checkReport } from '../config/check.ts'
import { type Environment, holds, parseEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { didYouMean } from '../config/yaml/spelling.ts'
import { withDocuments } from '../knowledge/documents.ts'
import { createFetchText } from '../knowledge/fetch-page.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import { foundText } from '../knowledge/knowledge-tool.ts'
import { createLibrary } from '../knowledge/library.ts'
import type { Found } from '../knowledge/search-index.ts'
import { createSearchStore } from '../knowledge/vector-store.ts'
import { startLog } from '../log.ts'
import * as files from '../runtime/files.ts'
import { createGuardedFetch } from '../runtime/guarded-fetch.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { formatShortMs } from './format.ts'

export type SearchOptions = Readonly<{ customer: string; json?: true }>

/** How long a search may take, pages and indexing not counted; as long as that of an agent. */
const SEARCH_MS = 5_000

/** Searches the knowledge of a customer. 1 when nothing is found or a source fails, 2 when there is no such customer. */
export const searchKnowledge = async (
  context: CommandContext,
  query: string,
  options: SearchOptions,
): Promise<ExitCode> => {
  const parsed = parseEnvironment({ ...context.variables, NODE_ENV: undefined })
  if ('problems' in parsed) {
    for (const { variable, message } of parsed.problems) context.err(`${variable} ${message}`)
    return 2
  }
  const loaded = await loadConfig(
    withDocuments(files),
    parsed.environment.configFolder,
    holds(context.variables),
  )
  if (!('config' in loaded)) {
    for (const line of checkReport(loaded, Date.now())) context.err(line)
    return 2
  }
  const { config } = loaded
  const { customers } = config
  const customer = customers.find(({ id }) => id === options.customer)
  if (!customer) {
    const ids = customers.map(({ id }) => id)
    const { hint = `there is ${ids.join(', ')}` } = didYouMean(options.customer, ids)
    context.err(`there is no customer ${options.customer}: ${hint}`)
    return 2
  }
  return await searchOf(
    { context, environment: parsed.environment, config, customer, query },
    options,
  )
}

type Search = Readonly<{
  context: CommandContext
  environment: Environment
  config: Config
  customer: Customer
  query: string
}>

const searchOf = async (
  { context, environment: { openai }, config, customer, query }: Search,
  { json: isJson }: SearchOptions,
): Promise<ExitCode> => {
  const library = createLibrary({
    fetchText: createFetchText(createGuardedFetch(config.service.network)),
    searchStore: createSearchStore({
      baseUrl: openai.baseUrl,
      apiKey: openai.apiKey ?? '',
      fetch,
    }),
    clock: context.clock,
    // What could not be fetched or asked is said there.
    log: startLog({ level: 'warning', format: 'text', pii: false, write: context.err }),
  })
  try {
    library.adopt([customer])
    await library.settled()
    const knowledge = library.knowledgeOf(customer)
    if (!knowledge) {
      context.err(`${customer.id} has no knowledge`)
      return 1
    }
    const startMs = context.clock.nowMs()
    const found = await knowledge.search(query, AbortSignal.timeout(SEARCH_MS))
    const tookMs = context.clock.nowMs() - startMs
    if (isJson) context.out(JSON.stringify(asJson(customer, query, knowledge, found, tookMs)))
    else show(context, knowledge, found, tookMs)
    return found.length > 0 ? 0 : 1
  } catch (error) {
    context.err(error instanceof Error ? error.message : String(error))
    return 1
  } finally {
    library.stop()
  }
}

const asJson = (
  { id }: Customer,
  query: string,
  { sources }: Knowledge,
  found: readonly Found[],
  tookMs: number,
) => ({ customer: id, query, sources, tookMs, found, told: foundText(found) })

const show = (
  { out, err }: CommandContext,
  { sources }: Knowledge,
  found: readonly Found[],
  tookMs: number,
): void => {
  out(foundText(found))
  err(`${found.length} found in ${formatShortMs(tookMs)}`)
  if (sources.length === 0) {
    err('all of it stands below the instructions: the agent need not search')
  }
}
