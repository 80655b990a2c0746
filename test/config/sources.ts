/** Short ways to parse literal YAML, and a problem as one line. */
import type { Customer } from '../../src/config/config.ts'
import type { ReadKnowledge } from '../../src/config/knowledge.ts'
import type { ParsedConfig } from '../../src/config/parse-config.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import type { Problem } from '../../src/config/problem.ts'

export type Texts = Readonly<Record<string, string>>

export const PATH = 'config/customers/bright-smile.yaml'

/** Parses one customer file, with knowledge files by their path. */
export const parseOne = (text: string, knowledge: Texts = {}): ParsedConfig =>
  parseConfig({ customers: [{ path: PATH, text }], readKnowledge: documentsOf(knowledge) })

/** Knowledge files whose version is their text. */
export const documentsOf = (texts: Texts): ReadKnowledge => (path) =>
  texts[path] === undefined ? undefined : { text: texts[path], version: texts[path] }

/** Parses one customer file that must be well. */
export const customerOf = (text: string, knowledge: Texts = {}): Customer => {
  const parsed = parseOne(text, knowledge)
  if ('problems' in parsed) throw new Error(parsed.problems.map(line).join('\n'))
  return parsed.config.customers[0]
}

/** What is wrong with a customer file, one line each: `2:11 not-quoted ... > hint`. */
export const problemsOf = (text: string, knowledge: Texts = {}): readonly string[] => {
  const parsed = parseOne(text, knowledge)
  return 'problems' in parsed ? parsed.problems.map(line) : []
}

/** The warnings about a customer file, written likewise. */
export const warningsOf = (text: string): readonly string[] => parseOne(text).warnings.map(line)

export const line = ({ line, column, code, message, hint }: Problem): string =>
  `${line}:${column} ${code} ${message}${hint === undefined ? '' : ` > ${hint}`}`

/** A customer file whose line 5 and on are given: indented they are the agent's, else the customer's. */
export const withLines = (lines: string): string =>
  `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent:
  instructions: You answer the phone.
${lines}`
