/** What the request of a tool must mean: where it goes is fixed but for what the model may say, and so is what it may be told. */
import type { Finding, KeyPath, Problem } from '../problem.ts'
import { didYouMean } from '../yaml/spelling.ts'
import { checkVariables, type HasVariable, parseTemplate, slotsOf } from '../values/templates.ts'
import { parameterNames, type ParameterSchema } from '../schema/parameters.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'
import { isGroup } from '../yaml/yaml-file.ts'

/** Checks the `http` of a tool with these parameters. */
export const checkHttp = (
  yaml: YamlFile,
  path: KeyPath,
  http: Readonly<Record<string, unknown>>,
  parameters: ParameterSchema,
  hasVariable: HasVariable,
): readonly Problem[] => {
  const texts: readonly (readonly [KeyPath, unknown])[] = [
    [['url'], http.url],
    [['sign'], http.sign],
    ...keyed('headers', http.headers),
    ...keyed('body', http.body),
  ]
  return [
    ...(typeof http.url === 'string' ? checkUrl(http.url, parameters) : [])
      .map((finding) => yaml.problem([...path, 'url'], finding)),
    ...texts.flatMap(([at, value]) => {
      const finding = typeof value === 'string' ? checkVariables(value, hasVariable) : undefined
      return finding ? [yaml.problem([...path, ...at], finding)] : []
    }),
    ...(isGroup(http.headers) ? Object.keys(http.headers) : []).flatMap((header) => {
      const finding = checkHeader(header)
      return finding ? [yaml.problem([...path, 'headers', header], finding, 'key')] : []
    }),
    ...checkMethod(yaml, path, http),
    ...(Array.isArray(http.select) ? http.select : []).flatMap((selected, index) =>
      typeof selected !== 'string' || SELECT.test(selected.trim())
        ? []
        : [yaml.problem([...path, 'select', index], badSelect(selected))]
    ),
  ]
}

const keyed = (key: string, group: unknown): readonly (readonly [KeyPath, unknown])[] =>
  isGroup(group) ? Object.entries(group).map(([name, value]) => [[key, name], value]) : []

const checkUrl = (url: string, parameters: ParameterSchema): readonly Finding[] => {
  const [, host, path = '', query = ''] = /^https?:\/\/([^/?#]*)([^?#]*)([^#]*)$/i.exec(url) ?? []
  if (!host || URL.parse(url) === null) {
    return [{
      code: 'invalid-url',
      message: `"${url}" is no http or https address`,
      hint: 'write https://book.example.com/tables/{day}, without a "#"',
    }]
  }
  if (/[{}@]/.test(host)) {
    return [{
      code: 'invalid-url',
      message: 'the host of a tool cannot be filled in, nor hold a password',
      hint: 'write the host as it is, and a password as a header',
    }]
  }
  const { all, required } = parameterNames(parameters)
  return namesIn(`${path}${query}`).flatMap((name): Finding[] => {
    if (!all.includes(name)) {
      return [{
        code: 'unknown-parameter',
        message: `the url says {${name}}, which is no parameter of this tool`,
        hint: all.length ? `the parameters are ${all.join(', ')}` : 'add it to parameters',
        ...didYouMean(name, all),
      }]
    }
    return required.includes(name) || !namesIn(path).includes(name) ? [] : [{
      code: 'unknown-parameter',
      message: `the path of the url needs {${name}}, which may be absent`,
      hint: `write the parameter without its "?", or put it into the query`,
    }]
  })
}

const namesIn = (template: string): readonly string[] =>
  slotsOf(parseTemplate(template, true)).flatMap(({ kind, name }) =>
    kind === 'parameter' ? [name] : []
  )

/** What the request itself says. */
const OURS = /^(host|connection|content-length|transfer-encoding|accept-encoding|x-tandem-.*)$/i

/** Says what is wrong with the name of a header. */
export const checkHeader = (name: string): Finding | undefined => {
  if (OURS.test(name)) {
    return { code: 'invalid-name', message: `the header ${name} is not a tool's to set` }
  }
  return /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name)
    ? undefined
    : { code: 'invalid-name', message: `"${name}" is no name of a header` }
}

const checkMethod = (
  yaml: YamlFile,
  path: KeyPath,
  { method, retries, body }: Readonly<Record<string, unknown>>,
): readonly Problem[] => {
  const problems: Problem[] = []
  const isRepeatable = method === 'GET' || method === 'PUT' || method === 'DELETE'
  if (typeof retries === 'number' && retries > 0 && !isRepeatable) {
    problems.push(yaml.problem([...path, 'retries'], {
      code: 'key-without-effect',
      message: `a ${method ?? 'request without a method'} is never sent twice`,
      hint: 'remove retries, or write method: GET, PUT or DELETE if that is what it is',
    }, 'key'))
  }
  if (isGroup(body) && (method === 'GET' || method === 'DELETE')) {
    problems.push(yaml.problem([...path, 'body'], {
      code: 'key-without-effect',
      message: `a ${method} has no body`,
      hint: 'put it into the query of the url',
    }, 'key'))
  }
  return problems
}

/** `confirmation`, `table.number`, `slots.0.time`, `slots[0].time`. */
const SELECT = /^[^.[\]]+(\.[^.[\]]+|\[\d+\])*$/

const badSelect = (selected: string): Finding => ({
  code: 'invalid-value',
  message: `"${selected}" is no path into an answer`,
  hint: 'write confirmation, table.number or slots.0.time',
})
