/**
 * What the program says about itself: a static dotted name and fields with units, one JSON line each, on stderr.
 *
 * What a caller said or is appears only under `pii`, which is dropped unless the operator turns it on. Each line is handed over by
 * itself and at once: of a process that dies the last lines are the ones that are wanted.
 */
import { configureSync, getLogger, type Logger, type LogLevel, type Sink } from '@logtape/logtape'
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

/** Sets logging up for the process. */
export const startLog = ({ level, format, pii, write }: LogOptions): Log => {
  const lineOf = format === 'json' ? jsonLine : textLine
  const lines: Sink = ({ timestamp, level, rawMessage, properties }) =>
    write(lineOf({
      atMs: timestamp,
      level,
      name: String(rawMessage),
      fields: pii ? properties : withoutPii(properties),
    }))
  configureSync({
    reset: true,
    sinks: { lines },
    loggers: [
      { category: ['tandem'], sinks: ['lines'], lowestLevel: level },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['lines'] },
    ],
  })
  return logOf(getLogger(['tandem']), level === 'debug')
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLog,
}

/** What is not wanted is dropped here: the library would make a record of it first, and there is a lot at `debug`. */
const logOf = (logger: Logger, isDebug: boolean): Log => ({
  debug: isDebug
    ? (name, fields) =>
      logger.debug(name, { ...(typeof fields === 'function' ? fields() : fields) })
    : silentLog.debug,
  info: (name, fields) => logger.info(name, { ...fields }),
  warn: (name, fields) => logger.warn(name, { ...fields }),
  error: (name, fields) => logger.error(name, { ...fields }),
  with: (fields) => logOf(logger.with({ ...fields }), isDebug),
})

const withoutPii = (fields: Fields): Fields => {
  if (!('pii' in fields)) return fields
  const { pii: _, ...others } = fields
  return others
}
