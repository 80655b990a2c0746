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
}>

/** The files of a message book. */
export type MessageFiles = Readonly<{
  /** Adds a line to a file that only its owner reads, and resolves when it is on the disk. */
  appendLine: (path: string, line: string) => Promise<void>
  read: (path: string) => Promise<string | undefined>
  list: (folder: string) => Promise<readonly string[]>
}>

/** Keeps messages in `messages/<customer>.jsonl` of the data folder. */
export const createMessageBook = (
  files: Pick<MessageFiles, 'appendLine'>,
  dataFolder: string,
): MessageBook => ({
  add: (message) =>
    files.appendLine(
      `${dataFolder}/messages/${message.customer}.jsonl`,
      JSON.stringify(message),
    ),
})

/** What a message book holds, and how many lines of it cannot be read. */
export type KeptMessages = Readonly<{ messages: readonly TakenMessage[]; unreadable: number }>

/** Reads all messages, or those of one customer, in the order they were taken. */
export const readMessages = async (
  files: Pick<MessageFiles, 'read' | 'list'>,
  dataFolder: string,
  customer?: string,
): Promise<KeptMessages> => {
  const folder = `${dataFolder}/messages`
  const names = (await files.list(folder)).filter((name) =>
    name.endsWith('.jsonl') && (customer === undefined || name === `${customer}.jsonl`)
  )
  const texts = await Promise.all(names.map((name) => files.read(`${folder}/${name}`)))
  const lines = texts.flatMap((text) => (text ?? '').split('\n')).filter((line) => line !== '')
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
