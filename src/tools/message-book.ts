/** Where messages that callers leave are kept: a line of JSON each, in a file for each customer, safe once written. */

/** A message that a caller left. */
export type TakenMessage = Readonly<{
  /** ISO 8601, UTC. */
  takenAt: string
  customer: string
  callSid: string
  /** The number they called from. */
  from: string
  name: string
  /** Where to call back. */
  number: string
  message: string
  urgent: boolean
  /** What the file asks besides. */
  fields: Readonly<Record<string, unknown>>
}>

export type MessageBook = Readonly<{
  /** Keeps a message. Resolves once it would survive a crash; rejects when it is not kept. */
  add: (message: TakenMessage) => Promise<void>
  /** Deletes what a person left or is to be called back at, and what was left in some calls; gives how many messages. */
  forget: (number: string, callSids: readonly string[]) => Promise<number>
  /** Deletes what a customer has from before a time, in ms since 1970; gives how many messages. */
  removeBefore: (customer: string, before: number) => Promise<number>
}>

/** The files of a message book. */
export type MessageFiles = Readonly<{
  /** Adds a line to a file that only its owner reads, and resolves when it is on the disk. */
  appendLine: (path: string, line: string) => Promise<void>
  /** Overwrites lines with spaces, in place; gives how many. */
  blankLines: (path: string, isGone: (line: string) => boolean) => Promise<number>
  read: (path: string) => Promise<string | undefined>
  list: (folder: string) => Promise<readonly string[]>
}>

/** Keeps messages in `messages/<customer>.jsonl` of the data folder. */
export const createMessageBook = (
  files: Pick<MessageFiles, 'appendLine' | 'blankLines' | 'list'>,
  dataFolder: string,
): MessageBook => {
  const folder = `${dataFolder}/messages`
  return {
    add: (message) => files.appendLine(pathOf(folder, message.customer), JSON.stringify(message)),
    forget: async (number, callSids) => {
      const isGone = isOf(number, new Set(callSids))
      let forgotten = 0
      for (const name of await bookNames(files, folder)) {
        forgotten += await files.blankLines(`${folder}/${name}`, isGone)
      }
      return forgotten
    },
    removeBefore: (customer, before) =>
      files.blankLines(pathOf(folder, customer), (line) => takenAtMs(line) < before),
  }
}

const pathOf = (folder: string, customer: string): string => `${folder}/${customer}.jsonl`

const bookNames = async (
  { list }: Pick<MessageFiles, 'list'>,
  folder: string,
): Promise<readonly string[]> => (await list(folder)).filter((name) => name.endsWith('.jsonl'))

/** A line that cannot be read is a person's when their number is in it. */
const isOf = (number: string, callSids: ReadonlySet<string>) => (line: string): boolean => {
  const message = parse(line)
  return message
    ? message.from === number || digitsOf(message.number) === digitsOf(number) ||
      callSids.has(message.callSid)
    : line.includes(number)
}

/** As people say numbers, with gaps and dashes. */
const digitsOf = (number: string): string => number.replaceAll(/\D/g, '')

/** When a message was taken, also where a crash cut its line short; never for one that does not say. */
const takenAtMs = (line: string): number => {
  const takenAt = /^\{"takenAt":"([^"]+)"/.exec(line)?.[1]
  return takenAt === undefined ? NaN : Date.parse(takenAt)
}

/** What a message book holds, and how many lines of it cannot be read. */
export type KeptMessages = Readonly<{ messages: readonly TakenMessage[]; unreadable: number }>

/** Reads all messages, or those of one customer, in the order they were taken. */
export const readMessages = async (
  files: Pick<MessageFiles, 'read' | 'list'>,
  dataFolder: string,
  customer?: string,
): Promise<KeptMessages> => {
  const folder = `${dataFolder}/messages`
  const names = (await bookNames(files, folder)).filter((name) =>
    customer === undefined || name === `${customer}.jsonl`
  )
  const texts = await Promise.all(names.map((name) => files.read(`${folder}/${name}`)))
  const lines = texts.flatMap((text) => (text ?? '').split('\n')).filter((line) =>
    line.trim() !== ''
  )
  const messages = lines.flatMap((line) => parse(line) ?? [])
  return {
    messages: messages.sort((a, b) => (a.takenAt < b.takenAt ? -1 : 1)),
    unreadable: lines.length - messages.length,
  }
}

/** A line that a crash cut short is none. */
const parse = (line: string): TakenMessage | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return isMessage(value) ? value : undefined
  } catch {
    return undefined
  }
}

const TEXTS = ['takenAt', 'customer', 'callSid', 'from', 'name', 'number', 'message']

const isMessage = (value: unknown): value is TakenMessage =>
  isRecord(value) && TEXTS.every((key) => typeof value[key] === 'string') &&
  typeof value.urgent === 'boolean' && isRecord(value.fields)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
