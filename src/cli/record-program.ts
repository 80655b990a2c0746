/** The commands about the record, as they are typed. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { TAG, TAG_RULE } from '../config/values/tag.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { parseMoment } from './since.ts'

/** Adds the commands to the program. */
export const addRecordCommands = (
  program: Command,
  context: CommandContext,
  exit: (code: ExitCode) => void,
): void => {
  const json = ['--json', 'write JSON, one object a line'] as const
  const filtered = (command: Command) =>
    command
      .option('--customer <id>', 'only of this customer')
      .option('--since <when>', 'from then on: 7d, 24h, 2026-11-25', moment)
      .option('--until <when>', 'before then', moment)

  const calls = program.command('calls')
    .description('what calls said, did and cost')

  filtered(calls.command('list', { isDefault: true }))
    .description('the newest calls, or those asked for; "list" may be left out')
    .option('--number <number>', 'only with this number on either end')
    .option('--tag <tag>', 'only with this tag')
    .addOption(
      new Option(
        '--words <words>',
        'lines in which all these words were said, instead; of a --customer, or of all',
      ).conflicts(['number', 'tag', 'since', 'until']),
    )
    .option('--limit <n>', 'how many', whole, 20)
    .option(...json)
    .action(async (options) => exit(await (await import('./calls.ts')).listCalls(context, options)))

  calls.command('show')
    .description('one call: its facts, a timeline, what was said')
    .argument('<id>', 'the call, CA...')
    .option(
      '--html <file>',
      'write a page instead that needs nothing else: picture, sound, transcript',
    )
    .option('--no-audio', 'leave the recording out of the page')
    .option(...json)
    .action(async (id, options) =>
      exit(await (await import('./calls.ts')).showCall(context, id, options))
    )

  calls.command('tag')
    .description('give tags to calls, or take some away; calls --tag finds them')
    .argument('<ids...>', 'the calls, CA...')
    .option('--add <tag>', 'a tag they get; may be repeated', tag)
    .option('--remove <tag>', 'a tag they lose; may be repeated', tag)
    .option(...json)
    .action(async (ids, options) =>
      exit(await (await import('./tag-calls.ts')).tagCalls(context, ids, options))
    )

  filtered(calls.command('export'))
    .description('calls for other programs, a line each on stdout, or a file each')
    .option('--number <number>', 'only with this number on either end')
    .option('--tag <tag>', 'only with this tag')
    .addOption(
      new Option(
        '--format <format>',
        'jsonl: all that is kept; csv: facts without words; vcon: IETF vCon, with the recording',
      ).choices(['jsonl', 'csv', 'vcon']).default('jsonl'),
    )
    .option('--out <folder>', 'a file for each call instead')
    .option('--no-audio', 'leave recordings out of vCons')
    .option(...json)
    .action(async (options) =>
      exit(await (await import('./export-calls.ts')).exportCalls(context, options))
    )

  filtered(program.command('costs'))
    .description('what calls cost, added up')
    .addOption(
      new Option('--by <what>', 'what is added up').choices(['customer', 'line', 'model', 'day'])
        .default('customer'),
    )
    .option(...json)
    .action(async (options) => exit(await (await import('./record.ts')).costs(context, options)))

  program.command('forget')
    .description('delete all calls with a person, for good')
    .requiredOption('--number <number>', 'their number, E.164', e164)
    .option(...json)
    .action(async (options) => exit(await (await import('./record.ts')).forget(context, options)))

  program.command('replay')
    .description(
      "have today's code decide again what it decided in a logged call; 0 same, 1 differs, 2 cannot be read",
    )
    .argument('[log]', 'an event log, or a call of this machine: CA...')
    .option('--all [folder]', 'all event logs of this machine, or of a folder')
    .option('--customer <id>', 'with --all: only of this customer')
    .option(
      '--since <when>',
      'with --all: only what was written from then on: 7d, 2026-11-25',
      moment,
    )
    .option('--differences <n>', 'how many to show of a call', whole, 5)
    .option(...json)
    .action(async (log, options) =>
      exit(await (await import('./replay.ts')).replay(context, log, options))
    )

  program.command('outbox')
    .description("list the events for customers' own servers, the newest first")
    .option('--dead', 'only those that were given up')
    .option('--limit <n>', 'how many', whole, 50)
    .option(...json)
    .action(async (options) => exit(await (await import('./outbox.ts')).outbox(context, options)))

  program.command('migrate')
    .description('bring the database of the record to the version of this program')
    .option(...json)
    .action(async (options) => exit(await (await import('./record.ts')).migrate(context, options)))
}

const moment = (text: string): number => {
  const at = parseMoment(text, Date.now())
  if (at !== undefined) return at
  throw new InvalidArgumentError('It must be like 7d, 24h or 2026-11-25.')
}

const whole = (text: string): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

const tag = (text: string, before: readonly string[] = []): readonly string[] => {
  const read = text.trim()
  if (TAG.test(read)) return [...before, read]
  throw new InvalidArgumentError(`${TAG_RULE}.`)
}

const e164 = (text: string): string => {
  if (/^\+\d{7,15}$/.test(text)) return text
  throw new InvalidArgumentError('It must be a number such as +15005550006.')
}
