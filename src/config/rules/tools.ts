/** What the tools of an agent must mean, beyond their shape: a tool is whole, its names are its own, its request can be made. */
import { BUILT_IN_TOOLS, builtInTool, TOOLS_OF_OTHER_KEYS } from '../values/built-in-tools.ts'
import { checkToolTimeout } from '../values/duration.ts'
import { checkHeader, checkHttp } from './http.ts'
import type { Finding, KeyPath, Problem } from '../problem.ts'
import { didYouMean } from '../yaml/spelling.ts'
import { checkVariables, type HasVariable } from '../values/templates.ts'
import { checkParameters, parameterSchema } from '../schema/parameters.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'
import { isGroup } from '../yaml/yaml-file.ts'

/** Checks the tools of one agent; `path` leads to the agent. */
export const checkTools = (
  yaml: YamlFile,
  path: KeyPath,
  hasVariable: HasVariable,
): readonly Problem[] => {
  const tools = yaml.at([...path, 'tools'])
  if (!Array.isArray(tools)) return []
  return [
    ...tools.flatMap((tool, index) =>
      checkEntry(yaml, [...path, 'tools', index], tool, hasVariable)
    ),
    ...namesTwice(yaml, [...path, 'tools'], tools),
  ]
}

type Group = Readonly<Record<string, unknown>>

const checkEntry = (
  yaml: YamlFile,
  path: KeyPath,
  tool: unknown,
  hasVariable: HasVariable,
): readonly Problem[] => {
  if (typeof tool === 'string') return one(yaml, path, checkListedName(tool.trim()))
  if (!isGroup(tool)) return []
  if (isGroup(tool.mcp)) return checkMcp(yaml, path, tool, tool.mcp, hasVariable)
  if (builtInTool(tool.name)) return checkBuiltIn(yaml, path, tool)
  return checkOwn(yaml, path, tool, hasVariable)
}

const checkListedName = (name: string): Finding | undefined => {
  if (builtInTool(name)) return undefined
  const key = TOOLS_OF_OTHER_KEYS.get(name)
  if (key !== undefined) return comesByItself(name, key)
  return {
    code: 'unknown-tool',
    message: `there is no built-in tool "${name}"`,
    hint: `the built-in tools are ${BUILT_IN_TOOLS.join(', ')}; one of your own is a group of keys`,
    ...didYouMean(name, BUILT_IN_TOOLS),
  }
}

const comesByItself = (name: string, key: string): Finding => ({
  code: 'unknown-tool',
  message: `${name} comes by itself with ${key}`,
  hint: `remove it, and write ${key}`,
})

const checkBuiltIn = (yaml: YamlFile, path: KeyPath, tool: Group): readonly Problem[] => {
  const allowed = tool.name === 'take_message' ? ['name', 'filler', 'fields'] : ['name', 'filler']
  return [
    ...others(yaml, path, tool, allowed, `${tool.name} is a built-in tool`),
    ...parameters(yaml, [...path, 'fields'], tool.fields),
    ...askedAnyway(yaml, [...path, 'fields'], tool.fields),
  ]
}

const askedAnyway = (yaml: YamlFile, path: KeyPath, fields: unknown): readonly Problem[] =>
  (isGroup(fields) ? Object.keys(fields) : [])
    .filter((key) => /^(name|number|message|urgent)\??$/.test(key))
    .map((key) =>
      yaml.problem([...path, key], {
        code: 'key-without-effect',
        message: `take_message asks for ${key} anyway`,
        hint: 'remove it',
      }, 'key')
    )

const OWN_KEYS = ['name', 'description', 'parameters', 'http', 'timeout', 'filler']

const checkOwn = (
  yaml: YamlFile,
  path: KeyPath,
  tool: Group,
  hasVariable: HasVariable,
): readonly Problem[] => [
  ...['name', 'description', 'http'].filter((key) => !Object.hasOwn(tool, key)).map((key) =>
    yaml.problem(path, {
      code: 'missing-key',
      message: `a tool needs ${key}`,
      ...(key === 'http' && typeof tool.name === 'string'
        ? didYouMean(tool.name, BUILT_IN_TOOLS)
        : {}),
    })
  ),
  ...others(yaml, path, tool, OWN_KEYS, 'this is a tool of your own'),
  ...name(yaml, [...path, 'name'], tool.name),
  ...parameters(yaml, [...path, 'parameters'], tool.parameters),
  ...timeout(yaml, path, tool),
  ...(isGroup(tool.http)
    ? checkHttp(
      yaml,
      [...path, 'http'],
      tool.http,
      parameterSchema(isGroup(tool.parameters) ? tool.parameters : {}),
      hasVariable,
    )
    : []),
]

const checkMcp = (
  yaml: YamlFile,
  path: KeyPath,
  tool: Group,
  mcp: Group,
  hasVariable: HasVariable,
): readonly Problem[] => {
  const at = [...path, 'mcp']
  return [
    ...(mcp.via === 'tandem'
      ? others(yaml, path, tool, ['mcp', 'timeout'], 'this is an MCP server')
      : others(yaml, path, tool, ['mcp'], 'this is an MCP server that OpenAI calls')),
    ...name(yaml, [...at, 'label'], mcp.label),
    ...(typeof mcp.url === 'string' ? one(yaml, [...at, 'url'], checkServerUrl(mcp.url)) : []),
    ...entriesOf(mcp.headers).flatMap(([key, value]) =>
      one(yaml, [...at, 'headers', key], checkHeader(key) ?? checkServerHeader(value, hasVariable))
    ),
    ...timeout(yaml, path, tool),
    ...approval(yaml, [...at, 'approval'], mcp),
  ]
}

const approval = (yaml: YamlFile, path: KeyPath, { approval, via }: Group): readonly Problem[] => {
  if (approval === undefined || via !== 'tandem') return []
  const message = 'approval does nothing with via: tandem'
  return [yaml.problem(path, { code: 'key-without-effect', message, hint: 'remove it' }, 'key')]
}

const checkServerUrl = (url: string): Finding | undefined => {
  const { protocol, hash } = URL.parse(url) ?? {}
  if ((protocol === 'http:' || protocol === 'https:') && !hash && !url.includes('${')) {
    return undefined
  }
  return {
    code: 'invalid-url',
    message: `"${url}" is no http or https address`,
    hint: 'write https://crm.example.com/mcp, and what is secret as a header',
  }
}

const checkServerHeader = (value: string, hasVariable: HasVariable): Finding | undefined =>
  value.includes('${keypad:')
    ? {
      code: 'invalid-value',
      message: 'a server is the same for all calls: nothing that one caller enters can stand here',
      hint: 'write ${env:NAME}',
    }
    : checkVariables(value, hasVariable)

const name = (yaml: YamlFile, path: KeyPath, value: unknown): readonly Problem[] => {
  if (typeof value !== 'string' || !value.trim()) return []
  const key = TOOLS_OF_OTHER_KEYS.get(value)
  if (key !== undefined) return [yaml.problem(path, comesByItself(value, key))]
  return /^[a-zA-Z0-9_-]{1,64}$/.test(value) ? [] : [yaml.problem(path, {
    code: 'invalid-name',
    message: `"${value}" cannot be the name of a tool`,
    hint: 'use letters, digits, _ and -, at most 64 of them: book_table',
  })]
}

const parameters = (yaml: YamlFile, path: KeyPath, value: unknown): readonly Problem[] =>
  isGroup(value)
    ? checkParameters(value).map((it) => yaml.problem([...path, ...it.path], it.finding))
    : []

const timeout = (yaml: YamlFile, path: KeyPath, tool: Group): readonly Problem[] => {
  const { timeout: value } = tool
  if (typeof value !== 'string' && typeof value !== 'number') return []
  return one(yaml, [...path, 'timeout'], checkToolTimeout(value))
}

const others = (
  yaml: YamlFile,
  path: KeyPath,
  tool: Group,
  allowed: readonly string[],
  what: string,
): readonly Problem[] =>
  Object.keys(tool).filter((key) => KEYS.includes(key) && !allowed.includes(key)).map((key) =>
    yaml.problem([...path, key], {
      code: 'key-without-effect',
      message: `${key} does nothing here: ${what}`,
      hint: 'remove it',
    }, 'key')
  )

/** All keys of an entry; others are unknown, which the shape says. */
const KEYS = [...OWN_KEYS, 'fields', 'mcp']

const namesTwice = (
  yaml: YamlFile,
  path: KeyPath,
  tools: readonly unknown[],
): readonly Problem[] => {
  const names = tools.map(nameOf)
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index ? [] : [yaml.problem([...path, index], {
      code: 'duplicate-tool',
      message: `the agent has two tools called "${name}"`,
      hint: 'give one of them another name',
    })]
  )
}

/** What the model calls it. The label of a server is no tool's name, but must not be given twice either. */
const nameOf = (tool: unknown): string | undefined => {
  if (typeof tool === 'string') return tool.trim()
  if (!isGroup(tool)) return undefined
  const name = isGroup(tool.mcp) ? tool.mcp.label : tool.name
  return typeof name === 'string' ? name.trim() : undefined
}

const entriesOf = (value: unknown): readonly [string, string][] =>
  isGroup(value)
    ? Object.entries(value).flatMap(([key, each]) =>
      typeof each === 'string' ? [[key, each] satisfies [string, string]] : []
    )
    : []

const one = (yaml: YamlFile, path: KeyPath, finding: Finding | undefined): readonly Problem[] =>
  finding ? [yaml.problem(path, finding)] : []
