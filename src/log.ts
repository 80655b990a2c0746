/**
 * What the program says about itself: a static dotted name and fields with units, one JSON line each, on stderr.
 *
 * What a caller said or is appears only under `pii`, which is dropped unless the operator turns it on.
 */
import {
  configureSync,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
} from '@logtape/logtape'

/** The slice of a logger that the program uses. */
export type Log = Readonly<{
  debug: (name: string, fields?: Fields) => void
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
  const asLine = format === 'json' ? getJsonLinesFormatter({ properties: 'flatten' }) : asText
  configureSync({
    reset: true,
    sinks: { lines: (record) => write(asLine(tidy(record, pii)).trimEnd()) },
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
  debug: isDebug ? (name, fields) => logger.debug(name, { ...fields }) : silentLog.debug,
  info: (name, fields) => logger.info(name, { ...fields }),
  warn: (name, fields) => logger.warn(name, { ...fields }),
  error: (name, fields) => logger.error(name, { ...fields }),
  with: (fields) => logOf(logger.with({ ...fields }), isDebug),
})

/** Leaves out what is private, and the digits of a measurement that nobody measured. */
const tidy = (record: LogRecord, pii: boolean): LogRecord => {
  const properties = Object.entries(record.properties)
    .filter(([name]) => pii || name !== 'pii')
    .map(([name, value]) => [name, rounded(value)])
  return { ...record, properties: Object.fromEntries(properties) }
}

const rounded = (value: unknown): unknown => {
  if (typeof value === 'number') return Math.round(value * 10) / 10
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rounded(each)]))
}

/** A line for a person at a terminal. */
const asText = ({ timestamp, level, rawMessage, properties }: LogRecord): string => {
  const time = new Date(timestamp).toISOString().slice(11, 23)
  const fields = Object.entries(properties).map(([key, value]) => ` ${key}=${valueOf(value)}`)
  return `${time} ${level.padEnd(7)} ${String(rawMessage)}${fields.join('')}`
}

const valueOf = (value: unknown): string => {
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message)
  return typeof value === 'string' ? value : JSON.stringify(value) ?? String(value)
}
