/**
 * What an agent knows: texts in the file and beside it, put below its instructions. The Realtime API takes no files and reads
 * the instructions again for each answer, so knowledge is text and there is a limit to it.
 */
import { basename, resolveBeside } from './paths.ts'
import type { Finding, KeyPath, Problem } from './problem.ts'
import type { YamlFile } from './yaml-file.ts'
import { isGroup } from './yaml-file.ts'

/** Reads a knowledge file by its path; undefined when it is not there. */
export type ReadKnowledge = (path: string) => string | undefined

/** The texts of a customer's knowledge, in order, and what is wrong with them. */
export type Knowledge = Readonly<{ parts: readonly Part[]; problems: readonly Problem[] }>

/** One text that goes into the instructions, and the key it came from. */
export type Part = Readonly<{ path: KeyPath; name: string; text: string }>

/** The most that instructions and knowledge may be: 16,384 tokens of the model, less room for what a call adds to them. */
const INSTRUCTION_TOKENS_MAX = 15_000

/** Lists the knowledge files a customer file refers to, so that they can be read first. */
export const knowledgeFiles = (yaml: YamlFile): readonly string[] =>
  entries(yaml).flatMap((entry) => {
    const file = entry?.file
    const path = typeof file === 'string' ? resolveBeside(yaml.path, file.trim()) : undefined
    return path === undefined ? [] : [path]
  })

/** Reads the knowledge of a customer file. */
export const readKnowledge = (yaml: YamlFile, read: ReadKnowledge): Knowledge => {
  const parts: Part[] = []
  const problems: Problem[] = []
  entries(yaml).forEach((group, index) => {
    if (!group) return
    const { text, file } = group
    const entry = ['knowledge', index]
    if ((text === undefined) === (file === undefined)) problems.push(yaml.problem(entry, EITHER))
    if (typeof text === 'string') {
      parts.push({ path: [...entry, 'text'], name: `knowledge[${index}]`, text: text.trim() })
    }
    if (typeof file !== 'string' || !file.trim()) return
    const found = readFile(yaml.path, file.trim(), read)
    const path = [...entry, 'file']
    if ('text' in found) parts.push({ path, name: basename(file.trim()), text: found.text })
    else problems.push(yaml.problem(path, found))
  })
  return { parts, problems }
}

/** Puts the knowledge below the instructions, under the heading `# Knowledge`. */
export const joinInstructions = (instructions: string, parts: readonly Part[]): string =>
  parts.length
    ? [instructions, '# Knowledge', ...parts.map(({ text }) => text)].join('\n\n')
    : instructions

/** Says whether instructions and knowledge are too long together; shown at the longest of them, where there is most to cut. */
export const checkLength = (yaml: YamlFile, parts: readonly Part[]): readonly Problem[] => {
  const instructions = yaml.at(['agent', 'instructions'])
  const all = typeof instructions === 'string'
    ? [{ path: ['agent', 'instructions'], name: 'instructions', text: instructions }, ...parts]
    : parts
  const sizes = all.map((part) => ({ ...part, tokens: estimateTokens(part.text) }))
  const tokens = sizes.reduce((sum, part) => sum + part.tokens, 0)
  if (tokens <= INSTRUCTION_TOKENS_MAX) return []
  const longest = sizes.reduce((a, b) => (b.tokens > a.tokens ? b : a))
  return [
    yaml.problem(longest.path, {
      code: 'too-much-text',
      message: `instructions and knowledge are about ${tokens} tokens, ` +
        `${INSTRUCTION_TOKENS_MAX} is the most (${
          sizes.map((part) => `${part.name} ${part.tokens}`).join(', ')
        })`,
      hint: 'the whole is read again for each answer: keep what callers ask for',
    }),
  ]
}

/** Estimates the tokens of a text: four characters each, which is about right for English and too few for other scripts. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 4)

const EITHER: Finding = {
  code: 'knowledge-entry',
  message: 'an entry of knowledge is either a text or a file',
  hint: 'write - file: prices.md or - text: ...',
}

/** The entries of `knowledge`; what is not a group of keys is the schema's to complain about. */
const entries = (yaml: YamlFile): readonly (Readonly<Record<string, unknown>> | undefined)[] => {
  const knowledge = yaml.at(['knowledge'])
  return Array.isArray(knowledge)
    ? knowledge.map((entry) => isGroup(entry) ? entry : undefined)
    : []
}

const readFile = (
  beside: string,
  file: string,
  read: ReadKnowledge,
): Finding | { text: string } => {
  if (!/\.(md|txt)$/i.test(file)) {
    const hint = 'save it as .md or .txt'
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
  const text = read(path)?.trim()
  if (text === undefined) {
    const hint = 'the path is relative to this file'
    return { code: 'knowledge-missing', message: `there is no file ${path}`, hint }
  }
  return text ? { text } : { code: 'knowledge-empty', message: `the file ${path} is empty` }
}
