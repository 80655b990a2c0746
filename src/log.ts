/**
 * What the program says about itself: a static dotted name and fields with units, one JSON line each, on stderr.
 *
 * What a caller said or is appears only under `pii`, which is dropped unless the operator turns it on. Each line is handed over by
 * itself and at once: of a process that dies the last lines are the ones that are wanted.
 */
import type { LogLevel } from './config/environment.ts'
import { jsonLine, textLine } from './log-line.ts'

/** The slice of a logger that the program uses. */
export type Log = Readonly<{
  /** The fields are asked for only where somebody reads them: most of what is said here has to be put together first. */
  debug: (name: string, fields?: Fields | (() => Fields)) => void
  info: (name: string, fields?: Fields) => void
  warn: (name: string, fields?: Fields) => void
  error: (name: string, fields?: Fields) => void
  /** A log that adds the same fields to each line. */
  with: (fields: Fields) => Log
}>

export type Fields = Readonly<Record<string, unknown>>

export type LogOptions = Readonly<{
  level: LogLevel
  format: 'json' | 'text'
  /** Whether what callers said is kept. */
  pii: boolean
  write: (line: string) => void
}>

/** Makes the log of the process. */
export const startLog = ({ level, format, pii, write }: LogOptions): Log => {
  const lineOf = format === 'json' ? jsonLine : textLine
  const say = (level: LogLevel, name: string, fields: Fields): void =>
    write(lineOf({ atMs: Date.now(), level, name, fields: pii ? fields : withoutPii(fields) }))
  return logOf(say, LEVELS.indexOf(level), {})
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLog,
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error']

type Say = (level: LogLevel, name: string, fields: Fields) => void

/** What is not wanted costs nothing but the call. */
const logOf = (say: Say, lowest: number, own: Fields): Log => {
  const at = (level: LogLevel): Log['debug'] =>
    LEVELS.indexOf(level) < lowest
      ? silentLog.debug
      : (name, fields) =>
        say(level, name, { ...own, ...(typeof fields === 'function' ? fields() : fields) })
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warning'),
    error: at('error'),
    with: (fields) => logOf(say, lowest, { ...own, ...fields }),
  }
}

const withoutPii = (fields: Fields): Fields => {
  if (!('pii' in fields)) return fields
  const { pii: _, ...others } = fields
  return others
}
