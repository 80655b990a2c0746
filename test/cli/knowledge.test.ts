import { expect, onTestFinished, test } from 'vitest'
import { fixture, page, serveWeb } from '../knowledge/web.ts'
import { createFolder, createProgram } from './program-fixture.ts'

const CUSTOMER = `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent: { instructions: You answer the phone. }
`

const open = async (knowledge: string, variables: Readonly<Record<string, string>> = {}) => {
  const { folder, remove } = await createFolder({
    'config/customers/bright-smile.yaml': CUSTOMER + knowledge,
    'config/customers/hours.md': '# Hours\n\nOpen from nine to seven.\n',
    'config/customers/prices.pdf': await fixture('prices.pdf'),
  })
  onTestFinished(remove)
  const program = createProgram({ TANDEM_CONFIG: `${folder}/config`, ...variables })
  return {
    ...program,
    search: (query: string, ...more: readonly string[]) =>
      program.run('knowledge', 'search', query, '--customer', 'bright-smile', ...more),
  }
}

test('shows what the agent would be told, and says when it knows it anyway', async () => {
  const { search, out, err } = await open('knowledge: [{ file: hours.md }, { file: prices.pdf }]\n')
  expect(await search('what does an implant cost')).toBe(0)
  expect(out).toEqual([
    '[prices.pdf > page 2]\nImplants\n\nA titanium implant with its crown costs 1,250 euros.\n' +
    'Preços em português: peça na receção.',
  ])
  expect(err).toEqual([
    expect.stringMatching(/^1 found in \d+\.\d ms$/),
    'all of it stands below the instructions: the agent need not search',
  ])
})

test('--json says the same to a program', async () => {
  const { search, out } = await open('knowledge: [{ file: hours.md }]\n')
  expect(await search('open', '--json')).toBe(0)
  expect(JSON.parse(out[0])).toEqual({
    customer: 'bright-smile',
    query: 'open',
    sources: [],
    tookMs: expect.any(Number),
    found: [{ source: 'hours.md', place: ['Hours'], text: 'Open from nine to seven.' }],
    told: '[hours.md > Hours]\nOpen from nine to seven.',
  })
})

test('asks vector stores with the key of the environment', async () => {
  const asked: unknown[] = []
  const { url } = await serveWeb({
    '/v1/vector_stores/vs_1/search': (request) => {
      asked.push(request.headers.get('authorization'))
      const content = [{ type: 'text', text: 'Two visits.' }]
      return page(JSON.stringify({ data: [{ filename: 'rules.md', content }] }))
    },
  })
  const variables = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'sk-test' }
  const { search, out } = await open('knowledge: [{ vectorStore: vs_1 }]\n', variables)
  expect(await search('root canal')).toBe(0)
  expect([asked, out]).toEqual([['Bearer sk-test'], ['[rules.md]\nTwo visits.']])
})

test('ends with 1 when nothing is found, there is nothing, or a store does not answer', async () => {
  const nothing = await open('knowledge: [{ file: hours.md }]\n')
  expect(await nothing.search('dogs')).toBe(1)
  expect(nothing.out[0]).toContain('Nothing was found.')
  const none = await open('')
  expect([await none.search('dogs'), none.err]).toEqual([1, ['bright-smile has no knowledge']])
  const { url } = await serveWeb({})
  const store = await open('knowledge: [{ vectorStore: vs_1 }]\n', { OPENAI_BASE_URL: `${url}/v1` })
  expect(await store.search('dogs')).toBe(1)
  expect(store.err.join('\n')).toContain('knowledge.store-failed')
  expect(store.err.join('\n')).toContain('The knowledge cannot be searched right now.')
})

test('ends with 2 without such a customer, or with a mistake in the configuration', async () => {
  const well = await open('')
  expect(await well.run('knowledge', 'search', 'x', '--customer', 'bright-smlie')).toBe(2)
  expect(well.err).toEqual(['there is no customer bright-smlie: did you mean "bright-smile"?'])
  const broken = await open('knowledge: [{ file: menu.md }]\n')
  expect(await broken.search('x')).toBe(2)
  expect(broken.err.join('\n')).toContain('bright-smile.yaml:4:21  error  there is no file ')
})

test('ends with 2 when it is typed wrongly', async () => {
  const { run, err } = createProgram()
  expect(await run('knowledge', 'search', 'x')).toBe(2)
  expect(err.join('\n')).toContain("required option '--customer <id>' not specified")
  expect(await run('knowledge')).toBe(2)
})

test('has --help and --json', async () => {
  const { run, out } = createProgram()
  expect(await run('knowledge', 'search', '--help')).toBe(0)
  expect(out.join('\n')).toContain('Usage: tandem knowledge search')
  expect(out.join('\n')).toMatch(/^ {2}--json /m)
})
