/** Runs the program as a terminal would, without one: what it writes is kept, and it may be told to stop. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandContext } from '../../src/cli/command.ts'
import { runProgram } from '../../src/cli/program.ts'
import { systemClock } from '../../src/clock.ts'
import type { Variables } from '../../src/config/environment.ts'
import * as files from '../../src/runtime/files.ts'
import { runtime } from '../runtime/current.ts'

/** Makes a folder with these files in it. */
export const createFolder = async (
  texts: Readonly<Record<string, string | Uint8Array>> = {},
) => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'))
  for (const [name, text] of Object.entries(texts)) await files.write(join(folder, name), text)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A program that has not begun, in an environment of its own. */
export const createProgram = (variables: Variables = {}, { isTerminal = false } = {}) => {
  const out: string[] = []
  const err: string[] = []
  const exited = Promise.withResolvers<number>()
  const stoppable = Promise.withResolvers<void>()
  let stop = () => {}
  let hangUp = () => {}
  const progress: string[] = []
  const context: CommandContext = {
    runtime,
    variables,
    clock: systemClock,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    isTerminal,
    progress: (what, total) => {
      progress.push(`0 of ${total} ${what}`)
      return Promise.resolve({
        advance: (by = 1) => void progress.push(`+${by}`),
        stop: () => void progress.push('stop'),
      })
    },
    exitOnceRead: exited.resolve,
    onStop: (asked) => {
      stop = asked
      stoppable.resolve()
    },
    onHangUp: (act) => void (hangUp = act),
    onFault: () => {},
  }
  return {
    /** Types a command; resolves with its exit code. */
    run: (...typed: readonly string[]) => runProgram(typed, context),
    out,
    err,
    /** What was shown of long work. */
    progress,
    /** Resolves with the exit code with which a service that has stopped ends its process. */
    exited: exited.promise,
    /** Resolves when the program hears of being told to stop. */
    whenStoppable: stoppable.promise,
    /** Sends SIGHUP. */
    hangUp: () => hangUp(),
    /** Asks the service to stop; resolves with the exit code of the process. */
    stop: () => {
      stop()
      return exited.promise
    },
  }
}
