import { expect, test } from 'vitest'
import { createDocuments } from '../../src/knowledge/documents.ts'
import { fixture } from './web.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('a file is read as what its name says, and again only when it is another', async () => {
  const files = new Map([['prices.pdf', await fixture('prices.pdf')], ['a.csv', bytes('a;b\n1;2')]])
  const read = createDocuments({ readBytesIfThere: (path) => Promise.resolve(files.get(path)) })
  const first = await read('prices.pdf')
  expect(first?.text).toContain('A titanium implant with its crown costs 1,250 euros.')
  expect(first?.version).toMatch(/^[0-9a-f]{64}$/)
  expect((await read('a.csv'))?.text).toBe('a: 1; b: 2')
  files.set('prices.pdf', (await fixture('prices.pdf')).slice())
  expect(await read('prices.pdf')).toBe(first)
  files.set('a.csv', bytes('a;b\n1;3'))
  expect((await read('a.csv'))?.text).toBe('a: 1; b: 3')
})

test('a file that is not there is none; one that is too long, damaged or unreadable says why', async () => {
  const read = createDocuments({
    readBytesIfThere: (path) => {
      if (path === 'denied.md') return Promise.reject(new Error('permission denied'))
      const found = { 'long.md': new Uint8Array(33 << 20), 'bad.pdf': bytes('Hello') }
      return Promise.resolve(new Map(Object.entries(found)).get(path))
    },
  })
  expect(await read('gone.md')).toBeUndefined()
  await expect(read('long.md')).rejects.toThrow('it is longer than 32 MiB')
  await expect(read('bad.pdf')).rejects.toThrow('it is damaged, or no PDF')
  await expect(read('denied.md')).rejects.toThrow('permission denied')
})
