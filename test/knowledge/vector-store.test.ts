import { expect, test } from 'vitest'
import { createSearchStore } from '../../src/knowledge/vector-store.ts'
import { fetchHere, never, serveWeb } from './web.ts'

const PATH = '/v1/vector_stores/vs_123/search'

const open = async (answer: () => Response | Promise<Response>) => {
  const requests: unknown[] = []
  const { url } = await serveWeb({
    [PATH]: async (request) => {
      const { method, headers } = request
      requests.push({
        method,
        authorization: headers.get('authorization'),
        ...await request.json(),
      })
      return answer()
    },
  })
  const search = createSearchStore({ baseUrl: `${url}/v1`, apiKey: 'sk-test', fetch: fetchHere })
  return { requests, search }
}

test('a store is asked for few results, quickly ranked, and gives their files and texts', async () => {
  const { requests, search } = await open(() =>
    new Response(`{
      "object": "vector_store.search_results.page",
      "search_query": ["root canal"],
      "data": [
        {"file_id": "file-1", "filename": "prices.pdf", "score": 0.9, "attributes": null,
         "content": [{"type": "text", "text": "Root canal:"}, {"type": "text", "text": "420 euros"}]},
        {"file_id": "file-2", "filename": "rules.md", "score": 0.4, "attributes": {"year": 2026},
         "content": [{"type": "text", "text": " Two visits. "}]}
      ],
      "has_more": false,
      "next_page": null
    }`)
  )
  expect(await search('vs_123', 'root canal', never())).toEqual([
    { source: 'prices.pdf', place: [], text: 'Root canal:\n420 euros' },
    { source: 'rules.md', place: [], text: 'Two visits.' },
  ])
  expect(requests).toEqual([{
    method: 'POST',
    authorization: 'Bearer sk-test',
    query: 'root canal',
    max_num_results: 4,
    ranking_options: { ranker: 'none' },
    rewrite_query: false,
  }])
})

test('a long passage is cut after a word', async () => {
  const content = [{ type: 'text', text: 'word '.repeat(1000) }]
  const { search } = await open(() => Response.json({ data: [{ filename: 'a.md', content }] }))
  const [found] = await search('vs_123', 'word', never())
  expect(found.text).toMatch(/^word word .* word word \.\.\.$/)
  expect(found.text.length).toBeLessThanOrEqual(1204)
})

test('an answer that is not as documented has no results', async () => {
  const search = async (body: string) =>
    await (await open(() => new Response(body))).search('vs_123', 'x', never())
  expect(await search('{}')).toEqual([])
  expect(await search('[]')).toEqual([])
  expect(await search('{"data": [7, null, {"content": "text"}, {"content": [{}]}]}')).toEqual([])
  expect(await search('{"data": [{"content": [{"type": "text", "text": "Hi"}]}]}')).toEqual([
    { source: 'vector store', place: [], text: 'Hi' },
  ])
})

test('a store that refuses, or says what is no JSON, is a failure', async () => {
  const refused = await open(() => new Response('{"error": {}}', { status: 429 }))
  await expect(refused.search('vs_123', 'x', never())).rejects.toThrow('HTTP 429')
  const broken = await open(() => new Response('<html>'))
  await expect(broken.search('vs_123', 'x', never())).rejects.toThrow()
})

test('a store that does not answer is given up with the call', async () => {
  const given = new AbortController()
  const { search } = await open(() => {
    given.abort(new Error('the call is over'))
    return new Promise(() => {})
  })
  await expect(search('vs_123', 'x', given.signal)).rejects.toThrow('the call is over')
})
