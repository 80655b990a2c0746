/**
 * The pages that knowledge names: fetched at once and then every so often. A page that cannot be fetched keeps the text it had,
 * because a website that is down for a night must not make an agent forget its prices.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { FetchText } from './fetch-page.ts'

/** A page that is wanted, and how often it is fetched. */
export type WantedPage = Readonly<{ url: string; refreshMs: number }>

export type Pages = Readonly<{
  /** Says which pages are wanted from now on; of those that are not, nothing is kept. */
  want: (pages: readonly WantedPage[]) => void
  /** The text of a page; undefined when it has not come yet. */
  textOf: (url: string) => string | undefined
  /** Resolves when no page is being fetched any more. */
  settled: () => Promise<void>
  stop: () => void
}>

export type PagesOptions = Readonly<{
  fetchText: FetchText
  clock: Pick<Clock, 'after'>
  log: Log
  /** Hears of a page that has come, or has another text than before. */
  onText: (url: string, text: string) => void
}>

/** When a page that could not be fetched is tried again: twice as long each time, up to its own interval. */
const RETRY_MS = 60_000

type Held = {
  refreshMs: number
  text: string | undefined
  failures: number
  fetching: Promise<void> | undefined
  cancelWait: () => void
  unwanted: AbortController
}

/** Begins to hold pages; none is wanted yet. */
export const createPages = ({ fetchText, clock, log, onText }: PagesOptions): Pages => {
  const held = new Map<string, Held>()

  const fetchAgain = (url: string, page: Held): void => {
    page.cancelWait()
    page.fetching = fetchOnce(url, page).finally(() => {
      page.fetching = undefined
      if (held.get(url) !== page) return
      page.cancelWait = clock.after(waitMs(page), () => fetchAgain(url, page))
    })
  }

  const fetchOnce = async (url: string, page: Held): Promise<void> => {
    const { signal } = page.unwanted
    try {
      const text = await fetchText(url, signal)
      if (signal.aborted) return
      page.failures = 0
      if (!text.trim()) throw new Error('it has no text')
      if (text === page.text) return
      page.text = text
      log.info('knowledge.page-fetched', { url, characters: text.length })
      onText(url, text)
    } catch (error) {
      if (signal.aborted) return
      page.failures++
      log.warn('knowledge.page-not-fetched', {
        url,
        problem: error instanceof Error ? error.message : String(error),
        keepsText: page.text !== undefined,
      })
    }
  }

  const drop = (url: string, page: Held) => {
    held.delete(url)
    page.cancelWait()
    page.unwanted.abort()
  }

  return {
    want: (pages) => {
      const wanted = shortest(pages)
      for (const [url, page] of held) if (!wanted.has(url)) drop(url, page)
      for (const [url, refreshMs] of wanted) {
        const page = held.get(url)
        if (page?.refreshMs === refreshMs) continue
        const next = page ?? newPage(refreshMs)
        next.refreshMs = refreshMs
        held.set(url, next)
        // One that is being fetched waits by the new interval afterwards.
        if (!next.fetching) fetchAgain(url, next)
      }
    },
    textOf: (url) => held.get(url)?.text,
    settled: async () => {
      for (const page of held.values()) await page.fetching
    },
    stop: () => {
      for (const [url, page] of held) drop(url, page)
    },
  }
}

const newPage = (refreshMs: number): Held => ({
  refreshMs,
  text: undefined,
  failures: 0,
  fetching: undefined,
  cancelWait: () => {},
  unwanted: new AbortController(),
})

/** Two customers may name the same page: who wants it more often gets it. */
const shortest = (pages: readonly WantedPage[]): ReadonlyMap<string, number> => {
  const intervals = new Map<string, number>()
  for (const { url, refreshMs } of pages) {
    intervals.set(url, Math.min(refreshMs, intervals.get(url) ?? Infinity))
  }
  return intervals
}

const waitMs = ({ failures, refreshMs }: Held): number =>
  failures === 0 ? refreshMs : Math.min(refreshMs, RETRY_MS * 2 ** (failures - 1))
