/** All files of a config folder, as texts, into one configuration, or into everything that is wrong with any of them. */
import type { Config } from './config.ts'
import { createConfig } from './config.ts'
import type { CustomerFile } from './customer.ts'
import { parseCustomer } from './customer.ts'
import type { ReadKnowledge } from './knowledge.ts'
import type { Finding, Problem } from './problem.ts'
import { inReadingOrder } from './problem.ts'
import type { ServiceFile } from './service.ts'
import { parseService } from './service.ts'
import type { HasVariable } from './values/templates.ts'
import type { SourceFile } from './yaml/yaml-file.ts'

/** The texts a configuration is made of. */
export type ConfigSources = Readonly<{
  /** `tandem.yaml`, if there is one. */
  service?: SourceFile
  customers: readonly SourceFile[]
  readKnowledge: ReadKnowledge
  /** Whether a variable of the environment is there; where nobody knows, all are taken to be. */
  hasVariable?: HasVariable
}>

/** A configuration, or what keeps it from being one. Warnings come with both. */
export type ParsedConfig =
  | Readonly<{ config: Config; warnings: readonly Problem[] }>
  | Readonly<{ problems: readonly Problem[]; warnings: readonly Problem[] }>

/** The files, each read by itself. */
export type ParsedFiles = Readonly<{ service: ServiceFile; customers: readonly CustomerFile[] }>

/** Reads a configuration. All problems of all files come at once, in reading order. Never throws. */
export const parseConfig = (sources: ConfigSources): ParsedConfig => {
  const files = parseFiles(sources)
  const problems = [
    ...files.service.problems,
    ...files.customers.flatMap((file) => file.problems),
    ...takenNumbers(files.customers),
  ]
  const warnings = warningsOf(files)
  if (problems.length || !files.service.service) {
    return { problems: inReadingOrder(problems), warnings }
  }
  const customers = files.customers.flatMap(({ customer }) => customer ? [customer] : [])
  return { config: createConfig(files.service.service, customers), warnings }
}

/** Reads each file by itself, customers sorted by file. */
export const parseFiles = (
  { service, customers, readKnowledge, hasVariable = () => true }: ConfigSources,
): ParsedFiles => ({
  service: parseService(service, hasVariable),
  customers: [...customers]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((source) => parseCustomer(source, readKnowledge, hasVariable)),
})

/** Gathers the warnings of all files, in reading order. */
export const warningsOf = (files: ParsedFiles): readonly Problem[] =>
  inReadingOrder(files.customers.flatMap(({ warnings }) => warnings))

/** Says that a number is somebody else's already. */
export const takenBy = (
  number: string,
  owner: Readonly<{ name: string; file: string }>,
): Finding => ({
  code: 'number-taken',
  message: `${number} already belongs to ${owner.name} (${owner.file})`,
  hint: 'a number has one owner: remove it from one of the files',
})

const takenNumbers = (files: readonly CustomerFile[]): Problem[] => {
  const owners = new Map<string, CustomerFile>()
  const problems: Problem[] = []
  for (const file of files) {
    for (const number of new Set(file.numbers)) {
      const owner = owners.get(number)
      if (owner) problems.push(file.numberProblem(number, takenBy(number, owner)))
      else owners.set(number, file)
    }
  }
  return problems
}
