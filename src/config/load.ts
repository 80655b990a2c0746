/** Reads a config folder: `tandem.yaml`, `customers/<name>.yaml`, and the knowledge files these refer to. */
import type { Document, KnowledgeFile } from './knowledge.ts'
import { knowledgeFiles } from './knowledge.ts'
import type { ConfigSources, ParsedConfig } from './parse-config.ts'
import { parseConfig } from './parse-config.ts'
import type { Problem } from './problem.ts'
import type { HasVariable } from './values/templates.ts'
import type { SourceFile } from './yaml/yaml-file.ts'
import { readYaml } from './yaml/yaml-file.ts'

/** The files of a machine, as far as a configuration needs them. Paths have `/`. */
export type ConfigFiles = Readonly<{
  /** Reads a text file; undefined when there is none. Rejects when it cannot be read. */
  read: (path: string) => Promise<string | undefined>
  /** Reads a knowledge file as text, whatever its kind; undefined when there is none. Rejects with a reason for the operator. */
  document: (path: string) => Promise<Document | undefined>
  /** Lists the names of the files in a folder; empty when there is no such folder. */
  list: (folder: string) => Promise<readonly string[]>
  /** Calls `onChange` when anything below a folder may have changed, as often as it likes. Returns what ends it. */
  watch: (folder: string, onChange: () => void) => () => void
}>

/** A folder as it was read, with what is wrong with the folder itself. */
export type ConfigFolder = Readonly<{ sources: ConfigSources; problems: readonly Problem[] }>

/** A configuration or its problems, with the texts of the files so that problems can be shown in place. */
export type LoadedConfig = ParsedConfig & Readonly<{ sources: readonly SourceFile[] }>

/** Reads a configuration for the first time, with `hasVariable` held against the environment. One problem anywhere and there is none. Never rejects. */
export const loadConfig = async (
  files: ConfigFiles,
  folder: string,
  hasVariable?: HasVariable,
): Promise<LoadedConfig> => {
  const read = await readFolder(files, folder, hasVariable)
  const parsed = parseConfig(read.sources)
  const sources = sourcesOf(read.sources)
  if (read.problems.length === 0) return { ...parsed, sources }
  const problems = [...read.problems, ...('problems' in parsed ? parsed.problems : [])]
  return { problems, warnings: parsed.warnings, sources }
}

/** Reads the files of a config folder. Never rejects: what cannot be read is a problem. */
export const readFolder = async (
  files: ConfigFiles,
  folder: string,
  hasVariable?: HasVariable,
): Promise<ConfigFolder> => {
  const root = folder.replace(/\/+$/, '')
  const listed = await listCustomers(files, `${root}/customers`)
  const customers = await readAll(files, listed.paths)
  const [service] = await readAll(files, [`${root}/tandem.yaml`])
  const knowledge = await readDocuments(files, customers.flatMap(knowledgeOf))
  const missing = customers.length ? [] : [noCustomers(`${root}/customers`)]
  return {
    sources: {
      ...(service ? { service } : {}),
      customers,
      readKnowledge: (path) => knowledge.get(path),
      ...(hasVariable ? { hasVariable } : {}),
    },
    problems: listed.problem ? [listed.problem] : missing,
  }
}

/** Lists the YAML files of a configuration, the service's first. */
export const sourcesOf = ({ service, customers }: ConfigSources): readonly SourceFile[] =>
  service ? [service, ...customers] : customers

const knowledgeOf = (source: SourceFile): readonly string[] => knowledgeFiles(readYaml(source))

type Listed = { paths: readonly string[]; problem?: Problem }

const listCustomers = async (files: ConfigFiles, folder: string): Promise<Listed> => {
  try {
    // Editors leave .#name.yaml and name.yaml~ beside the file; a name.yml is read, to say that it is not used.
    const names = await files.list(folder)
    const yaml = names.filter((name) => /^[^.].*\.ya?ml$/.test(name))
    return { paths: yaml.map((name) => `${folder}/${name}`) }
  } catch (error) {
    const message = `cannot list the folder: ${reasonOf(error)}`
    return { paths: [], problem: { ...atFolder(folder), code: 'unreadable-folder', message } }
  }
}

const noCustomers = (folder: string): Problem => ({
  ...atFolder(folder),
  code: 'no-customers',
  message: 'there is no customer file in this folder',
  hint: `write ${folder}/<name>.yaml; the smallest one is in docs/configuration.md`,
})

const atFolder = (file: string) =>
  ({ severity: 'error', file, line: 1, column: 1, path: '' }) as const

/** Reads files side by side; those that are not there are left out. */
const readAll = async (files: ConfigFiles, paths: readonly string[]): Promise<SourceFile[]> => {
  const read = await Promise.all([...new Set(paths)].map((path) => readSource(files, path)))
  return read.flatMap((source) => source ? [source] : [])
}

const readSource = async (files: ConfigFiles, path: string): Promise<SourceFile | undefined> => {
  try {
    const text = await files.read(path)
    return text === undefined ? undefined : { path, text }
  } catch (error) {
    return { path, text: '', unreadable: reasonOf(error) }
  }
}

const readDocuments = async (
  files: ConfigFiles,
  paths: readonly string[],
): Promise<ReadonlyMap<string, KnowledgeFile | undefined>> => {
  const found = new Map<string, KnowledgeFile | undefined>()
  // One after the other: a PDF takes memory while it is read.
  for (const path of new Set(paths)) {
    const unreadable = (error: unknown) => ({ unreadable: reasonOf(error) })
    found.set(path, await files.document(path).catch(unreadable))
  }
  return found
}

const reasonOf = (error: unknown): string => error instanceof Error ? error.message : String(error)
