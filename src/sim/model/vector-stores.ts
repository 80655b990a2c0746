/**
 * OpenAI's vector stores, as far as a call needs them: `POST /v1/vector_stores/{id}/search`, which takes what the real one takes and
 * gives the texts that share words with the question, or fails as it was told to.
 *
 * https://platform.openai.com/docs/api-reference/vector-stores/search
 */
import { z } from 'zod'
import { errorDetail, type Refusal, refusalOf } from './refusal.ts'

/** What is in a store, or what happens instead of an answer. */
export type VectorStore =
  | readonly Readonly<{ filename: string; text: string }>[]
  | Readonly<{ status: number }>
  | 'hangs'

/** Gives a store by its id. */
export type VectorStores = (id: string) => VectorStore | undefined

const PATH = /^\/v1\/vector_stores\/([^/]+)\/search$/

/** Answers a request for a search; undefined when it is a request for something else. */
export const answerSearch = (
  request: Request,
  stores: VectorStores,
): Promise<Response> | undefined => {
  const id = PATH.exec(new URL(request.url).pathname)?.[1]
  return id === undefined ? undefined : search(request, id, stores)
}

const search = async (request: Request, id: string, stores: VectorStores): Promise<Response> => {
  if (!request.headers.get('authorization')?.startsWith('Bearer ')) return refused(401, NO_KEY)
  const store = stores(id)
  if (request.method !== 'POST' || !store) return refused(404, notFound(id))
  const body: unknown = await request.json()
  const asked = searchRules.safeParse(body)
  if (!asked.success) return refused(400, refusalOf(asked.error, body))
  if (store === 'hangs') return await new Promise<Response>(() => {})
  if ('status' in store) return refused(store.status, FAILED)
  const { query, max_num_results } = asked.data
  const data = store.map((file, at) => ({
    file_id: `file-${at + 1}`,
    filename: file.filename,
    score: scoreOf(file.text, query),
    attributes: null,
    content: [{ type: 'text', text: file.text }],
  })).filter(({ score }) => score > 0).toSorted((one, other) => other.score - one.score)
  return Response.json({
    object: 'vector_store.search_results.page',
    search_query: [query],
    data: data.slice(0, max_num_results),
    has_more: data.length > max_num_results,
    next_page: null,
  })
}

const searchRules = z.strictObject({
  query: z.string().min(1),
  max_num_results: z.int().min(1).max(50).default(10),
  ranking_options: z.strictObject({
    ranker: z.enum(['none', 'auto', 'default-2024-11-15']).exactOptional(),
    score_threshold: z.number().min(0).max(1).exactOptional(),
  }).exactOptional(),
  rewrite_query: z.boolean().exactOptional(),
})

/** The share of the words of a question that are in a text. */
const scoreOf = (text: string, query: string): number => {
  const known = new Set(wordsOf(text))
  const words = wordsOf(query)
  return words.filter((word) => known.has(word)).length / Math.max(1, words.length)
}

const wordsOf = (text: string): readonly string[] =>
  text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

const refused = (status: number, refusal: Refusal): Response =>
  Response.json({ error: errorDetail(refusal) }, { status })

const NO_KEY: Refusal = { code: 'invalid_api_key', message: "You didn't provide an API key." }

const FAILED: Refusal = {
  type: 'server_error',
  code: 'server_error',
  message: 'The server had an error while processing your request.',
}

const notFound = (id: string): Refusal => ({
  code: 'not_found',
  message: `Vector store '${id}' not found.`,
})
