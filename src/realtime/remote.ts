/**
 * Reads what is told of MCP servers that OpenAI calls. The same call is told of by several events, in an order that nobody has written
 * down, and only its item has the tool's name and what came of it; so each event gives what it knows, and the call puts it together.
 */
import type { RealtimeEvent, RemoteTool } from './events.ts'
import { type Fields, fields, text } from './fields.ts'

/** Reads an event that names the item of a call. */
export const remoteTool = (
  event: Fields,
  stage: RemoteTool['stage'],
  { given, failed }: Readonly<{ given?: string | undefined; failed?: boolean }> = {},
): RealtimeEvent | undefined => {
  const itemId = text(event.item_id)
  const responseId = text(event.response_id)
  return itemId === undefined ? undefined : {
    type: 'remote-tool',
    itemId,
    stage,
    ...(responseId === undefined ? {} : { responseId }),
    ...(given === undefined ? {} : { given }),
    ...(failed === undefined ? {} : { failed }),
  }
}

/** Reads the item of a call: with an output or an error it is over. */
export const remoteItem = (item: Fields, event: Fields): RealtimeEvent | undefined => {
  const itemId = text(item.id)
  if (itemId === undefined) return undefined
  const error = text(fields(item.error).message)
  const output = error ?? text(item.output)
  const responseId = text(event.response_id)
  const name = text(item.name)
  const given = text(item.arguments)
  return {
    type: 'remote-tool',
    itemId,
    stage: output === undefined ? 'called' : 'over',
    ...(responseId === undefined ? {} : { responseId }),
    ...(name === undefined ? {} : { name }),
    ...(given === undefined || given === '' ? {} : { given }),
    ...(output === undefined ? {} : { output, failed: error !== undefined }),
  }
}

/** Reads the question whether a call may be made. */
export const approvalAsked = (item: Fields): RealtimeEvent | undefined => {
  const requestId = text(item.id)
  const name = text(item.name)
  if (requestId === undefined || name === undefined) return undefined
  return {
    type: 'approval-asked',
    requestId,
    server: text(item.server_label) ?? '',
    name,
    given: text(item.arguments) ?? '',
  }
}

/** Reads the item that stands for the tools of a server. */
export const remoteList = (item: Fields): RealtimeEvent | undefined => {
  const itemId = text(item.id)
  const server = text(item.server_label)
  return itemId === undefined || server === undefined
    ? undefined
    : { type: 'remote-list', itemId, server }
}
