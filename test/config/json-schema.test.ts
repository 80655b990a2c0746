import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { renderJsonSchema } from '../../src/config/schema/json-schema.ts'

type Node = Readonly<{ [key: string]: unknown }>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** Every key that a schema describes, with its schema: `agent.voice`. */
const keysOf = (schema: unknown, path = ''): readonly (readonly [string, Node])[] => {
  if (!isNode(schema)) return []
  const own = isNode(schema.properties) ? Object.entries(schema.properties) : []
  const choices = Array.isArray(schema.anyOf) ? schema.anyOf : []
  return [
    ...own.flatMap(([key, value]) => {
      const name = path ? `${path}.${key}` : key
      return [...(isNode(value) ? [[name, value] as const] : []), ...keysOf(value, name)]
    }),
    ...choices.flatMap((choice) => keysOf(choice, path)),
    ...keysOf(schema.items, `${path}[]`),
  ]
}

const schema: unknown = JSON.parse(renderJsonSchema())
const definitions = isNode(schema) && isNode(schema.$defs) ? schema.$defs : {}

test('config/schema.json is what the program checks', async () => {
  const written = await readFile(new URL('../../config/schema.json', import.meta.url), 'utf8')
  expect(written, 'out of date, run: npm run schema').toBe(renderJsonSchema())
})

test('an editor shows a sentence at each key', () => {
  const keys = [...keysOf(definitions.customer), ...keysOf(definitions.service)]
  const silent = keys.filter(([, node]) => typeof node.description !== 'string')
  expect(silent.map(([name]) => name)).toEqual([])
  expect(keys.map(([name]) => name)).toEqual([
    'customer',
    'numbers',
    'agent',
    'agent.instructions',
    'agent.greeting',
    'agent.model',
    'agent.voice',
    'agent.voice.id',
    'agent.audio',
    'agent.frameMs',
    'agent.turnDetection',
    'agent.turnDetection.type',
    'agent.turnDetection.threshold',
    'agent.turnDetection.prefixPaddingMs',
    'agent.turnDetection.silenceDurationMs',
    'agent.turnDetection.idleTimeoutMs',
    'agent.turnDetection.eagerness',
    'agent.noiseReduction',
    'agent.transcription',
    'agent.transcription.model',
    'agent.transcription.language',
    'agent.transcription.languages',
    'agent.transcription.prompt',
    'agent.transcription.keywords',
    'agent.maxOutputTokens',
    'agent.speed',
    'agent.handoffs',
    'agent.tools',
    'agent.tools[].name',
    'agent.tools[].description',
    'agent.tools[].parameters',
    'agent.tools[].http',
    'agent.tools[].http.url',
    'agent.tools[].http.method',
    'agent.tools[].http.headers',
    'agent.tools[].http.body',
    'agent.tools[].http.sign',
    'agent.tools[].http.select',
    'agent.tools[].http.retries',
    'agent.tools[].timeout',
    'agent.tools[].filler',
    'agent.tools[].fields',
    'agent.tools[].mcp',
    'agent.tools[].mcp.label',
    'agent.tools[].mcp.url',
    'agent.tools[].mcp.via',
    'agent.tools[].mcp.allow',
    'agent.tools[].mcp.approval',
    'agent.tools[].mcp.headers',
    'agents',
    'transfer',
    'transfer.destinations',
    'keys',
    'keypad',
    'keypad.entries',
    'keypad.press',
    'knowledge',
    'knowledge[].text',
    'knowledge[].file',
    'knowledge[].url',
    'knowledge[].refresh',
    'knowledge[].vectorStore',
    'phrases',
    'phrases.stillThere',
    'phrases.timeIsShort',
    'phrases.goodbye',
    'phrases.cannotSay',
    'phrases.transfer',
    'phrases.takeCall',
    'limits',
    'limits.maxDuration',
    'limits.costPerCall',
    'limits.costPerDay',
    'limits.concurrentCalls',
    'limits.whenFull',
    'limits.silence',
    'fallback',
    'fallback.say',
    'fallback.dial',
    'record',
    'record.level',
    'record.events',
    'redact',
    'redact.phones',
    'redact.emails',
    'redact.cards',
    'redact.words',
    'redact.patterns',
    'retention',
    'retention.transcript',
    'retention.audio',
    'retention.events',
    'retention.calls',
    'recording',
    'recording.consent',
    'summary',
    'summary.instructions',
    'summary.fields',
    'tags',
    'webhooks',
    'webhooks[].url',
    'webhooks[].secret',
    'webhooks[].events',
    'hours',
    'hours.timezone',
    'hours.open',
    'hours.holidays',
    'hours.holidays[].date',
    'hours.holidays[].open',
    'hours.closed',
    'hours.closed.agent',
    'hours.closed.transfer',
    'hours.closed.say',
    'blocked',
    'listen',
    'listen.dial',
    'listen.model',
    'listen.languages',
    'listen.announce',
    'outbound',
    'outbound.countries',
    'outbound.callsPerSecond',
    'outbound.ringFor',
    'outbound.machine',
    'outbound.message',
    'capacity',
    'network',
    'network.allowPrivate',
    'outbound',
    'outbound.callsPerSecond',
    'prices',
    'prices.surcharge',
    'prices.tables',
    'prices.tables[].from',
    'prices.tables[].models',
    'prices.tables[].transcription',
    'prices.tables[].twilioMinute',
    'operators',
    'operators[].name',
    'operators[].sha256',
    'operators[].scope',
    'api',
    'api.requestsPerMinute',
    'api.wrongTokensPerMinute',
    'api.addressHeader',
    'storage',
    'storage.endpoint',
    'storage.bucket',
    'storage.region',
    'storage.prefix',
  ])
})

test('an editor demands what must be there and refuses what is not known', () => {
  const customer = definitions.customer
  expect(isNode(customer) && customer.required).toEqual(['customer', 'numbers'])
  expect(isNode(customer) && customer.anyOf).toEqual([
    { required: ['agent'] },
    { required: ['listen'] },
  ])
  // A group without keys of its own, such as headers, has those that an operator gives it.
  const groups = keysOf(customer).filter(([, node]) => isNode(node.properties))
  for (const [, node] of groups) expect(node.additionalProperties).toBe(false)
})

test('docs/configuration.md has every key', async () => {
  const docs = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
  const keys = [...keysOf(definitions.customer), ...keysOf(definitions.service)]
  const groups = new Set([
    'agent',
    'agent.turnDetection',
    'agent.tools[].http',
    'agent.tools[].mcp',
    'transfer',
    'keypad',
    'knowledge',
    'limits',
    'fallback',
    'network',
    'hours',
    'hours.closed',
    'listen',
  ])
  const leaves = keys.map(([name]) => name).filter((name) => !groups.has(name))
  expect(leaves.filter((name) => !docs.includes(`| \`${name}\` |`))).toEqual([])
})
