import { describe, expect, it } from 'vitest'
import type { McpFetch } from '../../../src/sim/model/mcp-client.ts'
import { parseScenario } from '../../../src/sim/model/scenario.ts'
import { type Client, openSession, sessionUpdate } from './client.ts'

const SCENARIO = parseScenario('turns: [{ mcp: find, arguments: { name: Ana } }]', 'mcp.yaml')

/** A server that has `find` and `remove`. */
const crm = (call: (given: unknown) => unknown) => {
  const received: { method: string; headers: unknown }[] = []
  const fetch: McpFetch = (_url, { body, headers }) => {
    const { id, method, params } = JSON.parse(String(body))
    received.push({ method, headers })
    const result = method === 'tools/list'
      ? { tools: [{ name: 'find', inputSchema: {} }, { name: 'remove', inputSchema: {} }] }
      : method === 'tools/call'
      ? call(params)
      : {}
    const init = { headers: { 'content-type': 'application/json', 'mcp-session-id': 's1' } }
    return Promise.resolve(new Response(JSON.stringify({ jsonrpc: '2.0', id, result }), init))
  }
  return { fetch, received }
}

const withServer = (client: Client, more: Record<string, unknown>) =>
  client.send(sessionUpdate({
    tools: [{
      type: 'mcp',
      server_label: 'crm',
      server_url: 'https://crm.example.com/mcp',
      headers: { authorization: 'Bearer k' },
      allowed_tools: ['find'],
      ...more,
    }],
  }))

/** Lets what is asked of the server come back, and what follows be sent. */
const settle = async (client: Client) => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  client.clock.advance(1000)
}

const ask = async (client: Client) => {
  client.send({ type: 'response.create' })
  client.clock.advance(1000)
  await settle(client)
}

const MCP = (type: string) => /mcp|response\.done/.test(type)

describe('an MCP server of a session', () => {
  it('lists its tools, those that are allowed, when the session is told of it', async () => {
    const { fetch, received } = crm(() => ({}))
    const client = openSession(SCENARIO, { fetch })
    withServer(client, { require_approval: 'never' })
    await settle(client)
    expect(client.types().slice(1)).toEqual([
      'session.updated',
      'conversation.item.added',
      'mcp_list_tools.in_progress',
      'conversation.item.done',
      'mcp_list_tools.completed',
    ])
    expect(client.last('conversation.item.done').get('item.tools')).toEqual([
      { name: 'find', description: null, input_schema: {}, annotations: null },
    ])
    expect(received.map(({ method }) => method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/list',
    ])
    expect(received[2].headers).toMatchObject({
      authorization: 'Bearer k',
      'mcp-session-id': 's1',
    })
  })

  it('is called without the response waiting for it, and the model says nothing by itself', async () => {
    const { fetch } = crm((params) => ({
      content: [{ type: 'text', text: JSON.stringify(params) }],
    }))
    const client = openSession(SCENARIO, { fetch })
    withServer(client, { require_approval: 'never' })
    await settle(client)
    await ask(client)
    expect(client.types().filter(MCP).slice(2)).toEqual([
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
      'response.done',
      'response.mcp_call.completed',
    ])
    expect(client.last('conversation.item.done').get('item')).toMatchObject({
      type: 'mcp_call',
      name: 'find',
      arguments: '{"name":"Ana"}',
      output: '{"name":"find","arguments":{"name":"Ana"}}',
      error: null,
    })
    expect(client.all('response.created')).toHaveLength(1)
  })

  it('that fails at a tool fails the call', async () => {
    const { fetch } = crm(() => ({ content: [{ type: 'text', text: 'No Ana.' }], isError: true }))
    const client = openSession(SCENARIO, { fetch })
    withServer(client, { require_approval: 'never' })
    await settle(client)
    await ask(client)
    expect(client.types('response.mcp_call.').at(-1)).toBe('response.mcp_call.failed')
    expect(client.last('conversation.item.done').get('item.error')).toEqual({
      type: 'tool_execution_error',
      message: 'No Ana.',
    })
  })

  it('that is away has no tools, and the model can call none', async () => {
    const fetch: McpFetch = () => Promise.reject(new TypeError('fetch failed'))
    const client = openSession(SCENARIO, { fetch })
    withServer(client, {})
    await settle(client)
    expect(client.types().at(-1)).toBe('mcp_list_tools.failed')
    await ask(client)
    expect(client.last('response.output_audio_transcript.done').get('transcript'))
      .toBe('I have no tool called find.')
  })

  it.each([[true, 1], [false, 0]])(
    'with approvals is called when it was allowed: %s',
    async (approve, calls) => {
      const { fetch, received } = crm(() => ({ content: [{ type: 'text', text: 'Ana' }] }))
      const client = openSession(SCENARIO, { fetch })
      withServer(client, { require_approval: 'always' })
      await settle(client)
      await ask(client)
      const request = client.last('conversation.item.done').get('item')
      expect(request).toMatchObject({ type: 'mcp_approval_request', name: 'find' })
      expect(client.types('response.mcp_call.')).toEqual([])

      const approval_request_id = client.last('conversation.item.done').get('item.id')
      const item = { type: 'mcp_approval_response', approval_request_id, approve }
      client.send({ type: 'conversation.item.create', item })
      await settle(client)
      expect(received.filter(({ method }) => method === 'tools/call')).toHaveLength(calls)

      client.send({ type: 'conversation.item.create', item })
      expect(client.last('error').get('error.message'))
        .toBe(`No approval request '${approval_request_id}' is waiting for an answer.`)
    },
  )
})
