/** What is wrong with a configuration, said so that an operator finds the place and knows what to write instead. */

/** One thing that is wrong, with its place. A warning is served all the same. */
export type Problem = Readonly<{
  severity: 'error' | 'warning'
  code: ProblemCode
  /** Path of the file as it was handed in. */
  file: string
  /** Counted from 1, as editors do. */
  line: number
  column: number
  /** The key in the file, `agent.voice` or `numbers[0]`; empty for the file as a whole. */
  path: string
  message: string
  /** What to do about it. */
  hint?: string
}>

/** Names of what can be wrong; they stay the same, scripts may rely on them. */
export type ProblemCode =
  | 'blank-never-filled'
  | 'dial-loop'
  | 'duplicate-key'
  | 'duplicate-tool'
  | 'empty-file'
  | 'file-name'
  | 'invalid-date'
  | 'invalid-day'
  | 'invalid-country'
  | 'invalid-dial'
  | 'invalid-duration'
  | 'invalid-language'
  | 'invalid-name'
  | 'invalid-number'
  | 'invalid-url'
  | 'invalid-span'
  | 'invalid-value'
  | 'invalid-variable'
  | 'caller-muted'
  | 'key-without-effect'
  | 'knowledge-empty'
  | 'knowledge-entry'
  | 'knowledge-missing'
  | 'knowledge-outside'
  | 'knowledge-store'
  | 'knowledge-type'
  | 'knowledge-unreadable'
  | 'knowledge-url'
  | 'missing-key'
  | 'missing-variable'
  | 'model-retired'
  | 'model-shutdown'
  | 'no-customers'
  | 'not-quoted'
  | 'number-taken'
  | 'out-of-range'
  | 'too-much-text'
  | 'unknown-key'
  | 'unknown-model'
  | 'unknown-name'
  | 'unknown-parameter'
  | 'unknown-tool'
  | 'unknown-time-zone'
  | 'unknown-voice'
  | 'unreadable-file'
  | 'unreadable-folder'
  | 'wrong-model'
  | 'wrong-type'
  | 'yaml-syntax'

/** The way to a key, from the top of the file: `['numbers', 0]`. */
export type KeyPath = readonly (string | number)[]

/** What a check found, before it is known where in the file that stands. */
export type Finding = Readonly<{
  code: ProblemCode
  message: string
  hint?: string
  /** `error` unless said otherwise. */
  severity?: Problem['severity']
}>

/** Writes a path as operators read it: `agent.voice`, `knowledge[1].file`. */
export const pathText = (path: KeyPath): string =>
  path.reduce<string>(
    (text, step) => typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : step,
    '',
  )

/** Sorts problems as one reads: by file, then from top to bottom. */
export const inReadingOrder = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort((a, b) =>
    compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.code, b.code)
  )

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
