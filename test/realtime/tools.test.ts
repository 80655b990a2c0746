import type { RealtimeToolsConfig } from 'openai/resources/realtime/realtime'
import { expect, test } from 'vitest'
import { sessionTools } from '../../src/realtime/tools.ts'

test('functions and servers are written as the API wants them', () => {
  const parameters = { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] }
  const wire: RealtimeToolsConfig = [
    { type: 'function', name: 'book_table', description: 'Books a table.', parameters },
    {
      type: 'mcp',
      server_label: 'crm',
      server_url: 'https://crm.example.com/mcp',
      require_approval: 'never',
      headers: { authorization: 'Bearer k-1' },
      allowed_tools: ['find_customer'],
    },
    {
      type: 'mcp',
      server_label: 'open',
      server_url: 'https://open.example.com/mcp',
      require_approval: 'always',
    },
  ]
  expect(sessionTools(
    [{ name: 'book_table', description: 'Books a table.', parameters }],
    [
      {
        label: 'crm',
        url: 'https://crm.example.com/mcp',
        headers: { authorization: 'Bearer k-1' },
        allow: ['find_customer'],
        approval: 'never',
      },
      { label: 'open', url: 'https://open.example.com/mcp', headers: {}, approval: 'always' },
    ],
  )).toEqual(wire)
})

test('what else is known of a tool is not sent', () => {
  const tool = { name: 'now', description: 'Time.', parameters: { type: 'object' }, timeoutMs: 1 }
  expect(JSON.stringify(sessionTools([tool], []))).toBe(
    '[{"type":"function","name":"now","description":"Time.","parameters":{"type":"object"}}]',
  )
})
