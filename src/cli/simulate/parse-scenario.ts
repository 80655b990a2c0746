/** One scenario file: its text in, a scenario or everything that makes no sense in it out. */
import { basename, dirname } from '../../config/paths.ts'
import type { Finding, KeyPath, Problem } from '../../config/problem.ts'
import { createSuggest } from '../../config/yaml/sections.ts'
import { checkShape } from '../../config/yaml/shape.ts'
import { readYaml, type SourceFile, type YamlFile } from '../../config/yaml/yaml-file.ts'
import { type InnerFile, innerFile } from './inner-file.ts'
import { scenarioSchema, type ScenarioShape } from './scenario-schema.ts'

export type Scenario =
  & Omit<ScenarioShape, 'customer' | 'service'>
  & Readonly<{
    /** The name of the file without `.yaml`. */
    name: string
    file: string
    folder: string
    /** A customer file and a service file of its own. */
    customer?: InnerFile
    service?: InnerFile
    /** Puts a finding at its place in the file. */
    problem: (path: KeyPath, finding: Finding) => Problem
  }>

export type ParsedScenario =
  | Readonly<{ scenario: Scenario }>
  | Readonly<{ problems: readonly Problem[] }>

/** Reads a scenario. Never throws. */
export const parseScenario = (source: SourceFile): ParsedScenario => {
  const yaml = readYaml(source)
  if (source.unreadable !== undefined) {
    return top(yaml, { code: 'unreadable-file', message: `cannot be read: ${source.unreadable}` })
  }
  if (yaml.problems.length) return { problems: yaml.problems }
  if (yaml.value === null) return top(yaml, { code: 'empty-file', message: 'the file is empty' })
  const shape = checkShape(yaml, scenarioSchema, suggest)
  if (!shape.fits) return { problems: shape.problems }

  const { customer: _, service: __, ...rest } = shape.value
  const customer = inner(source, yaml, 'customer')
  const service = inner(source, yaml, 'service')
  const problems = [customer, service].flatMap((each) => each && 'message' in each ? [each] : [])
  if (
    rest.http.length === 0 && customer && 'text' in customer && customer.text.includes('{{http}}')
  ) {
    problems.push(yaml.problem(['customer'], NO_HTTP, 'key'))
  }
  if (problems.length) return { problems }
  return {
    scenario: {
      ...rest,
      name: basename(source.path).replace(/\.ya?ml$/, ''),
      file: source.path,
      folder: dirname(source.path) || '.',
      ...(customer && 'text' in customer ? { customer } : {}),
      ...(service && 'text' in service ? { service } : {}),
      problem: yaml.problem,
    },
  }
}

const suggest = createSuggest(scenarioSchema)

const NO_HTTP: Finding = {
  code: 'missing-key',
  message: 'customer says {{http}}, and there is no http',
}

const top = (yaml: YamlFile, finding: Finding) => ({ problems: [yaml.problem([], finding)] })

const inner = (
  source: SourceFile,
  yaml: YamlFile,
  key: 'customer' | 'service',
): InnerFile | Problem | undefined => {
  if (yaml.at([key]) === undefined) return undefined
  return innerFile(source.text, key) ?? yaml.problem([key], {
    code: 'invalid-value',
    message: `${key} must be written as a block below its key`,
  }, 'key')
}
