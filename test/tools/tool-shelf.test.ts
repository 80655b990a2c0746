import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { createToolShelf, type ToolOwner } from '../../src/tools/tool-shelf.ts'
import { toolOwners } from '../../src/tools/tool-owners.ts'
import { customerOf, withLines } from '../config/sources.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { startMcpServer } from '../support/mcp-server.ts'
import { ABOUT, createLogBook, NEVER, toolOf } from './tool-fixture.ts'

const createShelf = (more: Partial<Parameters<typeof createToolShelf>[0]> = {}) => {
  const clock = createFakeClock()
  const shelf = createToolShelf({
    fetch: createGuardedFetch({ allowPrivate: ['127.0.0.1/32'] }),
    variable: () => undefined,
    book: { add: () => Promise.resolve() },
    clock,
    wallMs: () => 0,
    log: silentLog,
    ...more,
  })
  return { clock, shelf }
}

const NO_FIELDS = { type: 'object', properties: {}, additionalProperties: false }

const owner = (more: Partial<ToolOwner> = {}): ToolOwner => ({
  customer: 'bright-smile',
  agent: '',
  version: 'v1',
  tools: [
    { kind: 'built-in', name: 'now', fields: NO_FIELDS },
    { kind: 'built-in', name: 'end_call', fields: NO_FIELDS },
    { kind: 'built-in', name: 'take_message', fields: NO_FIELDS },
  ],
  ...more,
})

test('an agent has the tools of its file that are run here, and those from elsewhere', () => {
  const { shelf } = createShelf()
  const search = toolOf(() => Promise.resolve(''), { name: 'search_knowledge' })
  const { tools } = shelf.of(owner({ more: [search] })).toolbox()
  expect(tools.map(({ name }) => name)).toEqual(['now', 'take_message', 'search_knowledge'])
})

test('a version is made once; another version, and another agent, has its own', () => {
  const { shelf } = createShelf()
  const first = shelf.of(owner())
  expect(shelf.of(owner())).toBe(first)
  expect(shelf.of(owner({ version: 'v2' }))).not.toBe(first)
  expect(shelf.of(owner({ agent: 'billing' }))).not.toBe(first)
})

test('what is prepared is ready for the first call, and what is not wanted any more is put away', async () => {
  const server = await startMcpServer({
    tools: () => [{ name: 'find', inputSchema: { type: 'object' } }],
  })
  const { clock, shelf } = createShelf()
  const crm = {
    kind: 'mcp',
    label: 'crm',
    url: server.url,
    via: 'tandem',
    approval: 'never',
    headers: {},
    timeoutMs: 8_000,
  } as const
  await shelf.prepare([owner({ tools: [crm] })])
  const first = shelf.of(owner({ tools: [crm] }))
  expect(first.toolbox().tools.map(({ name }) => name)).toEqual(['find'])
  expect(clock.waiting()).toBe(1)
  await shelf.prepare([owner({ tools: [crm] })])
  expect(shelf.of(owner({ tools: [crm] }))).toBe(first)
  await shelf.prepare([owner({ version: 'v2', tools: [] })])
  expect(clock.waiting()).toBe(0)
  await shelf.prepare([owner({ tools: [crm] })])
  shelf.stop()
  expect(clock.waiting()).toBe(0)
  await server.stop()
})

test('each agent of a file has its own tools, and the time in the zone of the hours', async () => {
  const customer = customerOf(withLines(`  tools: [now, take_message]
agents:
  night: { instructions: You answer at night., tools: [now] }
hours: { timezone: Asia/Tokyo, open: { mon-fri: ["09:00-18:00"] } }
`))
  const { shelf } = createShelf()
  const owners = toolOwners({ customers: [customer] })
  await shelf.prepare(owners)
  const boxes = owners.map((each) => [each.agent, shelf.of(each).toolbox()] as const)
  expect(boxes.map(([agent, { tools }]) => [agent, tools.map(({ name }) => name)])).toEqual([
    ['main', ['now', 'take_message']],
    ['night', ['now']],
  ])
  expect(await boxes[1][1].run('now', '{}', ABOUT, NEVER)).toEqual({
    output: 'Thursday, 1 January 1970, 09:00 (Asia/Tokyo, 1970-01-01). We are open.',
    failed: false,
  })
})

test('where what reads arguments cannot be loaded the operator is told, and the agent with each tool it calls', async () => {
  const { log, lines } = createLogBook()
  const { shelf } = createShelf({
    log,
    loadReaders: () => Promise.reject(new Error('no such file: 2020.js')),
  })
  await shelf.prepare([owner()])
  expect(lines).toEqual([
    { level: 'error', name: 'tool.cannot-load', fields: { problem: 'no such file: 2020.js' } },
  ])
  const { failed } = await shelf.of(owner()).toolbox().run('now', '{}', ABOUT, NEVER)
  expect(failed).toBe(true)
})
