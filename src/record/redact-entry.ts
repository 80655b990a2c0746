/** What those who watch a call are told of it, redacted: every text that came from the conversation. */
import type { CallEntry } from '../bridge/call-feed.ts'
import type { ListeningEntry } from '../bridge/listening/listened-calls.ts'
import type { TranscriptLine } from '../call/transcript.ts'
import type { TakenMessage } from '../tools/message-book.ts'
import type { Redact } from './redact.ts'

/** Redacts an entry of the feed of a call with an agent. */
export const redactCallEntry = (redact: Redact, entry: CallEntry): CallEntry => {
  switch (entry.type) {
    case 'line':
      return { ...entry, line: redactLine(redact, entry.line) }
    case 'model-complained':
      return { ...entry, problem: redact(entry.problem) }
    case 'summarised':
      return redactSummary(redact, entry)
    case 'model-interrupted':
    case 'renewal-failed':
      return { ...entry, cause: redact(entry.cause) }
    default:
      return entry
  }
}

/** Redacts an entry of the feed of a call between humans, whose lines come whole. */
export const redactHumanEntry = (redact: Redact, entry: ListeningEntry): ListeningEntry =>
  entry.type === 'line'
    ? { ...entry, line: { ...entry.line, text: redact(entry.line.text) } }
    : entry

/** Redacts a message for the people of a customer. Who called and where to call back stays, or they could not. */
export const redactMessage = (redact: Redact, message: TakenMessage): TakenMessage => ({
  ...message,
  name: redact(message.name),
  message: redact(message.message),
  fields: redactFields(redact, message.fields),
})

const redactSummary = (
  redact: Redact,
  entry: Extract<CallEntry, { type: 'summarised' }>,
): CallEntry =>
  entry.status === 'none' ? entry : {
    ...entry,
    summary: redact(entry.summary),
    outcome: redact(entry.outcome),
    ...(entry.fields === undefined ? {} : { fields: redactFields(redact, entry.fields) }),
    ...(entry.detail === undefined ? {} : { detail: redact(entry.detail) }),
  }

const redactFields = (
  redact: Redact,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, redactValue(redact, value)]),
  )

/** A number that would be taken out of a sentence is taken out of a field, too, which is a text then. */
const redactValue = (redact: Redact, value: unknown): unknown => {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'number') {
    const text = redact(String(value))
    return text === String(value) ? value : text
  }
  if (Array.isArray(value)) return value.map((each) => redactValue(redact, each))
  return typeof value === 'object' && value !== null ? redactFields(redact, { ...value }) : value
}

const redactLine = (redact: Redact, line: TranscriptLine): TranscriptLine => {
  const text = redact(line.text, { isPartial: !line.final })
  if (line.speaker !== 'tool') return { ...line, text }
  return { ...line, text, tool: { ...line.tool, given: redact(line.tool.given) } }
}
