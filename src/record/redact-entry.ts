/** What those who watch a call are told of it, redacted: every text that came from the conversation. */
import type { CallEntry } from '../bridge/call-feed.ts'
import type { ListeningEntry } from '../bridge/listened-calls.ts'
import type { TranscriptLine } from '../call/transcript.ts'
import type { Redact } from './redact.ts'

/** Redacts an entry of the feed of a call with an agent. */
export const redactCallEntry = (redact: Redact, entry: CallEntry): CallEntry => {
  switch (entry.type) {
    case 'line':
      return { ...entry, line: redactLine(redact, entry.line) }
    case 'model-complained':
      return { ...entry, problem: redact(entry.problem) }
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

const redactLine = (redact: Redact, line: TranscriptLine): TranscriptLine => {
  const text = redact(line.text, { isPartial: !line.final })
  if (line.speaker !== 'tool') return { ...line, text }
  return { ...line, text, tool: { ...line.tool, given: redact(line.tool.given) } }
}
