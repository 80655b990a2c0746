/**
 * What an agent knows: texts in the file and beside it, pages and vector stores. Here they are gathered and checked; what of it
 * stands below the instructions and what is searched is decided in `src/knowledge`, when pages have been fetched.
 */
import type { KnowledgeEntry } from './config.ts'
import { checkRefresh, parseDurationMs } from './values/duration.ts'
import { checkLength } from './rules/knowledge-length.ts'
import { basename, resolveBeside } from './paths.ts'
import type { Finding, KeyPath, Problem } from './problem.ts'
import type { YamlFile } from './yaml/yaml-file.ts'
import { isGroup } from './yaml/yaml-file.ts'

/** The text of a knowledge file. */
export type Document = Readonly<{
  text: string
  /** Changes whenever the file does. */
  version: string
}>

/** A knowledge file as it was read; or why it could not be, in words for an operator. */
export type KnowledgeFile = Document | Readonly<{ unreadable: string }>

/** Gives a knowledge file by its path; undefined when it is not there. */
export type ReadKnowledge = (path: string) => KnowledgeFile | undefined

/** The knowledge of a customer, what is wrong with it, and what its version depends on besides the customer file. */
export type Knowledge = Readonly<{
  entries: readonly KnowledgeEntry[]
  versions: readonly string[]
  problems: readonly Problem[]
}>

/** Lists the knowledge files a customer file refers to, so that they can be read first. */
export const knowledgeFiles = (yaml: YamlFile): readonly string[] =>
  groups(yaml).flatMap((entry) => {
    const file = entry?.file
    const isKnown = typeof file === 'string' && isFileKnown(file.trim())
    const path = isKnown ? resolveBeside(yaml.path, file.trim()) : undefined
    return path === undefined ? [] : [path]
  })

/** Reads the knowledge of a customer file. */
export const readKnowledge = (yaml: YamlFile, read: ReadKnowledge): Knowledge => {
  const found = groups(yaml).map((group, index) =>
    group ? readEntry(yaml, ['knowledge', index], group, read) : { problems: [] }
  )
  const entries = found.flatMap(({ entry }) => entry ? [entry] : [])
  return {
    entries,
    versions: found.flatMap(({ version }) => version === undefined ? [] : [version]),
    problems: [...found.flatMap(({ problems }) => problems), ...checkLength(yaml, entries)],
  }
}

const KINDS = ['text', 'file', 'url', 'vectorStore'] as const

type Kind = (typeof KINDS)[number]

type Group = Readonly<Record<string, unknown>>

type FoundEntry = Readonly<{
  entry?: KnowledgeEntry
  version?: string
  problems: readonly Problem[]
}>

/** The entries of `knowledge`; what is not a group of keys is the schema's to complain about. */
const groups = (yaml: YamlFile): readonly (Group | undefined)[] => {
  const knowledge = yaml.at(['knowledge'])
  return Array.isArray(knowledge)
    ? knowledge.map((entry) => isGroup(entry) ? entry : undefined)
    : []
}

const readEntry = (
  yaml: YamlFile,
  path: KeyPath,
  group: Group,
  read: ReadKnowledge,
): FoundEntry => {
  const kinds = KINDS.filter((kind) => group[kind] !== undefined)
  const problems = [
    ...(kinds.length === 1 ? [] : [yaml.problem(path, ONE_OF)]),
    ...checkRefreshOf(yaml, path, group),
  ]
  const [kind] = kinds
  const value = group[kind]
  // What has no value, or another than a text, the schema tells.
  if (kind === undefined || typeof value !== 'string' || !value.trim()) return { problems }
  const found = readKind(kind, value.trim(), { yaml, group, name: `knowledge[${path[1]}]`, read })
  return 'code' in found
    ? { problems: [...problems, yaml.problem([...path, kind], found)] }
    : { ...found, problems }
}

const ONE_OF: Finding = {
  code: 'knowledge-entry',
  message: 'an entry of knowledge is one of text, file, url and vectorStore',
  hint: 'write - file: prices.pdf or - text: ...',
}

type About = Readonly<{ yaml: YamlFile; group: Group; name: string; read: ReadKnowledge }>

type Read = Readonly<{ entry: KnowledgeEntry; version?: string }>

const readKind = (kind: Kind, value: string, about: About): Read | Finding => {
  switch (kind) {
    case 'text':
      return { entry: { type: 'text', name: about.name, text: value } }
    case 'file':
      return readFile(about.yaml.path, value, about.read)
    case 'url':
      return checkUrl(value) ??
        { entry: { type: 'url', url: value, refreshMs: refreshMs(about.group) } }
    case 'vectorStore':
      return checkStore(value) ?? { entry: { type: 'vector-store', id: value } }
  }
}

const isFileKnown = (file: string): boolean => /\.(md|txt|pdf|html?|csv)$/i.test(file)

const readFile = (beside: string, file: string, read: ReadKnowledge): Read | Finding => {
  if (!isFileKnown(file)) {
    const hint = 'save it as .md, .txt, .pdf, .html or .csv'
    return { code: 'knowledge-type', message: `cannot use ${file} as knowledge`, hint }
  }
  const path = resolveBeside(beside, file)
  if (path === undefined) {
    return {
      code: 'knowledge-outside',
      message: `${file} lies outside the config folder`,
      hint: 'give a path relative to this file, inside the folder',
    }
  }
  const found = read(path)
  if (found === undefined) {
    const hint = 'the path is relative to this file'
    return { code: 'knowledge-missing', message: `there is no file ${path}`, hint }
  }
  if ('unreadable' in found) {
    return { code: 'knowledge-unreadable', message: `cannot read ${path}: ${found.unreadable}` }
  }
  if (found.text.trim()) {
    const entry = { type: 'text', name: basename(file), text: found.text } as const
    return { entry, version: found.version }
  }
  return /\.pdf$/i.test(file)
    ? { code: 'knowledge-empty', message: `the file ${path} has no text in it`, hint: SCANNED }
    : { code: 'knowledge-empty', message: `the file ${path} is empty` }
}

const SCANNED = 'a scan is pictures: let a program with text recognition (OCR) save it again'

const checkUrl = (text: string): Finding | undefined => {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const hint = 'write https://example.com/faq'
    return { code: 'knowledge-url', message: `${text} is not an address of a page`, hint }
  }
  if (!url.username && !url.password) return undefined
  return {
    code: 'knowledge-url',
    message: 'an address of a page has no name and password in it',
    hint: 'pages are fetched as anybody would see them',
  }
}

const checkStore = (id: string): Finding | undefined =>
  /^vs_[\w-]+$/.test(id) ? undefined : {
    code: 'knowledge-store',
    message: `${id} is not the id of a vector store`,
    hint: 'an id begins with vs_',
  }

const REFRESH_MS = 24 * 3_600_000

const refreshMs = ({ refresh }: Group): number => {
  const isDuration = typeof refresh === 'string' || typeof refresh === 'number'
  return (isDuration ? parseDurationMs(refresh) : undefined) ?? REFRESH_MS
}

const checkRefreshOf = (yaml: YamlFile, path: KeyPath, group: Group): readonly Problem[] => {
  const { refresh, url } = group
  if (refresh === undefined) return []
  if (url === undefined) {
    const message = 'refresh does nothing without a url'
    const finding = { code: 'key-without-effect', message, hint: 'remove it' } as const
    return [yaml.problem([...path, 'refresh'], finding, 'key')]
  }
  const isDuration = typeof refresh === 'string' || typeof refresh === 'number'
  const finding = isDuration ? checkRefresh(refresh) : undefined
  return finding ? [yaml.problem([...path, 'refresh'], finding)] : []
}
