/**
 * The knowledge of all customers. A customer whose file changed gets its new shelf at once; calls that are on go on with theirs.
 */
import type { Clock } from '../clock.ts'
import type { Customer, KnowledgeEntry } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { FetchText } from './fetch-page.ts'
import type { Knowledge } from './knowledge.ts'
import { createPages } from './pages.ts'
import { createShelf, type Shelf } from './shelf.ts'
import type { SearchStore } from './vector-store.ts'

/** Who knows something: a slice of a customer. */
export type Knower = Pick<Customer, 'id' | 'version' | 'knowledge'>

export type Library = Readonly<{
  /** Takes in the customers as they are now. What has not changed is not read again. */
  adopt: (customers: readonly Knower[]) => void
  /** The knowledge for a call of this customer that begins now; undefined when there is none, or the version is not in use. */
  knowledgeOf: (customer: Knower) => Knowledge | undefined
  /** Resolves when each page was asked for and all texts are indexed. */
  settled: () => Promise<void>
  stop: () => void
}>

export type LibraryOptions = Readonly<{
  fetchText: FetchText
  searchStore: SearchStore
  clock: Pick<Clock, 'after'>
  log: Log
}>

/** Makes an empty library. */
export const createLibrary = (options: LibraryOptions): Library => {
  let shelves: ReadonlyMap<string, Readonly<{ version: string; shelf: Shelf }>> = new Map()
  const pages = createPages({
    ...options,
    onText: (url, text) => {
      for (const { shelf } of shelves.values()) shelf.putPage(url, text)
    },
  })

  const shelfOf = ({ id, knowledge }: Knower): Shelf => {
    const before = shelves.get(id)?.shelf
    if (before && isSame(before.entries, knowledge)) return before
    const log = options.log.with({ customer: id })
    return createShelf({ entries: knowledge, pages, searchStore: options.searchStore, log })
  }

  return {
    adopt: (customers) => {
      const knowing = customers.filter(({ knowledge }) => knowledge.length > 0)
      pages.want(
        knowing.flatMap(({ knowledge }) => knowledge.filter((entry) => entry.type === 'url')),
      )
      shelves = new Map(
        knowing.map((each) => [each.id, { version: each.version, shelf: shelfOf(each) }]),
      )
    },
    knowledgeOf: ({ id, version }) => {
      const found = shelves.get(id)
      return found?.version === version ? found.shelf.knowledge() : undefined
    },
    settled: async () => {
      await pages.settled()
      for (const { shelf } of shelves.values()) await shelf.settled()
    },
    stop: () => {
      pages.stop()
      for (const { shelf } of shelves.values()) shelf.stop()
    },
  }
}

/** Whether two lists of entries say the same; texts that were not read again are the same text and quick to compare. */
const isSame = (one: readonly KnowledgeEntry[], other: readonly KnowledgeEntry[]): boolean =>
  one.length === other.length && one.every((entry, at) => isSameEntry(entry, other[at]))

const isSameEntry = (one: KnowledgeEntry, other: KnowledgeEntry): boolean => {
  switch (one.type) {
    case 'text':
      return other.type === 'text' && one.name === other.name && one.text === other.text
    case 'url':
      return other.type === 'url' && one.url === other.url
    case 'vector-store':
      return other.type === 'vector-store' && one.id === other.id
  }
}
