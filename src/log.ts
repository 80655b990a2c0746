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
  const allowed = pii ? (record: LogRecord) => record : withoutPii
  configureSync({
    reset: true,
    sinks: { lines: (record) => write(asLine(allowed(record)).trimEnd()) },
    loggers: [
      { category: ['tandem'], sinks: ['lines'], lowestLevel: level },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['lines'] },
    ],
  })
  return logOf(getLogger(['tandem']))
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLog,
}

const logOf = (logger: Logger): Log => ({
  debug: (name, fields) => logger.debug(name, { ...fields }),
  info: (name, fields) => logger.info(name, { ...fields }),
  warn: (name, fields) => logger.warn(name, { ...fields }),
  error: (name, fields) => logger.error(name, { ...fields }),
  with: (fields) => logOf(logger.with({ ...fields })),
})

const withoutPii = (record: LogRecord): LogRecord => {
  const { pii: _, ...properties } = record.properties
  return { ...record, properties }
}

/** A line for a person at a terminal. */
const asText = ({ timestamp, level, rawMessage, properties }: LogRecord): string => {
  const time = new Date(timestamp).toISOString().slice(11, 23)
  const fields = Object.entries(properties).map(([key, value]) => ` ${key}=${valueOf(value)}`)
  return `${time} ${level.padEnd(7)} ${String(rawMessage)}${fields.join('')}`
}

const valueOf = (value: unknown): string => {
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message)
  if (typeof value === 'number') return String(Math.round(value * 10) / 10)
  return typeof value === 'string' ? value : JSON.stringify(value) ?? String(value)
}
