/** A call in the log, told in about ten lines; what was said is private and goes under `pii`. */
import type { Log } from '../log.ts'
import type { CallEntry } from './call-feed.ts'

/** Writes down what is told of a call. */
export const logReport = (log: Log, entry: CallEntry): void => {
  const { type, atMs: _, ...fields } = entry
  switch (entry.type) {
    case 'caller-speaking':
    case 'agent-heard':
    case 'transcribed':
      return log.debug(`call.${type}`, fields)
    case 'line':
      return log.debug('call.line', { pii: fields })
    case 'key-pressed':
      return log.debug('call.key-pressed', { pii: fields })
    case 'summarised':
      return logSummary(log, entry)
    case 'model-complained':
    case 'remote-tools-missing':
    case 'model-interrupted':
    case 'stream-lost':
    case 'transfer-failed':
      return log.warn(`call.${type}`, fields)
    default:
      return log.info(`call.${type}`, fields)
  }
}

const logSummary = (log: Log, entry: Extract<CallEntry, { type: 'summarised' }>): void => {
  const { status, problem, afterMs } = entry
  const { type: _, usage: __, ...pii } = entry
  if (problem === undefined) log.info('call.summarised', { status, afterMs, pii })
  else log.warn('call.summarised', { status, problem, afterMs, pii })
}
