/** The examples of docs/knowledge.md, as they stand there; only the page is one of this machine. */
import { expect, onTestFinished, test } from 'vitest'
import { readText } from '../../src/runtime/files.ts'
import { createFolder, createProgram } from '../cli/program-fixture.ts'
import { fixture, page, serveWeb } from './web.ts'

const docs = await readText(new URL('../../docs/knowledge.md', import.meta.url))
const [, example] = /```yaml\n(.*?)```/s.exec(docs) ?? []
const searches = [
  ...docs.matchAll(/```console\n\$ npx tandem (knowledge search) "([^"]*)" (.*?)\n(.*?)\n```/gs),
]

const open = async () => {
  const faq = new TextDecoder().decode(await fixture('faq.html'))
  const content = [{ type: 'text', text: 'An implant needs two visits.' }]
  const { url } = await serveWeb({
    '/faq': () => page(faq),
    '/v1/vector_stores/vs_123/search': () =>
      Response.json({ data: [{ filename: 'rules.md', content }] }),
  })
  const beside = ['practice.md', 'prices.pdf', 'treatments.csv'].map(async (name) =>
    [`config/customers/bright-smile/${name}`, await fixture(name)] as const
  )
  const { folder, remove } = await createFolder({
    'config/tandem.yaml': 'network: { allowPrivate: [127.0.0.0/8] }\n',
    'config/customers/bright-smile.yaml': example.replace('https://example.com', url),
    ...Object.fromEntries(await Promise.all(beside)),
  })
  onTestFinished(remove)
  const variables = { TANDEM_CONFIG: `${folder}/config`, OPENAI_BASE_URL: `${url}/v1` }
  return { ...createProgram(variables), url }
}

test('the example is a configuration', async () => {
  const { run, out } = await open()
  expect([await run('check'), out.at(-1)]).toEqual([0, 'ok'])
})

test('there are searches to try', () => {
  expect(searches).toHaveLength(2)
})

test.each(searches.map(([, ...parts]) => parts))(
  '%#: a search finds what the docs show',
  async (command, query, rest, shown) => {
    const { run, out, err, url } = await open()
    const code = await run(...command.split(' '), query, ...rest.split(' '))
    expect(out.join('\n').replace(url, 'https://example.com')).toBe(shown)
    expect([code, err]).toEqual([0, [expect.stringMatching(/^2 found in \d+\.\d ms$/)]])
  },
)
