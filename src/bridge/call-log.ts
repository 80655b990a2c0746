/** A call in the log, told in about ten lines; what was said is private and goes under `pii`. */
import type { Fields, Log } from '../log.ts'
import type { CallEntry } from './call-feed.ts'

/** Writes down what is told of a call. */
export const logReport = (log: Log, entry: CallEntry): void => {
  switch (entry.type) {
    case 'caller-speaking':
    case 'agent-heard':
    case 'transcribed':
      return log.debug(`call.${entry.type}`, () => fieldsOf(entry))
    // There is one for each few words.
    case 'line':
      return log.debug('call.line', () => ({ pii: fieldsOf(entry) }))
    case 'key-pressed':
      return log.debug('call.key-pressed', () => ({ pii: fieldsOf(entry) }))
    case 'summarised':
      return logSummary(log, entry)
    case 'model-complained':
    case 'remote-tools-missing':
    case 'model-interrupted':
    case 'stream-lost':
    case 'transfer-failed':
      return log.warn(`call.${entry.type}`, fieldsOf(entry))
    default:
      return log.info(`call.${entry.type}`, fieldsOf(entry))
  }
}

const fieldsOf = ({ type: _, atMs: __, ...fields }: CallEntry): Fields => fields

const logSummary = (log: Log, entry: Extract<CallEntry, { type: 'summarised' }>): void => {
  const { status, problem, afterMs } = entry
  const { type: _, usage: __, ...pii } = entry
  if (problem === undefined) log.info('call.summarised', { status, afterMs, pii })
  else log.warn('call.summarised', { status, problem, afterMs, pii })
}
