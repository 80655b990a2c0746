/** What a session is told of the tools it may use: functions, which come back to us as calls, and MCP servers, which OpenAI calls itself. */

/** A function that the model may call. */
export type FunctionTool = Readonly<{
  name: string
  description: string
  /** A JSON Schema of an object. */
  parameters: Readonly<Record<string, unknown>>
}>

/** An MCP server that OpenAI calls, not we. */
export type RemoteServer = Readonly<{
  label: string
  url: string
  headers: Readonly<Record<string, string>>
  /** The tools that may be used; all if absent. */
  allow?: readonly string[] | undefined
  approval: 'never' | 'always'
}>

/** One entry of `tools` of a session. */
export type SessionTool = Readonly<Record<string, unknown>>

/** Writes `tools` of a session as the API wants them. */
export const sessionTools = (
  functions: readonly FunctionTool[],
  servers: readonly RemoteServer[],
): readonly SessionTool[] => [...functions.map(functionTool), ...servers.map(remoteServer)]

const functionTool = ({ name, description, parameters }: FunctionTool): SessionTool => ({
  type: 'function',
  name,
  description,
  parameters,
})

// An approval is asked for unless it is said that none is needed: the default of the API is `always`.
const remoteServer = ({ label, url, headers, allow, approval }: RemoteServer): SessionTool => ({
  type: 'mcp',
  server_label: label,
  server_url: url,
  require_approval: approval,
  ...(Object.keys(headers).length === 0 ? {} : { headers }),
  ...(allow === undefined ? {} : { allowed_tools: allow }),
})
