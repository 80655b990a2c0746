/** What the process is told from outside, the same on the three runtimes by `node:process`. */
import process from 'node:process'
import { stderr } from './stderr.ts'

/** The variables of the process. */
export const variables: Readonly<Record<string, string | undefined>> = process.env

/** What was typed after the name of the program. */
export const programArguments = (): readonly string[] => process.argv.slice(2)

/** Whether a person reads stdout. */
export const isTerminal = (): boolean => process.stdout.isTTY === true

/** Writes one line to stdout, for those who read the result. */
export const printLine = (line: string): void => void process.stdout.write(`${line}\n`)

/** Writes one line to stderr, for those who watch. Nothing waits for them to read it. */
export const complainLine = stderr.line

/**
 * Goes on when nobody reads what is written any more: a log collector that dies must not take the calls with it, and an `error`
 * that nobody listens to would.
 */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/** Has a write past the limit on the size of files fail, as everywhere else, instead of ending Deno with all its calls. */
export const outliveFileLimit = (): void => void process.on('SIGXFSZ', () => {})

/** What the process has used so far: CPU in seconds of one core, and memory. */
export const usage = (): Readonly<{ cpuS: number; residentBytes: number }> => {
  const { user, system } = process.cpuUsage()
  return { cpuS: (user + system) / 1e6, residentBytes: process.memoryUsage().rss }
}

/** One Ctrl-C comes twice where npm is in between: from the terminal and from npm. */
const SAME_ASKING_MS = 1_000

/** Calls `stop` when the process is asked to end, by Ctrl-C or by its platform. Asked again later, it ends at once. */
export const onStopSignal = (stop: () => void): void => {
  let askedAtMs: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const nowMs = performance.now()
      askedAtMs ??= nowMs
      if (nowMs - askedAtMs > SAME_ASKING_MS) process.exit(1)
      stop()
    })
  }
}

/** Calls `act` when the terminal of the process is closed, or when somebody sends SIGHUP, instead of ending with all calls. */
export const onHangUpSignal = (act: () => void): void => void process.on('SIGHUP', act)

/** Tells of what nobody caught, instead of ending with all calls. */
export const outliveFaults = (tell: (error: unknown) => void): void => {
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
}

/** Ends the process when nothing is left to do, with this exit code. */
export const setExitCode = (code: number): void => {
  process.exitCode = code
}

/** How long whoever reads stderr may take for the last of it. */
const LAST_LINES_MS = 1_000

/** Ends the process, whatever it waits for; what was written to stderr is read before, if somebody reads. */
export const exitOnceRead = (code: number): void => {
  const exit = () => process.exit(code)
  setTimeout(exit, LAST_LINES_MS)
  void stderr.flushed().then(exit)
}
