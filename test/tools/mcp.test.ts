import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { McpConfig } from '../../src/config/tools.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { type AgentTools, createAgentTools } from '../../src/tools/agent-tools.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { json, startHttpServer } from '../support/http-server.ts'
import {
  headersOf,
  type McpScript,
  type McpServer,
  startMcpServer,
  text,
} from '../support/mcp-server.ts'
import { ABOUT, createLogBook, NEVER } from './tool-fixture.ts'

let leftovers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of leftovers.reverse()) await end()
  leftovers = []
})

const serve = async (script: McpScript, port?: number): Promise<McpServer> => {
  const server = await startMcpServer(script, port)
  leftovers.push(server.stop)
  return server
}

const FIND = {
  name: 'find',
  description: 'Finds a customer.',
  inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
}

const config = (url: string, more: Partial<McpConfig> = {}): McpConfig => ({
  kind: 'mcp',
  label: 'crm',
  url,
  via: 'tandem',
  approval: 'never',
  headers: { authorization: 'Bearer ${env:CRM_KEY}' },
  timeoutMs: 8_000,
  ...more,
})

const toolsOf = async (
  servers: readonly McpConfig[],
  { clock = systemClock, allowPrivate = ['127.0.0.1/32'] } = {},
) => {
  const { log, lines } = createLogBook()
  const tools = createAgentTools({
    tools: servers,
    fetch: createGuardedFetch({ allowPrivate }),
    variable: (name) => name === 'CRM_KEY' ? 'k-1' : undefined,
    book: { add: () => Promise.resolve() },
    clock,
    wallMs: () => 0,
    log,
  })
  leftovers.push(() => Promise.resolve(tools.retire()))
  await tools.ready
  return { tools, lines }
}

const namesOf = (tools: AgentTools) => tools.toolbox().tools.map(({ name }) => name)

const run = (tools: AgentTools, name: string, given: string) =>
  tools.toolbox().run(name, given, ABOUT, NEVER)

test.each([[false], [true]])(
  "the tools of a server are the agent's; it answers in a stream: %s",
  async (streams) => {
    const seen: unknown[] = []
    const server = await serve({
      streams,
      tools: () => [FIND],
      call: (name, given) => {
        seen.push(name, given)
        return text('Ana Silva, 17 orders')
      },
    })
    const { tools } = await toolsOf([config(server.url)])
    const [{ name, description, parameters, timeoutMs }] = tools.toolbox().tools
    expect([name, description, timeoutMs]).toEqual(['find', 'Finds a customer.', 8_000])
    expect(parameters).toMatchObject({ type: 'object', required: ['name'] })
    expect(await run(tools, 'find', '{"name":"Ana"}')).toEqual({
      output: 'Ana Silva, 17 orders',
      failed: false,
    })
    expect(seen).toEqual(['find', { name: 'Ana' }])
    expect(headersOf(server, 'authorization')).toEqual(['Bearer k-1'])
  },
)

test('arguments that do not fit are told before the server is asked', async () => {
  const server = await serve({ tools: () => [FIND] })
  const { tools } = await toolsOf([config(server.url)])
  expect((await run(tools, 'find', '{}')).output).toBe('name is missing. Correct it and try again.')
  expect(server.asked()).toEqual(['tools/list'])
})

test('only tools that the file allows are offered, and of many the first 64', async () => {
  const server = await serve({
    tools: () => Array.from({ length: 70 }, (_, at) => ({ ...FIND, name: `tool-${at}` })),
  })
  const { tools } = await toolsOf([config(server.url, { allow: ['tool-7', 'tool-69', 'gone'] })])
  expect(namesOf(tools)).toEqual(['tool-7', 'tool-69'])
  const { tools: all, lines } = await toolsOf([config(server.url)])
  expect(namesOf(all)).toHaveLength(64)
  expect(lines.at(-1)?.fields).toEqual({ server: 'crm', tools: 64, leftOut: 6 })
})

test('a name that is taken, or that no model could call, is changed', async () => {
  const named = (...names: string[]) => ({ tools: () => names.map((name) => ({ ...FIND, name })) })
  const one = await serve(named('find', 'end_call', 'orders.list'))
  const two = await serve(named('find'))
  const { tools } = await toolsOf([config(one.url), config(two.url, { label: 'stock' })])
  expect(namesOf(tools)).toEqual(['find', 'crm_end_call', 'orders_list', 'stock_find'])
})

test('what a tool says in other ways is told as text, and its failure as one', async () => {
  const answers = new Map([
    ['links', {
      content: [
        { type: 'text', text: 'Two:' },
        { type: 'resource', resource: { uri: 'file:///a', text: 'A' } },
        { type: 'resource_link', name: 'B', uri: 'file:///b' },
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
      ],
    }],
    ['data', { content: [], structuredContent: { orders: 17 } }],
    ['nothing', { content: [] }],
    ['refuses', { content: [{ type: 'text', text: 'No such customer.' }], isError: true }],
  ])
  const server = await serve({
    tools: () => [...answers.keys()].map((name) => ({ name, inputSchema: { type: 'object' } })),
    call: (name) => answers.get(name) ?? text('?'),
  })
  const { tools } = await toolsOf([config(server.url)])
  const results = []
  for (const name of answers.keys()) results.push(await run(tools, name, '{}'))
  expect(results).toEqual([
    { output: 'Two:\nA\n[B: file:///b]\n[image]', failed: false },
    { output: '{"orders":17}', failed: false },
    { output: 'Done.', failed: false },
    { output: 'No such customer.', failed: true },
  ])
})

test.each([[404], [400]] as const)(
  'a server that restarted, and knows the session no more (%i), is called in a new one',
  async (unknownSession) => {
    const script: McpScript = {
      unknownSession,
      tools: () => [FIND],
      call: () => text('here'),
    }
    const first = await startMcpServer(script)
    const { tools } = await toolsOf([config(first.url)])
    expect((await run(tools, 'find', '{"name":"Ana"}')).output).toBe('here')
    await first.stop()
    const second = await serve(script, first.port)
    expect(await run(tools, 'find', '{"name":"Ana"}')).toEqual({ output: 'here', failed: false })
    expect(second.asked()).toEqual(['tools/call'])
  },
)

test('a server that is down is said to be, its tools are kept, and it is back when it is back', async () => {
  const script: McpScript = { tools: () => [FIND], call: () => text('here') }
  const first = await startMcpServer(script)
  const { tools, lines } = await toolsOf([config(first.url)])
  await first.stop()
  expect(await run(tools, 'find', '{"name":"Ana"}')).toEqual({
    output: 'The service cannot be reached right now. Tell the caller so.',
    failed: true,
  })
  expect(lines.at(-1)?.fields).toMatchObject({
    code: 'mcp-unreachable',
    reason: `127.0.0.1:${first.port} does not answer`,
  })
  expect(namesOf(tools)).toEqual(['find'])
  await serve(script, first.port)
  expect((await run(tools, 'find', '{"name":"Ana"}')).output).toBe('here')
})

test('calls that are on do not notice that another one fails', async () => {
  const slow = Promise.withResolvers<void>()
  const server = await serve({
    tools: () => [FIND],
    call: (_, given) => JSON.stringify(given).includes('slow') ? slow.promise : 'break',
  })
  const { tools } = await toolsOf([config(server.url)])
  const one = run(tools, 'find', '{"name":"slow"}')
  expect((await run(tools, 'find', '{"name":"Ana"}')).failed).toBe(true)
  slow.resolve()
  expect((await one).output).toBe('done')
})

test('a call that may have done something is not made twice', async () => {
  let calls = 0
  const server = await serve({
    tools: () => [FIND],
    call: () => {
      calls++
      return calls === 1 ? 'break' : text('here')
    },
  })
  const { tools } = await toolsOf([config(server.url)])
  expect((await run(tools, 'find', '{"name":"Ana"}')).failed).toBe(true)
  expect(calls).toBe(1)
  expect((await run(tools, 'find', '{"name":"Ana"}')).output).toBe('here')
})

test('a tool that never answers is given up at its deadline', async () => {
  const server = await serve({ tools: () => [FIND], call: () => 'never' })
  const { tools } = await toolsOf([config(server.url, { timeoutMs: 100 })])
  expect((await run(tools, 'find', '{"name":"Ana"}')).output).toMatch(
    /^The tool took (longer than 0\.1 seconds|too long)/,
  )
})

test('the list is asked for again, kept when that fails, and a call keeps what it began with', async () => {
  const clock = createFakeClock()
  let listed = [FIND]
  const server = await serve({ tools: () => listed, call: () => text('here') })
  const { tools, lines } = await toolsOf([config(server.url)], { clock })
  const began = tools.toolbox()
  expect(tools.toolbox()).toBe(began)

  const until = async (name: string) => {
    while (lines.at(-1)?.name !== name) await new Promise((resolve) => setImmediate(resolve))
  }
  listed = [FIND, { ...FIND, name: 'orders' }]
  lines.splice(0)
  clock.advance(300_000)
  await until('mcp.listed')
  expect(namesOf(tools)).toEqual(['find', 'orders'])
  expect(began.tools.map(({ name }) => name)).toEqual(['find'])

  await server.stop()
  lines.splice(0)
  // The next look is asked for a moment after the list was told.
  while (clock.waiting() === 0) await new Promise((resolve) => setImmediate(resolve))
  clock.advance(300_000)
  await until('mcp.not-listed')
  expect(namesOf(tools)).toEqual(['find', 'orders'])
})

test('a server that is away when the file is read is asked again, sooner', async () => {
  const script: McpScript = { tools: () => [FIND] }
  const gone = await startMcpServer(script)
  await gone.stop()
  const clock = createFakeClock()
  const { tools, lines } = await toolsOf([config(gone.url)], { clock })
  expect(namesOf(tools)).toEqual([])
  expect(lines.at(-1)).toEqual({
    level: 'warn',
    name: 'mcp.not-listed',
    fields: {
      server: 'crm',
      failures: 1,
      kept: 0,
      reason: `127.0.0.1:${gone.port} does not answer`,
    },
  })
  await serve(script, gone.port)
  clock.advance(5_000)
  while (lines.at(-1)?.name !== 'mcp.listed') {
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(namesOf(tools)).toEqual(['find'])
})

test('something that is no MCP server is said to be none, in few words', async () => {
  const server = await startHttpServer(json({ hello: 'world' }))
  leftovers.push(server.stop)
  const { lines } = await toolsOf([config(server.url)])
  expect(lines.at(-1)?.fields.reason).toMatch(/^MCP with 127\.0\.0\.1:\d+: [A-Z_]+$/)
})

test('a server in a private network is refused unless it is allowed', async () => {
  const server = await serve({ tools: () => [FIND] })
  const { tools } = await toolsOf([config(server.url)], { allowPrivate: [] })
  expect(namesOf(tools)).toEqual([])
  expect(server.received).toEqual([])
})

test('a server that OpenAI calls is only named, with its headers filled in', async () => {
  const { tools } = await toolsOf([
    config('https://crm.example.com/mcp', { via: 'openai', allow: ['find'] }),
  ])
  expect(namesOf(tools)).toEqual([])
  expect(tools.servers).toEqual([
    {
      label: 'crm',
      url: 'https://crm.example.com/mcp',
      headers: { authorization: 'Bearer k-1' },
      allow: ['find'],
      approval: 'never',
    },
  ])
})

test('tools that are put away ask for nothing any more, and a call that has them can use them', async () => {
  const clock = createFakeClock()
  const server = await serve({ tools: () => [FIND], call: () => text('here') })
  const { tools } = await toolsOf([config(server.url)], { clock })
  expect(clock.waiting()).toBe(1)
  tools.retire()
  expect(clock.waiting()).toBe(0)
  expect((await run(tools, 'find', '{"name":"Ana"}')).output).toBe('here')
})
