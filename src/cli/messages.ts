/** `tandem messages`: lists what callers left for the people of a customer. */
import { parseEnvironment } from '../config/environment.ts'
import * as files from '../runtime/files.ts'
import { readMessages, type TakenMessage } from '../tools/message-book.ts'
import type { CommandContext, ExitCode } from './command.ts'

export type MessagesOptions = Readonly<{ customer?: string; json?: true }>

/** Prints the messages, oldest first. */
export const messages = async (
  context: CommandContext,
  { customer, json }: MessagesOptions,
): Promise<ExitCode> => {
  // Of the environment only the data folder matters here.
  const parsed = parseEnvironment({ TANDEM_DATA: context.variables.TANDEM_DATA })
  if ('problems' in parsed) return 2
  const { dataFolder } = parsed.environment
  const kept = await readMessages(files, dataFolder, customer)
  if (json) context.out(JSON.stringify(kept))
  else for (const message of kept.messages) for (const line of show(message)) context.out(line)
  if (!json && kept.messages.length === 0) context.out('no messages')
  if (kept.unreadable > 0) context.err(`${kept.unreadable} lines cannot be read`)
  return 0
}

const show = (message: TakenMessage): readonly string[] => [
  `${message.takenAt.slice(0, 16).replace('T', ' ')} UTC  ${message.customer}  ${message.name}, ` +
  `${message.number}${message.urgent ? '  URGENT' : ''}`,
  ...message.message.split('\n').map((line) => `  ${line}`),
  ...Object.entries(message.fields).map(([name, value]) =>
    `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`
  ),
]
