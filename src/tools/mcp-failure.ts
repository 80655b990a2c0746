/** What a failure of an MCP client means: whether the session is gone, whether the server has seen the request, what the model is told. */
import { RequestError, ToolError } from '../errors.ts'

/** Whether the server does not know the session any more, or the client has given it up. */
export const isSessionGone = (error: unknown): boolean => {
  const status = statusOf(error)
  const code = codeOf(error)
  // 404 is what the protocol says; many servers answer 400.
  return status === 404 || status === 400 || code === 'NOT_CONNECTED' ||
    code === 'CONNECTION_CLOSED'
}

/** Whether a request surely did nothing: nothing was sent, or the server did not know the session. */
export const wasNotTaken = (error: unknown): boolean => {
  if (error instanceof RequestError) return error.code === 'not-connected'
  return isSessionGone(error) && codeOf(error) !== 'CONNECTION_CLOSED'
}

/** Makes what the model is told of it; the log is told the host and the reason. */
export const mcpFailure = (error: unknown, host: string): ToolError => {
  const code = codeOf(error)
  if (typeof code === 'number' && error instanceof Error) {
    return new ToolError('mcp-error', `The tool failed: ${error.message}`)
  }
  if (code === 'REQUEST_TIMEOUT') {
    return new ToolError('tool-timeout', 'The tool took too long. Tell the caller so.')
  }
  return new ToolError(
    'mcp-unreachable',
    'The service cannot be reached right now. Tell the caller so.',
    { cause: mcpCause(error, host) },
  )
}

/** Says in a few words what kept a server from answering; what the server itself said is left out. */
export const mcpCause = (error: unknown, host: string): RequestError => {
  if (error instanceof RequestError) return error
  // The client puts what `fetch` threw into its own error.
  const inner = isRecord(error)
    ? [error.cause, isRecord(error.data) ? error.data.cause : undefined]
    : []
  const found = inner.find((each) => each instanceof RequestError)
  if (found) return found
  const status = statusOf(error)
  const what = status === undefined ? `${codeOf(error) ?? 'no answer'}` : `answered ${status}`
  return new RequestError('connection-lost', `MCP with ${host}: ${what}`)
}

const codeOf = (error: unknown): unknown => isRecord(error) ? error.code : undefined

const statusOf = (error: unknown): number | undefined => {
  const status = isRecord(error) && isRecord(error.data) ? error.data.status : undefined
  return typeof status === 'number' ? status : undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
