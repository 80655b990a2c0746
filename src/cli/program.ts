/** The command line: `tandem <command>`. */
import { Command, CommanderError } from 'commander'
import { addCall } from './call.ts'
import { addCheck } from './check.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { addDemo } from './demo.ts'
import { addSchema } from './schema.ts'
import { addServe } from './serve.ts'

/** Runs the command that was typed. Resolves with its exit code; a service resolves when it has been stopped. */
export const runProgram = async (
  typed: readonly string[],
  context: CommandContext,
): Promise<ExitCode> => {
  let exitCode: ExitCode = 0
  const exit = (code: ExitCode) => {
    exitCode = code
  }
  const program = new Command('tandem')
    .description('joins phone calls to a speech-to-speech model')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    })
  addServe(program, context, exit)
  addCheck(program, context, exit)
  addCall(program, context, exit)
  addDemo(program, context, exit)
  addSchema(program, context)
  try {
    await program.parseAsync([...typed], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}
