/** The built-in tool `take_message`: what the caller wants somebody to know is kept before the model says that it is. */
import type { BuiltInToolConfig } from '../config/tools.ts'
import { ToolError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { MessageBook, TakenMessage } from './message-book.ts'
import type { Arguments, JsonSchema, Tool } from './tool.ts'

export type TakeMessageOptions = Readonly<{
  book: Pick<MessageBook, 'add'>
  log: Log
  /** Gives ms since 1970. */
  wallMs: () => number
}>

/** Makes the tool, with the fields that the file asks for besides. */
export const createTakeMessage = (
  { fields, filler }: Pick<BuiltInToolConfig, 'fields' | 'filler'>,
  { book, log, wallMs }: TakeMessageOptions,
): Tool => ({
  name: 'take_message',
  description: 'Takes a message for the people here, who read it later. Say that it was taken ' +
    'only after this tool has said so, and read the number back to the caller first.',
  parameters: withFields(fields),
  timeoutMs: 8_000,
  ...(filler === undefined ? {} : { filler }),
  run: async (given, about) => {
    const { name, number, message, urgent, ...rest } = given
    const taken: TakenMessage = {
      takenAt: new Date(wallMs()).toISOString(),
      customer: about.customer,
      callSid: about.callSid,
      from: about.from,
      name: textOf(name),
      number: textOf(number) || about.from,
      message: textOf(message),
      urgent: urgent === true,
      fields: rest,
    }
    const { customer, callSid } = about
    const told = { customer, callSid, urgent: taken.urgent, pii: { message: taken } }
    await book.add(taken).catch((cause: unknown) => {
      log.error('message.not-kept', { ...told, error: cause })
      throw new ToolError('message-not-kept', NOT_KEPT, { cause })
    })
    log.info('message.taken', told)
    return 'The message was taken.'
  },
})

const NOT_KEPT =
  'The message could not be kept. Tell the caller so, and ask them to call again later.'

const textOf = (value: unknown): string => typeof value === 'string' ? value.trim() : ''

const BASE = {
  name: { type: 'string', minLength: 1, description: 'who is calling' },
  number: {
    type: 'string',
    description: 'where to call back; without it, the number of this call',
  },
  message: { type: 'string', minLength: 1, description: 'the message, in the words of the caller' },
  urgent: { type: 'boolean', description: 'whether it cannot wait' },
}

const withFields = (fields: JsonSchema): JsonSchema => ({
  ...fields,
  properties: { ...(isRecord(fields.properties) ? fields.properties : {}), ...BASE },
  required: ['name', 'message', ...(Array.isArray(fields.required) ? fields.required : [])],
})

const isRecord = (value: unknown): value is Arguments => typeof value === 'object' && value !== null
