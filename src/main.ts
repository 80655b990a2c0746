#!/usr/bin/env node
/** The program: picks the runtime it is on and runs the command that was typed. */
import { runProgram } from './cli/program.ts'
import { systemClock } from './clock.ts'
import { keepCompiledCode } from './runtime/compile-cache.ts'
import { showProgress } from './runtime/progress-bar.ts'
import * as process from './runtime/process.ts'
import type { Runtime } from './runtime/runtime.ts'

// Commands and runtimes are loaded after this.
keepCompiledCode()
process.outliveReaders()
process.outliveFileLimit()

const pickRuntime = async (): Promise<Runtime> => {
  if ('Bun' in globalThis) return (await import('./runtime/bun.ts')).runtime
  if ('Deno' in globalThis) return (await import('./runtime/deno.ts')).runtime
  return (await import('./runtime/node.ts')).runtime
}

const code = await runProgram(process.programArguments(), {
  runtime: await pickRuntime(),
  variables: process.variables,
  clock: systemClock,
  out: process.printLine,
  err: process.complainLine,
  isTerminal: process.isTerminal(),
  progress: showProgress,
  onStop: process.onStopSignal,
  onHangUp: process.onHangUpSignal,
  onFault: process.outliveFaults,
  exitOnceRead: process.exitOnceRead,
})
process.setExitCode(code)
