/**
 * The MCP servers of a session: their tools are listed when the session is told of them, and called when the model says so, which
 * a response does not wait for. Whoever made the session asks for a response when the result is there; the model does not go on by
 * itself. With `require_approval` each call waits for the client's word.
 */
import { addItem, type Desk } from './desk.ts'
import type { Item, McpApprovalResponse, McpCall, McpListTools, OutputPlace } from './events.ts'
import { createMcpClient, type McpClient, type McpFetch } from './mcp-client.ts'
import type { Tool } from './session-rules.ts'

export type RemoteTools = Readonly<{
  /** Lists the tools of the servers that the session has not had before. */
  sessionChanged: () => void
  /** Makes a call whose arguments are complete, or asks whether it may be made. */
  called: (call: McpCall, place: OutputPlace) => void
  /** Takes the answer to such a question. */
  answered: (answer: McpApprovalResponse) => void
}>

type Server = Extract<Tool, { type: 'mcp' }>
type Connected = Readonly<{ server: Server; client: McpClient }>
type Waiting = Readonly<{ call: McpCall; place: OutputPlace }>

/** Sets up the servers of a session. */
export const createRemoteTools = (desk: Desk, fetch: McpFetch | undefined): RemoteTools => {
  const connected = new Map<string, Connected>()
  const waiting = new Map<string, Waiting>()

  const list = async ({ server, client }: Connected) => {
    const item: McpListTools = {
      id: desk.ids('mcpl'),
      object: 'realtime.item',
      type: 'mcp_list_tools',
      status: 'in_progress',
      server_label: server.server_label,
      tools: [],
    }
    desk.conversation.insert({ item, audioMs: 0 })
    const previous_item_id = desk.conversation.before(item.id)
    desk.send({ type: 'conversation.item.added', item, previous_item_id })
    desk.send({ type: 'mcp_list_tools.in_progress', item_id: item.id })
    try {
      const tools = await client.list()
      const { allowed_tools } = server
      finish({
        ...item,
        status: 'completed',
        tools: tools.filter(({ name }) => allowed_tools?.includes(name) ?? true),
      })
      desk.send({ type: 'mcp_list_tools.completed', item_id: item.id })
    } catch {
      desk.send({ type: 'mcp_list_tools.failed', item_id: item.id })
    }
  }

  const run = async ({ call, place }: Waiting) => {
    const { item_id, output_index } = place
    desk.send({ type: 'response.mcp_call.in_progress', item_id, output_index })
    const outcome = await connected.get(call.server_label)?.client.call(call.name, call.arguments)
    const item: McpCall = { ...call, status: 'completed', ...outcome }
    const ending = item.error ? 'failed' : 'completed'
    desk.send({ type: `response.mcp_call.${ending}`, item_id, output_index })
    desk.send({
      type: 'response.output_item.done',
      response_id: place.response_id,
      output_index,
      item,
    })
    finish(item)
  }

  const finish = (item: Item) => {
    desk.conversation.change(item.id, (entry) => ({ ...entry, item }))
    const previous_item_id = desk.conversation.before(item.id)
    desk.send({ type: 'conversation.item.done', item, previous_item_id })
  }

  return {
    sessionChanged: () => {
      if (!fetch) return
      for (const tool of desk.session().tools) {
        if (tool.type !== 'mcp' || connected.has(tool.server_label)) continue
        const { server_url = '', headers, server_label } = tool
        const client = createMcpClient(server_url, headers ?? {}, fetch, desk.ended)
        connected.set(server_label, { server: tool, client })
        void list({ server: tool, client })
      }
    },
    called: (call, place) => {
      const { server_label, name } = call
      const { server } = connected.get(server_label) ?? {}
      if (server?.require_approval === 'never') return void run({ call, place })
      const id = desk.ids('mcpr')
      waiting.set(id, { call: { ...call, approval_request_id: id }, place })
      const request = { server_label, name, arguments: call.arguments }
      const base = { id, object: 'realtime.item', status: 'completed' } as const
      addItem(desk, { item: { ...base, type: 'mcp_approval_request', ...request }, audioMs: 0 })
    },
    answered: ({ approval_request_id, approve }) => {
      const call = waiting.get(approval_request_id)
      waiting.delete(approval_request_id)
      if (call && approve) void run(call)
    },
  }
}
