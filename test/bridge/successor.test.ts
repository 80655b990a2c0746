import { expect, test } from 'vitest'
import { hasSuccessor } from '../../src/bridge/successor.ts'

const ask = async (
  answer: () => Response | Promise<Response>,
  storeId: () => string | undefined = () => 'a-store',
) => {
  const asked: string[] = []
  const is = await hasSuccessor({
    publicUrl: 'https://voice.example.com',
    storeId,
    fetch: (url) => {
      asked.push(url)
      return Promise.resolve().then(answer)
    },
  })
  return { is, asked }
}

const ready = (store: string) => new Response('ready', { headers: { 'x-tandem-store': store } })

test('a process with our store that answers at our address is a successor', async () => {
  expect(await ask(() => ready('a-store')))
    .toEqual({ is: true, asked: ['https://voice.example.com/readyz'] })
})

test.each([
  [
    'this process itself, which takes no calls',
    () => new Response('not taking calls', { status: 503 }),
  ],
  ['a process with another store', () => ready('another')],
  ['somebody who knows of no store', () => new Response('ready')],
  ['nobody', () => Promise.reject(new Error('connection refused'))],
])('%s is none', async (_, answer) => {
  expect((await ask(answer)).is).toBe(false)
})

test('a process that cannot say what its store is asks nobody', async () => {
  expect(await ask(() => ready('a-store'), () => undefined)).toEqual({ is: false, asked: [] })
})
