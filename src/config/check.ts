/** What `tandem check` prints: who answers which number, and each problem at its place in the file. */
import type { Config, Customer } from './config.ts'
import { describeOpening } from './hours/describe.ts'
import type { LoadedConfig } from './load.ts'
import type { Problem } from './problem.ts'
import { inReadingOrder } from './problem.ts'
import type { SourceFile } from './yaml/yaml-file.ts'

/**
 * Reports on a configuration, line by line: its problems and warnings, its lines when it has any, and the sum of it. `wallMs` is the
 * moment for which opening hours are told, in ms since 1970.
 */
export const checkReport = (loaded: LoadedConfig, wallMs: number): readonly string[] => {
  const problems = 'problems' in loaded ? loaded.problems : []
  const found = inReadingOrder([...problems, ...loaded.warnings])
  return [
    ...('config' in loaded ? [...describeLines(loaded.config, wallMs), ''] : []),
    ...renderProblems(found, loaded.sources),
    summary(problems.length, loaded.warnings.length),
  ]
}

/** Shows who answers each number and with what, in columns; where there are opening hours, whether it is open and until when. */
export const describeLines = (config: Config, wallMs: number): readonly string[] =>
  columns(
    config.customers.flatMap((customer) =>
      customer.numbers.map((
        number,
      ) => [number, customer.name, ...describeCustomer(customer, wallMs)])
    ),
  )

const describeCustomer = (customer: Customer, wallMs: number): readonly string[] => {
  const { agent, listen, hours } = customer
  const opening = hours ? describeOpening(hours, wallMs) : ''
  return listen
    ? [listen.model, 'listens', listen.dial, opening]
    : [agent.model, agent.voice, agent.audio, opening]
}

/** Shows each problem with the line it is about, a caret below the place, and what to do. */
export const renderProblems = (
  problems: readonly Problem[],
  sources: readonly SourceFile[],
): readonly string[] => {
  const texts = new Map(sources.map(({ path, text }) => [path, text.split(/\r\n|\r|\n/)]))
  return problems.flatMap((problem) => [
    `${problem.file}:${problem.line}:${problem.column}  ${problem.severity}  ${problem.message}`,
    ...excerpt(problem, texts.get(problem.file)?.[problem.line - 1]),
    ...(problem.hint === undefined ? [] : [`  hint: ${problem.hint}`]),
    '',
  ])
}

const EXCERPT_COLUMNS = 100

const excerpt = ({ line, column }: Problem, text: string | undefined): readonly string[] => {
  if (!text?.trim()) return []
  // Instructions may be one line of a thousand columns: show the part around the place.
  const start = Math.max(0, column - EXCERPT_COLUMNS + 20)
  const shown = text.slice(start, start + EXCERPT_COLUMNS).replaceAll('\t', ' ')
  const gutter = `  ${line} | `
  return [`${gutter}${shown}`, ' '.repeat(gutter.length + column - 1 - start) + '^']
}

const columns = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join('  ').trimEnd()
  )
}

const summary = (errors: number, warnings: number): string => {
  const counts = [count(errors, 'error'), count(warnings, 'warning')].filter(Boolean)
  return counts.length ? counts.join(', ') : 'ok'
}

const count = (many: number, noun: string): string =>
  many === 0 ? '' : many === 1 ? `1 ${noun}` : `${many} ${noun}s`
