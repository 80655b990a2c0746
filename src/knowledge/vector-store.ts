/**
 * OpenAI's vector stores, asked while a caller waits: few results, the quickest ranking, and no more than three seconds.
 *
 * https://platform.openai.com/docs/api-reference/vector-stores/search
 */
import { CHUNK_CHARACTERS_MAX } from './chunk.ts'
import type { Fetch } from './fetch-page.ts'
import { readBounded } from './read-bounded.ts'
import type { Found } from './search-index.ts'

/** Finds passages in a store, the best first. Rejects when the store does not answer in time, or with an error. */
export type SearchStore = (
  id: string,
  query: string,
  signal: AbortSignal,
) => Promise<readonly Found[]>

export type VectorStoreOptions = Readonly<{
  /** `https://api.openai.com/v1` */
  baseUrl: string
  apiKey: string
  fetch: Fetch
}>

const TIMEOUT_MS = 3_000
const RESULTS_MAX = 4
const ANSWER_BYTES_MAX = 1024 * 1024

/** Makes the client of an account's vector stores. */
export const createSearchStore =
  ({ baseUrl, apiKey, fetch }: VectorStoreOptions): SearchStore => async (id, query, signal) => {
    const response = await fetch(`${baseUrl}/vector_stores/${encodeURIComponent(id)}/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        query,
        max_num_results: RESULTS_MAX,
        ranking_options: { ranker: 'none' },
        rewrite_query: false,
      }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`HTTP ${response.status}`)
    }
    const bytes = await readBounded(response, ANSWER_BYTES_MAX)
    return foundIn(JSON.parse(new TextDecoder().decode(bytes)))
  }

/** Reads an answer; what is not as expected is left out. */
const foundIn = (answer: unknown): readonly Found[] => {
  const { data } = fieldsOf(answer)
  return (Array.isArray(data) ? data : []).slice(0, RESULTS_MAX).flatMap((result) => {
    const { filename, content } = fieldsOf(result)
    const texts = (Array.isArray(content) ? content : []).map((part) => fieldsOf(part).text)
    const text = texts.filter((each) => typeof each === 'string').join('\n').trim()
    const source = typeof filename === 'string' ? filename : 'vector store'
    return text ? [{ source, place: [], text: shortened(text) }] : []
  })
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** OpenAI's passages are 800 tokens: the beginning of one, up to the end of a word. */
const shortened = (text: string): string =>
  text.length <= CHUNK_CHARACTERS_MAX
    ? text
    : `${text.slice(0, CHUNK_CHARACTERS_MAX).replace(/\s+\S*$/, '')} ...`
