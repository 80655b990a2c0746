/**
 * How a line of the log is written: JSON for machines, text for a person at a terminal. Whatever a field holds, a line comes of it: to
 * write one down must never throw.
 */
import type { LogLevel } from '@logtape/logtape'

/** What is to be written. */
export type LogRecord = Readonly<{
  /** Milliseconds since 1970. */
  atMs: number
  level: LogLevel
  /** A static dotted name. */
  name: string
  fields: Readonly<Record<string, unknown>>
}>

/** Gives the line, without its end. */
export type LineOf = (record: LogRecord) => string

/** Deeper than any field goes; what goes round in circles ends here, too. */
const DEEPEST = 6

/** Writes a line for machines. */
export const jsonLine: LineOf = ({ atMs, level, name, fields }) => {
  const line: Record<string, unknown> = {
    '@timestamp': new Date(atMs).toISOString(),
    level: level === 'warning' ? 'WARN' : level.toUpperCase(),
    message: name,
    logger: 'tandem',
  }
  for (const [field, value] of Object.entries(fields)) line[field] = plain(value, 0)
  return withoutControls(JSON.stringify(line))
}

/** Writes a line for a person. */
export const textLine: LineOf = ({ atMs, level, name, fields }) => {
  const time = new Date(atMs).toISOString().slice(11, 23)
  const told = Object.entries(fields).map(([field, value]) => ` ${field}=${textOf(value)}`)
  return withoutControls(`${time} ${level.padEnd(7)} ${name}${told.join('')}`)
}

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message)
  return JSON.stringify(plain(value, 0)) ?? String(value)
}

/** What JSON can hold of a value, without the digits of a measurement that nobody measured. */
const plain = (value: unknown, depth: number): unknown => {
  if (typeof value === 'number') return Math.round(value * 10) / 10
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) return '(deeper)'
  if (Array.isArray(value)) return value.map((each) => plain(each, depth + 1))
  const copy: Record<string, unknown> = value instanceof Error ? factsOf(value, depth) : {}
  for (const [name, each] of Object.entries(value)) copy[name] = plain(each, depth + 1)
  return copy
}

/** What an error does not list of itself. */
const factsOf = ({ name, message, stack, cause }: Error, depth: number) => ({
  name,
  message,
  stack,
  cause: plain(cause, depth + 1),
})

/** A terminal takes some characters for commands, and a new line would begin another line of the log. */
const withoutControls = (text: string): string => text.replace(CONTROLS, escaped)

// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
