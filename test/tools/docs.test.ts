import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseConfig, type ParsedConfig } from '../../src/config/parse-config.ts'
import { line, PATH } from '../config/sources.ts'

const docs = await readFile(new URL('../../docs/tools.md', import.meta.url), 'utf8')
const examples = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text)

/** An example of a customer file in a file that is whole. */
const whole = (text: string): string => {
  const agent = text.includes('instructions:')
    ? text
    : text.replace('agent:\n', 'agent:\n  instructions: You answer the phone.\n')
  return `customer: Casa do Mar\nnumbers: ["+15005550009"]\n${agent}`
}

const parse = (text: string): ParsedConfig =>
  text.startsWith('network:')
    ? parseConfig({
      service: { path: 'config/tandem.yaml', text },
      customers: [],
      readKnowledge: () => undefined,
    })
    : parseConfig({
      customers: [{ path: PATH, text: whole(text) }],
      readKnowledge: () => undefined,
    })

test('there are examples', () => {
  expect(examples).toHaveLength(9)
})

test.each(examples)('an example of docs/tools.md is well:\n%s', (text) => {
  const parsed = parse(text)
  expect('problems' in parsed ? parsed.problems.map(line) : []).toEqual([])
  expect(parsed.warnings).toEqual([])
})

test('the tools of the examples are what the text says they are', () => {
  const tools = examples.flatMap((text) => {
    const parsed = parse(text)
    return 'config' in parsed ? parsed.config.customers.flatMap(({ agent }) => agent.tools) : []
  })
  const said = tools.map((tool) =>
    tool.kind === 'http'
      ? [tool.name, tool.request.method, tool.timeoutMs]
      : tool.kind === 'mcp'
      ? [tool.label, tool.via, tool.timeoutMs]
      : [tool.name]
  )
  expect(said).toEqual([
    ['end_call'],
    ['now'],
    ['take_message'],
    ['book_table', 'POST', 8_000],
    ['find_order', 'GET', 4_000],
    ['pay', 'POST', 8_000],
    ['crm', 'openai', 8_000],
    ['stock', 'tandem', 5_000],
    ['bookings', 'openai', 8_000],
    ['take_message'],
    ['transfer_call'],
    ['collect_digits'],
    ['pay', 'POST', 8_000],
  ])
})
