/**
 * The knowledge of one customer in one version: its texts, what has come of its pages, and its vector stores, searched as one.
 */
import type { KnowledgeEntry } from '../config/config.ts'
import { ToolError } from '../errors.ts'
import type { Log } from '../log.ts'
import { divide, inlineText, type NamedText } from './inline.ts'
import type { Knowledge } from './knowledge.ts'
import type { Pages } from './pages.ts'
import { createSearchIndex, type Found, type IndexedText } from './search-index.ts'
import type { SearchStore } from './vector-store.ts'

export type Shelf = Readonly<{
  entries: readonly KnowledgeEntry[]
  /** The knowledge as it is now: the same for all calls, as long as no page changes. */
  knowledge: () => Knowledge
  /** Takes in a page that has come, or has changed. Does nothing with a page that is not of this shelf. */
  putPage: (url: string, text: string) => void
  /** Resolves when all that was put is indexed. */
  settled: () => Promise<void>
  /** Ends indexing. */
  stop: () => void
}>

export type ShelfOptions = Readonly<{
  entries: readonly KnowledgeEntry[]
  pages: Pick<Pages, 'textOf'>
  searchStore: SearchStore
  log: Log
}>

/** What an agent is given at once: with the longest passages about 1,500 tokens. */
const RESULTS_MAX = 5

/** Makes a shelf and begins to index what is there. */
export const createShelf = ({ entries, pages, searchStore, log }: ShelfOptions): Shelf => {
  const index = createSearchIndex()
  const stopped = new AbortController()
  const urls = entries.flatMap((entry) => entry.type === 'url' ? [entry.url] : [])
  const stores = entries.flatMap((entry) => entry.type === 'vector-store' ? [entry.id] : [])
  const known = new Set<string>()
  // One after the other, or they would take turns and all be late.
  let indexing: Promise<void> = Promise.resolve()
  /** What a search waits for: the newer text of a page, which has an older one until then, is not in it. */
  let ready = indexing
  const { rest: tooLong } = divide(entries.filter((entry) => entry.type === 'text'))
  const sources = [...tooLong.map(({ name }) => name), ...urls, ...stores]

  let asItIs: Knowledge | undefined

  const knowledgeNow = (): Knowledge => {
    const { inline, rest } = divide(textsOf(entries, pages))
    const searched = [...rest.map(({ name }) => name), ...stores]
    return { inline: inlineText(inline, searched), sources, search }
  }

  const put = (text: IndexedText) => {
    indexing = indexing.then(() => index.put(text, stopped.signal)).catch((error) => {
      if (!stopped.signal.aborted) log.error('knowledge.not-indexed', { key: text.key, error })
    })
    if (!known.has(text.key)) ready = indexing
    known.add(text.key)
  }

  const searchStores = async (query: string, signal: AbortSignal) => {
    const asked = await Promise.allSettled(stores.map((id) => searchStore(id, query, signal)))
    return asked.map((answer, at) => {
      if (answer.status === 'fulfilled') return answer.value
      const problem = answer.reason instanceof Error ? answer.reason.message : answer.reason
      if (!signal.aborted) log.warn('knowledge.store-failed', { store: stores[at], problem })
      return undefined
    })
  }

  const search: Knowledge['search'] = async (query, signal) => {
    const [, fromStores] = await Promise.all([
      orAborted(ready, signal),
      searchStores(query, signal),
    ])
    signal.throwIfAborted()
    const found = inTurns([index.search(query, RESULTS_MAX), ...fromStores.map((it) => it ?? [])])
    const isIncomplete = fromStores.includes(undefined) ||
      urls.some((url) => pages.textOf(url) === undefined)
    if (found.length === 0 && isIncomplete) {
      throw new ToolError('knowledge-unavailable', 'The knowledge cannot be searched right now.')
    }
    return found.slice(0, RESULTS_MAX)
  }

  for (const [at, entry] of entries.entries()) {
    if (entry.type === 'text') put({ key: `${at}`, source: entry.name, text: entry.text })
  }
  for (const url of new Set(urls)) {
    const text = pages.textOf(url)
    if (text !== undefined) put({ key: url, source: url, text })
  }
  return {
    entries,
    knowledge: () => asItIs ??= knowledgeNow(),
    putPage: (url, text) => {
      if (!urls.includes(url)) return
      asItIs = undefined
      put({ key: url, source: url, text })
    },
    settled: () => indexing,
    stop: () => stopped.abort(),
  }
}

const textsOf = (
  entries: readonly KnowledgeEntry[],
  pages: Pick<Pages, 'textOf'>,
): readonly NamedText[] =>
  entries.flatMap((entry) => {
    if (entry.type === 'text') return [entry]
    const text = entry.type === 'url' ? pages.textOf(entry.url) : undefined
    return entry.type === 'url' && text !== undefined ? [{ name: entry.url, text }] : []
  })

/** The best of each, then the second of each: what they scored cannot be compared. */
const inTurns = (lists: readonly (readonly Found[])[]): readonly Found[] => {
  const longest = Math.max(...lists.map((list) => list.length))
  return Array.from(
    { length: longest },
    (_, rank) => lists.flatMap((list) => list.slice(rank, rank + 1)),
  ).flat()
}

const orAborted = async (work: Promise<void>, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
