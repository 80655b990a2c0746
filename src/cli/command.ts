/** What every command is given: the runtime, the environment, and where to write. */
import type { Clock } from '../clock.ts'
import type { Variables } from '../config/environment.ts'
import type { Runtime } from '../runtime/runtime.ts'

export type CommandContext = Readonly<{
  runtime: Runtime
  variables: Variables
  clock: Clock
  /** Writes a line of the result to stdout. */
  out: (line: string) => void
  /** Writes a line for whoever watches to stderr. */
  err: (line: string) => void
  /** Whether a person reads the output. */
  isTerminal: boolean
  /**
   * Ends the process. Only for a service that has stopped: on Deno a socket that was closed while its peer was still talking
   * keeps the process alive for minutes.
   */
  exitNow: (code: ExitCode) => void
  /** Calls back when the process is asked to stop. */
  onStop: (stop: () => void) => void
}>

/** How a command ended: 0 it worked, 1 the thing failed, 2 wrong usage or configuration. */
export type ExitCode = 0 | 1 | 2
