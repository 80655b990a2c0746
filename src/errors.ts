/**
 * Errors sorted by who must act. Each carries a stable `code`; whatever is thrown without one is a bug, which ends the one
 * call it happened in and never the process.
 */
import type { Problem } from './config/problem.ts'

/** The operator must edit a file: everything that is wrong with the configuration, each with its file, line and column. */
export class ConfigError extends Error {
  readonly code = 'config'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map((it) => `${it.file}:${it.line}:${it.column} ${it.message}`).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}
