import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import * as files from '../../src/runtime/files.ts'
import { createMessageBook, type MessageBook, readMessages } from '../../src/tools/message-book.ts'
import { createTakeMessage } from '../../src/tools/take-message.ts'
import { createToolbox } from '../../src/tools/toolbox.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { ABOUT, createLogBook, NEVER } from './tool-fixture.ts'

let leftovers: string[] = []
afterEach(async () => {
  for (const folder of leftovers) await rm(folder, { recursive: true, force: true })
  leftovers = []
})

const dataFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'))
  leftovers.push(folder)
  return folder
}

const ORDER = {
  type: 'object',
  properties: { order: { type: 'string', description: 'the number of the order' } },
  required: ['order'],
  additionalProperties: false,
}

const take = async (
  book: Pick<MessageBook, 'add'>,
  given: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>> = { type: 'object', additionalProperties: false },
) => {
  const { log, lines } = createLogBook()
  const wallMs = () => Date.parse('2026-11-25T21:58:00Z')
  const tool = createTakeMessage({ fields }, { book, log, wallMs })
  const { run } = createToolbox([tool], { clock: createFakeClock(), log })
  return { ...await run('take_message', JSON.stringify(given), ABOUT, NEVER), lines }
}

test('a message is in the file of its customer before the model hears that it was taken', async () => {
  const folder = await dataFolder()
  const book = createMessageBook(files, folder)
  const given = { name: 'Ana', number: '+15550002222', message: 'Call me.', urgent: true }
  const { output, failed } = await take(book, given)
  expect([output, failed]).toEqual(['The message was taken.', false])
  const path = `${folder}/messages/bright-smile.jsonl`
  expect(await readFile(path, 'utf8')).toBe(
    '{"takenAt":"2026-11-25T21:58:00.000Z","customer":"bright-smile",' +
      '"callSid":"CA00000000000000000000000000000001","from":"+15550001111","name":"Ana",' +
      '"number":"+15550002222","message":"Call me.","urgent":true,"fields":{}}\n',
  )
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('without a number it is the one they call from, and it is not urgent unless they say so', async () => {
  const folder = await dataFolder()
  await take(createMessageBook(files, folder), { name: 'Ana', message: 'Call me.' })
  const { messages } = await readMessages(files, folder)
  expect(messages.map(({ number, urgent }) => [number, urgent])).toEqual([['+15550001111', false]])
})

test('what the file asks besides is asked, and kept', async () => {
  const folder = await dataFolder()
  const book = createMessageBook(files, folder)
  expect((await take(book, { name: 'Ana', message: 'Where is it?' }, ORDER)).output).toBe(
    'order is missing. Correct it and try again.',
  )
  await take(book, { name: 'Ana', message: 'Where is it?', order: '17' }, ORDER)
  const { messages } = await readMessages(files, folder, 'bright-smile')
  expect(messages.map(({ fields }) => fields)).toEqual([{ order: '17' }])
})

test('a line that a crash cut short costs that line alone', async () => {
  const folder = await dataFolder()
  const book = createMessageBook(files, folder)
  await take(book, { name: 'Ana', message: 'First.' })
  await appendFile(`${folder}/messages/bright-smile.jsonl`, '{"takenAt":"2026-11-')
  await take(book, { name: 'Ana', message: 'Second.' })
  const { messages, unreadable } = await readMessages(files, folder)
  expect(messages.map(({ message }) => message)).toEqual(['First.', 'Second.'])
  expect(unreadable).toBe(1)
})

test('messages that are taken at once are all kept', async () => {
  const folder = await dataFolder()
  const book = createMessageBook(files, folder)
  const names = Array.from({ length: 20 }, (_, at) => `caller ${at}`)
  await Promise.all(names.map((name) => take(book, { name, message: 'Call me.' })))
  const { messages } = await readMessages(files, folder)
  expect(new Set(messages.map(({ name }) => name))).toEqual(new Set(names))
})

test('the log tells that a message was taken, and its words under pii alone', async () => {
  const { lines } = await take({ add: () => Promise.resolve() }, { name: 'Ana', message: 'Hi.' })
  const [{ name, fields: { pii, ...told } }] = lines
  expect([name, told]).toEqual(['message.taken', {
    customer: 'bright-smile',
    callSid: 'CA00000000000000000000000000000001',
    urgent: false,
  }])
  expect(JSON.stringify(pii)).toContain('"message":"Hi."')
})

test('a message that cannot be kept is told to the caller, and the operator', async () => {
  const full = { add: () => Promise.reject(new Error('ENOSPC: no space left')) }
  const { output, failed, lines } = await take(full, { name: 'Ana', message: 'Hi.' })
  expect([output, failed]).toEqual([
    'The message could not be kept. Tell the caller so, and ask them to call again later.',
    true,
  ])
  expect(lines.map(({ level, name }) => [level, name])).toEqual([
    ['error', 'message.not-kept'],
    ['warn', 'tool.failed'],
  ])
})
