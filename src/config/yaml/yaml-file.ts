/**
 * One YAML file as a plain value that still knows where each of its keys stands, so that a mistake found later, by anyone, can
 * be shown at its line and column.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'
import type { Node, YAMLError } from 'yaml'
import type { Finding, KeyPath, Problem } from '../problem.ts'
import { pathText } from '../problem.ts'

/** A file as it was read. */
export type SourceFile = Readonly<{
  /** Where it lies, with `/`, as problems will name it. */
  path: string
  text: string
  /** Why it could not be read; `text` is empty then. */
  unreadable?: string
}>

export type YamlFile = Readonly<{
  path: string
  /** What the file says, as plain data; undefined when it is not YAML. */
  value: unknown
  /** What keeps it from being YAML. */
  problems: readonly Problem[]
  /** Gives the value at a path, or undefined. */
  at: (path: KeyPath) => unknown
  /** Gives the text of a scalar as it stands in the file: `+15005550006`, which is the number 15005550006 to YAML. */
  written: (path: KeyPath) => string | undefined
  /** Turns a finding into a problem at the value of `path`, or at its key. A key that is missing is shown at its parent. */
  problem: (path: KeyPath, finding: Finding, at?: 'value' | 'key') => Problem
}>

/** Parses a file, once however often it is asked. Never throws: what is wrong comes back as problems. */
export const readYaml = (source: SourceFile): YamlFile => {
  const known = parsed.get(source) ?? parse(source)
  parsed.set(source, known)
  return known
}

// A parse is a third of what a start takes, and a customer file is looked into twice: for its knowledge, then as a whole.
const parsed = new WeakMap<SourceFile, YamlFile>()

const parse = (source: SourceFile): YamlFile => {
  const lines = new LineCounter()
  const document = parseDocument(source.text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'error',
  })

  const problemAt = (offset: number, path: KeyPath, finding: Finding): Problem => {
    const { line, col } = lines.linePos(offset)
    return {
      severity: 'error',
      file: source.path,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      path: pathText(path),
      ...finding,
    }
  }
  const syntax = (error: YAMLError) =>
    problemAt(error.pos[0], [], syntaxFinding(error, source.text))

  // An unknown tag is only a warning to the parser, which then takes `!include prices.md` for the text "prices.md".
  const problems = [...document.errors, ...document.warnings].map(syntax)
  const plain: Plain = problems.length ? {} : toPlain(document)
  if (plain.fault) problems.push(problemAt(plain.fault.offset, [], plain.fault.finding))

  return {
    path: source.path,
    value: plain.value,
    problems,
    at: (path) => path.reduce(child, plain.value),
    written: (path) => {
      const { value, found } = locate(document, path)
      return found && isScalar(value) ? value.source : undefined
    },
    problem: (path, finding, at = 'value') =>
      problemAt(offsetOf(locate(document, path), at), path, finding),
  }
}

/** Whether a value is a group of keys. */
export const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const child = (value: unknown, step: string | number): unknown => {
  if (Array.isArray(value) && typeof step === 'number') return value[step]
  return isGroup(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

type Plain = { value?: unknown; fault?: { offset: number; finding: Finding } }

const toPlain = (document: Document.Parsed): Plain => {
  try {
    return { value: document.toJS() }
  } catch (error) {
    // An alias to nothing, or so many of them that the file would explode.
    const message = error instanceof Error ? error.message : String(error)
    return { fault: { offset: brokenAlias(document), finding: { code: 'yaml-syntax', message } } }
  }
}

const brokenAlias = (document: Document.Parsed): number => {
  let offset = 0
  visit(document, {
    Alias: (_, node) => {
      if (node.resolve(document)) return
      offset = node.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

type Place = { key: Node | undefined; value: Node | undefined; found: boolean }

/** Follows a path through the document as far as it goes. */
const locate = (document: Document.Parsed, path: KeyPath): Place => {
  let here: Place = { key: undefined, value: document.contents ?? undefined, found: true }
  for (const step of path) {
    const next = stepInto(isAlias(here.value) ? here.value.resolve(document) : here.value, step)
    if (!next) return { ...here, found: false }
    here = next
  }
  return here
}

const stepInto = (node: Node | undefined, step: string | number): Place | undefined => {
  if (isSeq<Node>(node) && typeof step === 'number' && node.items[step]) {
    return { key: undefined, value: node.items[step], found: true }
  }
  if (!isMap<Node, Node | null>(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
  return pair && { key: pair.key, value: pair.value ?? undefined, found: true }
}

const offsetOf = ({ key, value, found }: Place, at: 'value' | 'key'): number => {
  const [start, end] = value?.range ?? [0, 0]
  const keyStart = key?.range?.[0]
  const showKey = at === 'key' || !found || start === end
  return showKey && keyStart !== undefined ? keyStart : start
}

const syntaxFinding = ({ code, message, pos }: YAMLError, text: string): Finding => {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[\w-]+/.exec(text.slice(pos[0]))?.[0]
    return {
      code: 'duplicate-key',
      message: key ? `the key "${key}" appears twice in the same group` : 'a key appears twice',
      hint: 'keep one of them',
    }
  }
  const hint = SYNTAX_HINTS.get(code)
  return { code: 'yaml-syntax', message: `not YAML: ${message}`, ...(hint ? { hint } : {}) }
}

const SYNTAX_HINTS: ReadonlyMap<string, string> = new Map([
  ['BLOCK_AS_IMPLICIT_KEY', 'a text with ": " in it needs quotes, or "|" and an indented block'],
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['BAD_INDENT', 'keys of one group start in the same column'],
  ['MULTIPLE_DOCS', 'one file is one customer: remove the "---" between them'],
  ['TAG_RESOLVE_FAILED', 'tags such as !include or !env are not supported'],
  ['NON_STRING_KEY', 'a key is a plain word; a text that begins with "[" or "{" needs quotes'],
  ['BAD_SCALAR_START', 'put the text in quotes'],
])
