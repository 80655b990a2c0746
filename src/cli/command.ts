/** What every command is given: the runtime, the environment, and where to write. */
import type { Clock } from '../clock.ts'
import type { Variables } from '../config/environment.ts'
import type { StartProgress } from '../runtime/progress-bar.ts'
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
  /** Shows whoever watches how far long work has got. */
  progress: StartProgress
  /**
   * Ends the process when what it wrote was read. Only for a service that has stopped: whatever a runtime still waits for then, no call is in it.
   */
  exitOnceRead: (code: ExitCode) => void
  /** Calls back when the process is asked to stop. */
  onStop: (stop: () => void) => void
  /** Calls back when its terminal is closed or somebody sends SIGHUP; the process goes on. */
  onHangUp: (act: () => void) => void
  /** Calls back for each mistake of the program that nobody has caught; the process goes on. */
  onFault: (tell: (error: unknown) => void) => void
}>

/** How a command ended: 0 it worked, 1 the thing failed, 2 wrong usage or configuration. */
export type ExitCode = 0 | 1 | 2
