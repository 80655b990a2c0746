/**
 * The event log of a call as text, a JSON object a line: how the call began in a process, then each event with what was decided at it,
 * then how the log ended. Another process that takes the call up writes the same below, so a log has parts.
 */
import { z } from 'zod'
import type { CallEvent } from '../call/events.ts'
import { beginningSchema } from './beginning.ts'
import { callEventSchema } from './event-schema.ts'

/** Changes when an old log can no longer be read. */
const FORMAT = 1

const headSchema = z.object({
  format: z.literal(FORMAT),
  /** The version of the program that wrote it. */
  program: z.string(),
  callSid: z.string(),
  customer: z.string(),
  /** The version of the customer's file, of which the rules are. */
  agentVersion: z.string(),
  /** When the call began in the process, in ms since 1970. */
  startedAt: z.number(),
  /** Whether texts were taken out. */
  isRedacted: z.boolean(),
  beginning: beginningSchema,
})

/** What stands first in a part. */
export type LogHead = Readonly<z.output<typeof headSchema>>

const eventSchema = z.object({
  event: callEventSchema,
  decided: z.array(z.unknown()).default([]),
  fault: z.string().exactOptional(),
})

/** An event and what was decided at it; with `fault` the core failed. */
export type LoggedEvent = Readonly<{
  event: CallEvent
  decided: readonly unknown[]
  fault?: string
}>

/** Why nothing follows: the call is over, the log is as long as it may be, or a decision hung on what is not kept. */
export type LogEnd = 'whole' | 'full' | 'redacted'

const endSchema = z.object({ end: z.enum(['whole', 'full', 'redacted']) })

/** What one process wrote of a call; `cut` if it died or the disk failed. */
export type LogPart = Readonly<{
  head: LogHead
  events: readonly LoggedEvent[]
  end: LogEnd | 'cut'
}>

export type ReadLog =
  | Readonly<{ parts: readonly LogPart[] }>
  | Readonly<{ line: number; problem: string }>

/** Writes the first line of a part. */
export const writeHead = (head: Omit<LogHead, 'format'>): string =>
  JSON.stringify({ format: FORMAT, ...head })

/** Writes the line of an event. */
export const writeEvent = ({ event, decided, fault }: LoggedEvent): string =>
  JSON.stringify({
    event,
    decided: decided.length > 0 ? decided : undefined,
    fault,
  })

/** Writes the last line of a part. */
export const writeEnd = (end: LogEnd): string => JSON.stringify({ end })

type MutablePart = { head: LogHead; events: LoggedEvent[]; end: LogPart['end'] }

/** Reads a log. Never throws; a line that a crash cut off is left out. */
export const readLog = (text: string): ReadLog => {
  const parts: MutablePart[] = []
  /** The line that may have been cut off, for which nothing must follow in its part. */
  let broken: number | undefined
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '') continue
    const value = parse(line)
    if (isGroup(value) && 'format' in value) {
      const head = headSchema.safeParse(value)
      if (!head.success) return { line: at + 1, problem: problemOf(value, head.error) }
      parts.push({ head: head.data, events: [], end: 'cut' })
      broken = undefined
      continue
    }
    const part = parts.at(-1)
    if (!part) return { line: at + 1, problem: 'this is no event log' }
    if (broken !== undefined) return { line: broken, problem: 'this is no JSON' }
    if (value === undefined) broken = at + 1
    else if (!add(part, value)) {
      return { line: at + 1, problem: 'this program knows no such event' }
    }
  }
  return parts.length > 0 ? { parts } : { line: 1, problem: 'the file is empty' }
}

const add = (part: MutablePart, value: unknown): boolean => {
  const end = endSchema.safeParse(value)
  if (end.success) {
    part.end = end.data.end
    return true
  }
  const event = eventSchema.safeParse(value)
  if (event.success) part.events.push(event.data)
  return event.success
}

const problemOf = (head: object, error: z.ZodError): string =>
  'format' in head && head.format !== FORMAT
    ? `this is format ${String(head.format)}, and this program reads format ${FORMAT}`
    : `the beginning makes no sense: ${error.issues[0]?.path.join('.')}`

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null
