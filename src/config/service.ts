/** The service file, `tandem.yaml`: its text in, the service's settings or everything that is wrong with it out. */
import type { ServiceConfig } from './config.ts'
import { DEFAULT_SERVICE } from './config.ts'
import type { Problem } from './problem.ts'
import { createSuggest } from './yaml/sections.ts'
import { serviceSchema } from './schema/service.ts'
import { checkShape } from './yaml/shape.ts'
import type { SourceFile } from './yaml/yaml-file.ts'
import { readYaml } from './yaml/yaml-file.ts'
import type { HasVariable } from './values/templates.ts'

/** What became of the service file. */
export type ServiceFile = Readonly<{
  /** Absent when the file is broken. */
  service?: ServiceConfig
  problems: readonly Problem[]
}>

/** Reads the service file; no file, or one that is all comments, means the defaults. Never throws. */
export const parseService = (
  source: SourceFile | undefined,
  hasVariable: HasVariable = () => true,
): ServiceFile => {
  if (!source) return { service: DEFAULT_SERVICE, problems: [] }
  const yaml = readYaml(source)
  if (source.unreadable !== undefined) {
    const message = `cannot be read: ${source.unreadable}`
    return { problems: [yaml.problem([], { code: 'unreadable-file', message })] }
  }
  if (yaml.problems.length) return { problems: yaml.problems }
  if (yaml.value === null) return { service: DEFAULT_SERVICE, problems: [] }
  const shape = checkShape(yaml, serviceSchema, suggest)
  if (!shape.fits) return { problems: shape.problems }
  const missing = shape.value.storage ? STORAGE_KEYS.filter((name) => !hasVariable(name)) : []
  const problems = missing.map((name) =>
    yaml.problem(['storage'], {
      code: 'missing-variable',
      message: `the storage needs ${name}, and the environment does not have it`,
      hint: `set ${name} before the service starts`,
    })
  )
  return problems.length > 0 ? { problems } : { service: shape.value, problems: [] }
}

const STORAGE_KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']

const suggest = createSuggest(serviceSchema)
