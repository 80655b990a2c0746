/** What an agent can do, from the shape of its file: every default filled in. */
import { type BuiltInTool, builtInTool } from './values/built-in-tools.ts'
import { parseDurationMs } from './values/duration.ts'
import { parameterNames, type ParameterSchema, parameterSchema } from './schema/parameters.ts'
import type { ToolsShape } from './schema/tool.ts'
import { parseTemplate, slotsOf } from './values/templates.ts'

/** One entry of `tools`. */
export type ToolConfig = BuiltInToolConfig | HttpToolConfig | McpConfig

/** A tool that the service brings along. */
export type BuiltInToolConfig = Readonly<{
  kind: 'built-in'
  name: BuiltInTool
  /** `take_message`: what is asked besides, as a JSON Schema of an object. */
  fields: ParameterSchema
  filler?: string
}>

/** A tool that is a request. */
export type HttpToolConfig = Readonly<{
  kind: 'http'
  name: string
  description: string
  /** A JSON Schema of an object. */
  parameters: ParameterSchema
  request: HttpRequestConfig
  timeoutMs: number
  filler?: string
}>

/** The request of a tool. `url`, `headers`, `body` and `sign` are templates. */
export type HttpRequestConfig = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers: Readonly<Record<string, string>>
  body: Readonly<Record<string, string | number | boolean>>
  sign?: string
  /** Paths with dots; undefined for the whole answer. */
  select?: readonly string[]
  retries: number
}>

/** An MCP server, whose tools are the agent's. `headers` are templates. */
export type McpConfig = Readonly<{
  kind: 'mcp'
  label: string
  url: string
  via: 'openai' | 'tandem'
  /** Names of tools; undefined for all. */
  allow?: readonly string[]
  approval: 'never' | 'always'
  headers: Readonly<Record<string, string>>
  timeoutMs: number
}>

/** How long a tool may take when its file does not say. */
const TIMEOUT_MS = 8_000

/** Makes the tools of an agent. What has a meaning that the rules refuse is left out. */
export const toolConfigs = (shape: ToolsShape): readonly ToolConfig[] =>
  shape.flatMap((entry) => toolConfig(typeof entry === 'string' ? { name: entry } : entry) ?? [])

type Entry = Exclude<ToolsShape[number], string>

const toolConfig = (entry: Entry): ToolConfig | undefined => {
  const { name, description, http, mcp, timeout } = entry
  const timeoutMs = parseDurationMs(timeout ?? '') ?? TIMEOUT_MS
  const filler = entry.filler === undefined ? {} : { filler: entry.filler }
  if (mcp) return { kind: 'mcp', approval: 'never', headers: {}, timeoutMs, ...mcp }
  const builtIn = builtInTool(name)
  if (builtIn) {
    return { kind: 'built-in', name: builtIn, fields: parameterSchema(entry.fields), ...filler }
  }
  if (name === undefined || description === undefined || http === undefined) return undefined
  const parameters = parameterSchema(entry.parameters)
  const request = { ...http, body: http.body ?? {}, headers: http.headers ?? {} }
  return {
    kind: 'http',
    name,
    description,
    parameters,
    request: {
      ...request,
      method: http.method ?? defaultMethod(request, parameters),
      retries: http.retries ?? 0,
    },
    timeoutMs,
    ...filler,
  }
}

/** A request with something to put into its body is a POST. */
const defaultMethod = (
  { url, body }: Pick<HttpRequestConfig, 'url' | 'body'>,
  parameters: ParameterSchema,
): HttpRequestConfig['method'] => {
  const inUrl = new Set(slotsOf(parseTemplate(url, true)).map(({ name }) => name))
  const isEmpty = parameterNames(parameters).all.every((name) => inUrl.has(name))
  return isEmpty && Object.keys(body).length === 0 ? 'GET' : 'POST'
}
