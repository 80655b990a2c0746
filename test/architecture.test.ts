/** Who may import whom: the arrows of the architecture, held over the import statements of `src`. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'

type Import = Readonly<{ from: string; to: string }>

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(name, 'utf8') }))

/** Each import: a file of `src` by its path, all else by its name. */
const imports: readonly Import[] = files.flatMap(({ name, text }) =>
  [...text.matchAll(/(?:\bfrom|\bimport|\bimport\() *'([^']+)'/g)].map(([, to]) => ({
    from: name,
    to: to.startsWith('.') ? posix.join(posix.dirname(name), to) : to,
  }))
)

const breaking = (from: RegExp, isAllowed: (to: string, from: string) => boolean) =>
  imports.filter((each) => from.test(each.from) && !isAllowed(each.to, each.from))
    .map((each) => `${each.from} imports ${each.to}`)

const folderOf = (path: string) => posix.dirname(path).split('/').slice(0, 2).join('/')

test('every file and import is seen', () => {
  expect(files.length).toBeGreaterThan(100)
  expect(imports).toContainEqual({ from: 'src/main.ts', to: 'src/runtime/bun.ts' })
  expect(imports).toContainEqual({ from: 'src/bridge/bridge.ts', to: 'src/call/step.ts' })
  expect(imports).toContainEqual({ from: 'src/config/yaml/yaml-file.ts', to: 'yaml' })
})

test('audio, twilio, realtime and call import nothing outside themselves', () => {
  const core = /^src\/(audio|twilio|realtime|call)\//
  expect(breaking(core, (to, from) => folderOf(to) === folderOf(from))).toEqual([])
})

test('config imports itself, what the main agent is called, the clock, the errors, zod and yaml', () => {
  const allowed = /^(src\/config\/.*|src\/call\/rules\.ts|src\/clock\.ts|src\/errors\.ts|zod|yaml)$/
  expect(breaking(/^src\/config\//, (to) => allowed.test(to))).toEqual([])
})

test('knowledge imports the configuration and the seam of tools, and nothing that knows of calls', () => {
  const allowed =
    /^(src\/(knowledge|config)\/.*|src\/(clock|errors|log)\.ts|src\/tools\/tool\.ts|[a-z].*)$/
  const from = /^src\/knowledge\//
  expect(
    breaking(from, (to) => allowed.test(to) && !/^src\/(?!knowledge|config|tools)\w+\//.test(to)),
  )
    .toEqual([])
})

test('what reads PDF, HTML and CSV is loaded when there is one to read', () => {
  const readers = /^import\b.*'\.\/(pdf|html|csv)\.ts'/m
  expect(files.filter(({ text }) => readers.test(text)).map(({ name }) => name)).toEqual([])
})

test('only main.ts picks a runtime', () => {
  const others = /^(?!src\/main\.ts$)/
  expect(breaking(others, (to) => !/^src\/runtime\/(bun|deno|node)\.ts$/.test(to))).toEqual([])
})

test('only the runtime says node:, Bun or Deno; main.ts asks which one it is on', () => {
  const saying = files.filter(({ name }) => !name.startsWith('src/runtime/'))
    .filter(({ text }) => /'node:|\bBun\b|\bDeno\b/.test(withoutComments(text)))
  expect(saying.map(({ name }) => name)).toEqual(['src/main.ts'])
  expect(breaking(/^src\/main\.ts$/, (to) => !to.startsWith('node:'))).toEqual([])
})

test('only the bridge sees both wires', () => {
  const seeing = (folder: string) =>
    imports.filter(({ from, to }) => folderOf(to) === folder && folderOf(from) !== folder)
      .map(({ from }) => folderOf(from))
  const both = seeing('src/twilio').filter((each) => seeing('src/realtime').includes(each))
  expect([...new Set(both)]).toEqual(['src/bridge'])
  expect(new Set(seeing('src/realtime'))).toEqual(new Set(['src/bridge']))
})

test('tools know neither the wires nor the call they are run in', () => {
  const allowed = /^(src\/(tools|config|runtime)\/.*|src\/(clock|errors|log)\.ts|[^s].*)$/
  expect(breaking(/^src\/tools\//, (to) => allowed.test(to))).toEqual([])
})

test('replay imports the call, how a transcript is kept, and zod', () => {
  const allowed = /^(src\/(replay|call)\/.*|src\/bridge\/kept-call\.ts|zod)$/
  expect(breaking(/^src\/replay\//, (to) => allowed.test(to))).toEqual([])
})

test('webhooks see what is recorded and the feed of a call, and neither wire', () => {
  const allowed =
    /^(src\/(webhooks|record|store|config|runtime)\/.*|src\/(clock|errors|log)\.ts|src\/tools\/fill\.ts|src\/bridge\/call-feed\.ts|[^s].*)$/
  expect(breaking(/^src\/webhooks\//, (to) => allowed.test(to))).toEqual([])
})

test('the simulated ends share no code with what they test', () => {
  const tested = /^src\/(twilio|realtime|call|bridge)\//
  expect(breaking(/^src\/sim\//, (to) => !tested.test(to))).toEqual([])
})

test('only the commands load the simulated ends', () => {
  const others = /^src\/(?!cli\/|sim\/)/
  expect(breaking(others, (to) => !to.startsWith('src/sim/'))).toEqual([])
})

test('what only a record or the API needs is loaded by those who have or ask for one', () => {
  const eager =
    /^import (?!type )[^']*\bfrom '(\.\/postgres-sql\.ts|\.\/documented\.ts|postgres|@hono\/zod-openapi|\.\/reference\/page\.ts|@scalar\/.*)'/m
  const loading = files.filter(({ text }) => eager.test(text)).map(({ name }) => name)
  const documented = /^src\/http\/(record\/|operate\/|documented\.ts)/
  expect(loading.filter((name) => !documented.test(name))).toEqual(['src/store/postgres-sql.ts'])
})

test('the command line loads no package but commander; each command loads its own', () => {
  const eager = /^(?:import|export) (?!type )[^;]*?\bfrom '([^']+)'/gm
  const seen = new Set<string>()
  const load = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    const text = files.find((file) => file.name === name)?.text ?? ''
    for (const [, to] of text.matchAll(eager)) {
      load(to.startsWith('.') ? posix.join(posix.dirname(name), to) : to)
    }
  }
  load('src/main.ts')
  expect(seen).toContain('src/cli/record-program.ts')
  expect([...seen].filter((name) => !/^(src\/|node:)/.test(name))).toEqual(['commander'])
})

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
