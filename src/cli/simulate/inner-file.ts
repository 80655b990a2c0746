/**
 * A file within a file: the customer that a scenario brings along. It is cut out with its place kept, so that a mistake in it is
 * shown where it stands in the scenario.
 */
import type { Problem } from '../../config/problem.ts'

export type InnerFile = Readonly<{
  /** The text with as many empty lines above it as there are in the whole. */
  text: string
  /** How many columns it stood to the right. */
  indent: number
}>

/** Cuts out what stands below a key at the top of a YAML file; undefined when it is not a block of its own. */
export const innerFile = (text: string, key: string): InnerFile | undefined => {
  const lines = text.split(/\r\n|\r|\n/)
  const start = lines.findIndex((line) => new RegExp(`^${key}:\\s*(#.*)?$`).test(line))
  if (start < 0) return undefined
  const length = lines.slice(start + 1).findIndex((line) => /^[^\s#]/.test(line))
  const body = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length)
  const indent = Math.min(...body.filter(isContent).map((line) => line.search(/\S/)))
  if (!Number.isFinite(indent)) return undefined
  const cut = body.map((line) => line.slice(Math.min(indent, line.search(/\S|$/))))
  return { text: [...Array<string>(start + 1).fill(''), ...cut].join('\n'), indent }
}

/** Moves a problem of the inner file to its place in the whole one. */
export const outerProblem = (problem: Problem, file: string, { indent }: InnerFile): Problem => ({
  ...problem,
  file,
  column: problem.column + indent,
})

const isContent = (line: string): boolean => /^\s*[^\s#]/.test(line)
