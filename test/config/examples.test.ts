import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Customer } from '../../src/config/config.ts'
import type { ConfigFiles } from '../../src/config/load.ts'
import { loadConfig } from '../../src/config/load.ts'
import { parseOne } from './sources.ts'

const ROOT = new URL('../../', import.meta.url)

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

const repository: ConfigFiles = {
  read: async (path) => {
    try {
      return await readFile(new URL(path, ROOT), 'utf8')
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  },
  document: async (path) => {
    const text = await repository.read(path)
    return text === undefined ? undefined : { text, version: text }
  },
  list: (folder) => readdir(new URL(folder, ROOT)),
  watch: () => () => {},
}

const knowledgeOf = (customer: Customer | undefined) =>
  customer?.knowledge.map((entry) => entry.type === 'text' ? entry.text : '').join('\n')

test('the customers in docs/routing.md are configured without a warning', async () => {
  const text = await readFile(new URL('docs/routing.md', ROOT), 'utf8')
  const files = [...text.matchAll(/```yaml\n(customer:[^`]+)```/g)].map(([, file]) => file)
  expect(files.length).toBeGreaterThan(1)
  for (const file of files) {
    const parsed = parseOne(file)
    expect('problems' in parsed && parsed.problems).toBe(false)
    expect(parsed.warnings).toEqual([])
  }
})

test('the example customers are configured without a warning', async () => {
  const loaded = await loadConfig(repository, 'config')
  expect('problems' in loaded && loaded.problems).toBe(false)
  expect(loaded.warnings).toEqual([])
  if ('problems' in loaded) return
  const { service, lineOf } = loaded.config
  expect(service).toEqual({
    capacity: 200,
    network: { allowPrivate: [] },
    outbound: {},
    prices: { surcharge: 1, tables: [] },
    operators: [],
    api: { requestsPerMinute: 600, wrongTokensPerMinute: 30 },
  })

  const dentist = lineOf('+15005550006')?.customer
  expect(dentist?.name).toBe('Bright Smile Dental')
  expect(dentist?.agent.greeting).toBe('Thanks for calling Bright Smile. How can I help?')
  expect(dentist?.agent.audio).toBe('pcm')
  expect(knowledgeOf(dentist)).toContain('## Treatments and prices')

  const restaurant = lineOf('+15005550009')?.customer
  expect(restaurant?.name).toBe('Casa do Mar')
  expect(restaurant?.agent.greeting).toBe('Good evening, Casa do Mar. How can I help you?')
  expect(restaurant?.agent.audio).toBe('pcmu')
  expect(restaurant?.agent.turnDetection).toEqual({ type: 'semantic_vad', eagerness: 'medium' })
  expect(knowledgeOf(restaurant)).toContain('## Menu')
})

test('each example file names its schema for editors', async () => {
  const first = async (path: string) => (await repository.read(path))?.split('\n')[0]
  expect(await first('config/tandem.yaml')).toBe('# yaml-language-server: $schema=schema.json')
  for (const name of ['bright-smile', 'casa-do-mar']) {
    expect(await first(`config/customers/${name}.yaml`)).toBe(
      '# yaml-language-server: $schema=../schema.json',
    )
  }
})

test('the smallest customer file of the docs is whole', async () => {
  const docs = await repository.read('docs/configuration.md') ?? ''
  const [, text] = /```yaml\n(customer: [^`]*)```/.exec(docs) ?? []
  const files: ConfigFiles = {
    ...repository,
    read: (path) => Promise.resolve(path.endsWith('customers/a.yaml') ? text : undefined),
    list: () => Promise.resolve(['a.yaml']),
  }
  const loaded = await loadConfig(files, 'config')
  expect('config' in loaded && loaded.config.customers.map(({ name }) => name)).toEqual([
    'Bright Smile Dental',
  ])
})
