/** The command line: `tandem <command>`. A command is loaded when it is typed, so that none pays for the others. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { StartError } from '../errors.ts'
import { VERSION } from '../version.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { addRecordCommands } from './record-program.ts'

/** Runs the command that was typed. Resolves with its exit code; for `serve`, once it listens. */
export const runProgram = async (
  typed: readonly string[],
  context: CommandContext,
): Promise<ExitCode> => {
  let exitCode: ExitCode = 0
  const program = createProgram(context, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync([...typed], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof StartError) {
      context.err(error.message)
      return 1
    }
    throw error
  }
}

const createProgram = (context: CommandContext, exit: (code: ExitCode) => void): Command => {
  const program = new Command('tandem')
    .description('joins phone calls to a speech-to-speech model')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    })

  program.command('serve')
    .description('answer calls; prints one line of JSON when it listens')
    .option('--json', 'write the log as JSON lines (the default when no terminal reads it)')
    .option('--pii', 'keep what callers say in the log')
    .action(async (options) => exit(await (await import('./serve.ts')).serve(context, options)))

  program.command('check')
    .description('check the configuration: each line and its agent, each mistake with its place')
    .argument('[folder]', 'the configuration', context.variables.TANDEM_CONFIG ?? './config')
    .option('--json', 'write one JSON object')
    .action(async (folder, options) =>
      exit(await (await import('./check.ts')).check(context, folder, options))
    )

  program.command('call')
    .description('place a simulated call with a running service; no phone, no account')
    .option('--url <url>', 'where the service is (default: PUBLIC_URL, or this machine at PORT)')
    .option('--to <number>', 'the number to call (default: the first of the configuration)')
    .option('--from <number>', 'the number of the caller', '+15550001111')
    .option('--audio <file>', 'a WAV file to say (8 or 24 kHz) instead of the bundled conversation')
    .option('--seconds <n>', 'hang up after this long', positive, 60)
    .option('--out <file>', 'where the stereo recording goes (default: call-<time>.wav)')
    .option('--json', 'write the report as one JSON object')
    .action(async (options) => exit(await (await import('./call.ts')).call(context, options)))

  program.command('dial')
    .description('have the agent of a running service call somebody, and tell how that goes')
    .requiredOption('--to <number>', 'who is called, E.164')
    .requiredOption('--line <number>', 'the number of the configuration that calls')
    .option('--var <name=value>', 'fills a {{blank}} of the agent; may be repeated', pair, {})
    .option('--meta <name=value>', 'is kept with the call; may be repeated', pair, {})
    .option('--url <url>', 'where the service is (default: PUBLIC_URL, or this machine at PORT)')
    .option('--detach', 'do not wait for the end of the call')
    .option('--json', 'write the call as one JSON object')
    .action(async (options) => exit(await (await import('./dial.ts')).dial(context, options)))

  program.command('demo')
    .description('place a phone call through the service on this machine, with built-in ends')
    .option('--out <file>', 'where the recording goes', 'demo.wav')
    .option('--json', 'write the report as one JSON object')
    .action(async (options) => exit(await (await import('./demo.ts')).demo(context, options)))

  program.command('messages')
    .description('list the messages that callers left')
    .option('--customer <id>', 'of one customer: the name of its file without .yaml')
    .option('--json', 'write one JSON object')
    .action(async (options) =>
      exit(await (await import('./messages.ts')).messages(context, options))
    )

  program.command('knowledge')
    .description('look into what an agent knows')
    .command('search')
    .description('search as the agent would, and show what it would be told')
    .argument('<query>', 'what to look for')
    .requiredOption('--customer <id>', 'whose knowledge: the name of the file without .yaml')
    .option('--json', 'write one JSON object')
    .action(async (query, options) =>
      exit(await (await import('./knowledge.ts')).searchKnowledge(context, query, options))
    )

  program.command('simulate')
    .description('play scenarios: calls with a caller, an agent and what is expected of it')
    .argument('<path>', 'a scenario, or a folder of them')
    .option(
      '--config <folder>',
      'whose agents answer',
      context.variables.TANDEM_CONFIG ?? './config',
    )
    .addOption(
      new Option('--model <which>', 'who answers; openai takes real time and OPENAI_API_KEY')
        .choices(['built-in', 'openai']).default('built-in'),
    )
    .option('--jobs <n>', 'how many at once', positive, 4)
    .option('--record <folder>', 'keep the recordings: caller left, agent right')
    .option('--json', 'write the results as one JSON object')
    .action(async (path, options) =>
      exit(await (await import('./simulate/simulate.ts')).simulate(context, path, options))
    )

  program.command('schema')
    .description('print the JSON Schema of the configuration files')
    .option('--write <file>', 'write it to a file instead')
    .option('--json', 'the schema is JSON either way')
    .action(async (options) => exit(await (await import('./schema.ts')).schema(context, options)))

  addRecordCommands(program, context, exit)
  return program
}

const pair = (text: string, before: Readonly<Record<string, string>>) => {
  const at = text.indexOf('=')
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  throw new InvalidArgumentError('It must be a name, an equals sign and a value.')
}

const positive = (text: string): number => {
  const value = Number(text)
  if (value > 0) return value
  throw new InvalidArgumentError('It must be a number above 0.')
}
