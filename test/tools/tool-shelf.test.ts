import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { createToolShelf, type ToolOwner } from '../../src/tools/tool-shelf.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { startMcpServer } from '../support/mcp-server.ts'
import { toolOf } from './tool-fixture.ts'

const createShelf = () => {
  const clock = createFakeClock()
  const shelf = createToolShelf({
    fetch: createGuardedFetch({ allowPrivate: ['127.0.0.1/32'] }),
    variable: () => undefined,
    book: { add: () => Promise.resolve() },
    clock,
    wallMs: () => 0,
    log: silentLog,
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
