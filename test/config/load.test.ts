import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { createMemoryFiles } from './memory-files.ts'

const BRIGHT_SMILE = `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent: { instructions: You answer the phone. }
knowledge: [{ file: bright-smile/hours.md }]
`
const HOURS = 'Monday to Friday, nine to seven.\n'

const folder = (more: Readonly<Record<string, string>> = {}) =>
  createMemoryFiles({
    'config/customers/bright-smile.yaml': BRIGHT_SMILE,
    'config/customers/bright-smile/hours.md': HOURS,
    ...more,
  })

const problemsIn = async (files: ReturnType<typeof folder>) => {
  const loaded = await loadConfig(files, 'config')
  return 'problems' in loaded ? loaded.problems.map((it) => `${it.file} ${it.message}`) : []
}

test('a folder of customers and their knowledge is a configuration', async () => {
  const loaded = await loadConfig(folder({ 'config/tandem.yaml': 'capacity: 20\n' }), 'config/')
  if ('problems' in loaded) throw new Error(loaded.problems[0].message)
  expect(loaded.config.service.capacity).toBe(20)
  expect(loaded.config.lineOf('+15005550006')?.customer.knowledge).toEqual([
    { type: 'text', name: 'hours.md', text: HOURS },
  ])
  expect(loaded.sources.map(({ path }) => path)).toEqual([
    'config/tandem.yaml',
    'config/customers/bright-smile.yaml',
  ])
})

test('what an editor leaves beside a file is no customer', async () => {
  const files = folder({
    'config/customers/.#bright-smile.yaml': 'lock',
    'config/customers/bright-smile.yaml~': BRIGHT_SMILE,
    'config/customers/notes.txt': 'call the printer',
  })
  expect(await problemsIn(files)).toEqual([])
})

test('a file whose name is not an id is refused, also one that ends in .yml', async () => {
  const files = folder({
    'config/customers/Casa.yaml': 'customer: Casa\n',
    'config/customers/casa-do-mar.yml': 'customer: Casa do Mar\n',
  })
  expect((await problemsIn(files)).filter((it) => it.includes('cannot be called'))).toEqual([
    'config/customers/Casa.yaml a customer file cannot be called Casa.yaml',
    'config/customers/casa-do-mar.yml a customer file cannot be called casa-do-mar.yml',
  ])
})

test('a folder without customers is a problem', async () => {
  expect(await problemsIn(createMemoryFiles({}))).toEqual([
    'config/customers there is no customer file in this folder',
  ])
})

test('a folder whose only file is gone before it is read is a problem too', async () => {
  const files = { ...createMemoryFiles({}), list: () => Promise.resolve(['a.yaml']) }
  const loaded = await loadConfig(files, 'config')
  expect('problems' in loaded && loaded.problems[0].code).toBe('no-customers')
})

test('files and folders that cannot be read are problems', async () => {
  const files = folder({ 'config/tandem.yaml': 'capacity: 20\n' })
  files.break('config/customers/bright-smile.yaml', 'permission denied')
  files.break('config/tandem.yaml', 'permission denied')
  expect(await problemsIn(files)).toEqual([
    'config/customers/bright-smile.yaml cannot be read: permission denied',
    'config/tandem.yaml cannot be read: permission denied',
  ])
  files.break('config/customers', 'stale handle')
  expect((await problemsIn(files))[0]).toBe(
    'config/customers cannot list the folder: stale handle',
  )
})

test('knowledge that cannot be read is a problem, with the reason', async () => {
  const files = folder()
  files.break('config/customers/bright-smile/hours.md', 'permission denied')
  expect(await problemsIn(files)).toEqual([
    'config/customers/bright-smile.yaml cannot read config/customers/bright-smile/hours.md: permission denied',
  ])
})
