/** A tool, a call and a log for tests of what runs tools. */
import type { Fields, Log } from '../../src/log.ts'
import type { CallAbout, Tool } from '../../src/tools/tool.ts'

export const ABOUT: CallAbout = {
  callSid: 'CA00000000000000000000000000000001',
  from: '+15550001111',
  to: '+15005550006',
  customer: 'bright-smile',
  secrets: {},
}

/** A signal that nobody raises. */
export const NEVER = new AbortController().signal

export const toolOf = (run: Tool['run'], more: Partial<Tool> = {}): Tool => ({
  name: 'book_table',
  description: 'Books a table.',
  parameters: { type: 'object' },
  timeoutMs: 8_000,
  run,
  ...more,
})

export type LogLine = Readonly<{ level: string; name: string; fields: Fields }>

/** A log that a test reads. */
export const createLogBook = (): Readonly<{ log: Log; lines: LogLine[] }> => {
  const lines: LogLine[] = []
  const write = (level: string): Log['debug'] => (name, fields = {}) =>
    void lines.push({ level, name, fields: typeof fields === 'function' ? fields() : fields })
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: () => log,
  }
  return { log, lines }
}
