import { expect, test } from 'vitest'
import { createFetchText } from '../../src/knowledge/fetch-page.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { makePdf } from './make-pdf.ts'
import { type Answers, fetchHere, never, page, serveWeb } from './web.ts'

const open = async (answers: Answers) => {
  const web = await serveWeb(answers)
  const fetchText = createFetchText(fetchHere)
  return { ...web, get: (path: string, signal = never()) => fetchText(web.url + path, signal) }
}

test('a page is read as what its server says it is', async () => {
  const { get } = await open({
    '/faq': () => page('<h1>Questions</h1><p>Parking is free.'),
    '/menu': () => page('Soup;4.50\nFish;14.00', 'text/csv; charset=utf-8'),
    '/prices': () =>
      new Response(makePdf([[{ text: 'Check-up: 45 euros' }]]), {
        headers: { 'content-type': 'application/pdf' },
      }),
    '/latin': () =>
      new Response(Uint8Array.of(0x63, 0xe7), {
        headers: { 'content-type': 'text/plain; charset=iso-8859-1' },
      }),
  })
  expect(await get('/faq')).toBe('# Questions\n\nParking is free.')
  expect(await get('/menu')).toBe('Soup; 4.50\nFish; 14.00')
  expect(await get('/prices')).toBe('Check-up: 45 euros')
  expect(await get('/latin')).toBe('cç')
})

test('a file whose server does not know what it is goes by its name', async () => {
  const { get } = await open({
    '/menu.csv': () => page('dish,price\nSoup,4', 'application/octet-stream'),
  })
  expect(await get('/menu.csv?v=2')).toBe('dish: Soup; price: 4')
})

test('a page that is not there, has moved or is a picture says so', async () => {
  const { get } = await open({
    '/old': () => new Response(null, { status: 301, headers: { location: '/new' } }),
    '/logo': () => page('...', 'image/png'),
  })
  await expect(get('/gone')).rejects.toThrow('HTTP 404')
  await expect(get('/old')).rejects.toThrow('answered with a redirect, not followed')
  await expect(get('/logo')).rejects.toThrow('it is image/png: no text, HTML, CSV or PDF')
})

test('a page without an end is given up at 10 MiB', async () => {
  let sent = 0
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1 << 20
        controller.enqueue(new Uint8Array(1 << 20))
      },
    })
  const { get } = await open({
    '/endless': () => new Response(endless(), { headers: { 'content-type': 'text/plain' } }),
  })
  await expect(get('/endless')).rejects.toThrow('it is longer than 10 MiB')
  expect(sent).toBeLessThan(64 << 20)
})

test('a page with a text of more than two million characters is not taken', async () => {
  const { get } = await open({ '/long': () => page('x'.repeat(2_000_001), 'text/plain') })
  await expect(get('/long')).rejects.toThrow('it has 2000001 characters, 2000000 is the most')
})

test('a page that nobody wants any more is given up', async () => {
  const given = new AbortController()
  const { get } = await open({
    '/slow': () => {
      given.abort(new Error('not wanted'))
      return new Promise(() => {})
    },
  })
  await expect(get('/slow', given.signal)).rejects.toThrow('not wanted')
})

test('a page of the own network is not fetched, unless the service file allows it', async () => {
  const { url } = await serveWeb({ '/': () => page('Secret.') })
  const fetchText = createFetchText(createGuardedFetch({ allowPrivate: [] }))
  await expect(fetchText(url, never())).rejects.toThrow('leads to an address that is not public')
})
