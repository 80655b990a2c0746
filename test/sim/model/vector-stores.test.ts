import { describe, expect, it } from 'vitest'
import { answerSearch, type VectorStores } from '../../../src/sim/model/vector-stores.ts'

const STORES: VectorStores = (id) =>
  id === 'vs_1'
    ? [
      { filename: 'hours.md', text: 'Open from nine to six.' },
      { filename: 'rules.md', text: 'Dogs may not come in.' },
    ]
    : id === 'vs_down'
    ? { status: 500 }
    : undefined

const search = async (id: string, body: unknown, headers = { authorization: 'Bearer sk-test' }) => {
  const url = `http://127.0.0.1/v1/vector_stores/${id}/search`
  const request = new Request(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const response = await answerSearch(request, STORES)
  return { status: response?.status, body: await response?.json() }
}

describe('a search in a vector store', () => {
  it('gives what shares words with the question, the best first', async () => {
    expect(await search('vs_1', { query: 'may dogs come from nine', max_num_results: 4 })).toEqual({
      status: 200,
      body: {
        object: 'vector_store.search_results.page',
        search_query: ['may dogs come from nine'],
        data: [
          {
            file_id: 'file-2',
            filename: 'rules.md',
            score: 0.6,
            attributes: null,
            content: [{ type: 'text', text: 'Dogs may not come in.' }],
          },
          {
            file_id: 'file-1',
            filename: 'hours.md',
            score: 0.4,
            attributes: null,
            content: [{ type: 'text', text: 'Open from nine to six.' }],
          },
        ],
        has_more: false,
        next_page: null,
      },
    })
  })

  it('refuses who has no key, a store that is not there, and a question with a mistake', async () => {
    expect(await search('vs_1', { query: 'dogs' }, { authorization: '' }))
      .toMatchObject({ status: 401, body: { error: { code: 'invalid_api_key' } } })
    expect(await search('vs_9', { query: 'dogs' }))
      .toMatchObject({
        status: 404,
        body: { error: { message: "Vector store 'vs_9' not found." } },
      })
    expect(await search('vs_1', { query: 'dogs', top_k: 3 }))
      .toMatchObject({ status: 400, body: { error: { message: "Unknown parameter: 'top_k'." } } })
  })

  it('fails as it was told to', async () => {
    expect((await search('vs_down', { query: 'dogs' })).status).toBe(500)
  })

  it('is no other request', () => {
    expect(answerSearch(new Request('http://127.0.0.1/v1/realtime'), STORES)).toBeUndefined()
  })
})
