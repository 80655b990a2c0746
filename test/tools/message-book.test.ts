import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import * as files from '../../src/runtime/files.ts'
import { createMessageBook, readMessages, type TakenMessage } from '../../src/tools/message-book.ts'

let leftovers: string[] = []
afterEach(async () => {
  for (const folder of leftovers) await rm(folder, { recursive: true, force: true })
  leftovers = []
})

const ANA: TakenMessage = {
  takenAt: '2026-11-01T12:00:00.000Z',
  customer: 'bright-smile',
  callSid: 'CA1',
  from: '+15550001111',
  name: 'Ana',
  number: '+15550001111',
  message: 'Tooth hurts: é.',
  urgent: false,
  fields: {},
}
const BEN: TakenMessage = {
  ...ANA,
  takenAt: '2026-11-20T12:00:00.000Z',
  callSid: 'CA2',
  from: '+15550002222',
  name: 'Ben',
  number: '+15550002222',
}

const bookWith = async (...messages: readonly TakenMessage[]) => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'))
  leftovers.push(folder)
  const book = createMessageBook(files, folder)
  for (const message of messages) await book.add(message)
  const names = async () =>
    (await readMessages(files, folder)).messages.map(({ customer, name }) => `${customer} ${name}`)
  return { book, names, folder, path: `${folder}/messages/bright-smile.jsonl` }
}

test('what a person left is forgotten in the books of all customers, and nothing else', async () => {
  const { book, names, folder, path } = await bookWith(ANA, BEN, {
    ...ANA,
    customer: 'casa-do-mar',
  })
  expect(await book.forget('+15550001111', [])).toBe(2)
  expect(await names()).toEqual(['bright-smile Ben'])
  expect(await readFile(path, 'utf8')).not.toContain('Ana')
  expect((await readMessages(files, folder)).unreadable).toBe(0)
})

test('what was left in a forgotten call is forgotten, whatever number it names', async () => {
  const { book, names } = await bookWith(ANA, BEN)
  expect(await book.forget('+15550009999', ['CA2'])).toBe(1)
  expect(await names()).toEqual(['bright-smile Ana'])
})

test('who is to be called back at a number is forgotten with it, however it was said', async () => {
  const { book, names } = await bookWith({ ...BEN, number: '+1 555-000-1111' }, BEN)
  expect(await book.forget('+15550001111', [])).toBe(1)
  expect(await names()).toEqual(['bright-smile Ben'])
})

test('a line that a crash cut short is forgotten with the number in it, and goes with its time', async () => {
  const { book, path } = await bookWith(BEN)
  const cut = '{"takenAt":"2026-10-01T12:00:00.000Z","customer":"bright-smile","from":"+1555'
  await appendFile(path, `${cut}0001111"\n${cut}`)
  expect(await book.forget('+15550001111', [])).toBe(1)
  expect(await book.removeBefore('bright-smile', Date.parse('2026-11-01T00:00:00Z'))).toBe(1)
  expect((await readFile(path, 'utf8')).trim()).toBe(JSON.stringify(BEN))
})

test('what is older than a moment is deleted, of one customer', async () => {
  const { book, names } = await bookWith(ANA, BEN, { ...ANA, customer: 'casa-do-mar' })
  const before = Date.parse('2026-11-10T00:00:00Z')
  expect(await book.removeBefore('bright-smile', before)).toBe(1)
  expect(await book.removeBefore('bright-smile', before)).toBe(0)
  expect(await book.removeBefore('nobody', before)).toBe(0)
  expect(await names()).toEqual(['casa-do-mar Ana', 'bright-smile Ben'])
})

test('a message that is taken while others are deleted is kept', async () => {
  const { book, names } = await bookWith(...Array.from({ length: 50 }, () => ANA))
  await Promise.all([
    book.removeBefore('bright-smile', Date.parse('2026-11-10T00:00:00Z')),
    ...Array.from({ length: 20 }, () => book.add(BEN)),
  ])
  expect(await names()).toEqual(Array.from({ length: 20 }, () => 'bright-smile Ben'))
})
