import { expect, test } from 'vitest'
import { estimateTokens } from '../../src/config/rules/knowledge-length.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { resolveBeside } from '../../src/config/paths.ts'
import { customerOf, line, PATH, problemsOf, withLines } from './sources.ts'

test('knowledge is a list of texts, files, pages and vector stores, in the order of the file', () => {
  const text = withLines(`knowledge:
  - file: bright-smile/hours.md
  - text: |
      Closed on 24 December.
  - url: https://example.com/faq
  - { url: "http://example.com/prices.pdf", refresh: 6h }
  - vectorStore: vs_123
  - file: ../shared/Lisbon.PDF
`)
  const { agent, knowledge } = customerOf(text, {
    'config/customers/bright-smile/hours.md': '## Hours\n\nMonday: 9:00 to 19:00\n',
    'config/shared/Lisbon.PDF': 'Trams run\funtil one.\n',
  })
  expect(agent.instructions).toBe('You answer the phone.')
  expect(knowledge).toEqual([
    { type: 'text', name: 'hours.md', text: '## Hours\n\nMonday: 9:00 to 19:00\n' },
    { type: 'text', name: 'knowledge[1]', text: 'Closed on 24 December.' },
    { type: 'url', url: 'https://example.com/faq', refreshMs: 86_400_000 },
    { type: 'url', url: 'http://example.com/prices.pdf', refreshMs: 21_600_000 },
    { type: 'vector-store', id: 'vs_123' },
    { type: 'text', name: 'Lisbon.PDF', text: 'Trams run\funtil one.\n' },
  ])
})

test('the version of a customer changes with the file that its knowledge is in', () => {
  const text = withLines('knowledge: [{ file: hours.md }]\n')
  const version = (hours: string) =>
    customerOf(text, { 'config/customers/hours.md': hours }).version
  expect(version('Open.')).toBe(version('Open.'))
  expect(version('Open.')).not.toBe(version('Closed.'))
})

test('knowledge that is not there is told at its place, with the path that was tried', () => {
  expect(problemsOf(withLines('knowledge:\n  - file: menu.md\n'))).toEqual([
    '6:11 knowledge-missing there is no file config/customers/menu.md > the path is relative to this file',
  ])
})

test('knowledge that is empty, of another kind, or outside the config folder', () => {
  const text = withLines(`knowledge:
  - file: empty.md
  - file: scan.pdf
  - file: prices.docx
  - file: ../../secrets.txt
  - file: /etc/motd.txt
`)
  const files = { 'config/customers/empty.md': ' \n', 'config/customers/scan.pdf': '\f' }
  expect(problemsOf(text, files)).toEqual([
    '6:11 knowledge-empty the file config/customers/empty.md is empty',
    '7:11 knowledge-empty the file config/customers/scan.pdf has no text in it > a scan is pictures: let a program with text recognition (OCR) save it again',
    '8:11 knowledge-type cannot use prices.docx as knowledge > save it as .md, .txt, .pdf, .html or .csv',
    '9:11 knowledge-outside ../../secrets.txt lies outside the config folder > give a path relative to this file, inside the folder',
    '10:11 knowledge-outside /etc/motd.txt lies outside the config folder > give a path relative to this file, inside the folder',
  ])
})

test('a file that cannot be read is told at its place, with the reason', () => {
  const parsed = parseConfig({
    customers: [{ path: PATH, text: withLines('knowledge:\n  - file: prices.pdf\n') }],
    readKnowledge: () => ({ unreadable: 'it has a password' }),
  })
  expect('problems' in parsed && parsed.problems.map(line)).toEqual([
    '6:11 knowledge-unreadable cannot read config/customers/prices.pdf: it has a password',
  ])
})

test('an entry is one of four', () => {
  const text = withLines(
    'knowledge:\n  - { text: Open., file: a.md }\n  - {}\n  - a.md\n  - { refresh: 6h }\n',
  )
  const oneOf =
    'an entry of knowledge is one of text, file, url and vectorStore > write - file: prices.pdf or - text: ...'
  expect(problemsOf(text, { 'config/customers/a.md': 'Open.' })).toEqual([
    `6:5 knowledge-entry ${oneOf}`,
    `7:5 knowledge-entry ${oneOf}`,
    '8:5 wrong-type knowledge[2] must be a group of keys, got "a.md"',
    `9:5 knowledge-entry ${oneOf}`,
    '9:7 key-without-effect refresh does nothing without a url > remove it',
  ])
})

test('addresses and vector stores that are none, and pages that are fetched too often', () => {
  const text = withLines(`knowledge:
  - url: ftp://example.com/faq
  - url: "https://user:secret@example.com/faq"
  - { url: "https://example.com/faq", refresh: 30 }
  - { url: "https://example.com/faq", refresh: daily }
  - vectorStore: file_123
  - vectorstore: vs_123
`)
  expect(problemsOf(text)).toEqual([
    '6:10 knowledge-url ftp://example.com/faq is not an address of a page > write https://example.com/faq',
    '7:10 knowledge-url an address of a page has no name and password in it > pages are fetched as anybody would see them',
    '8:48 out-of-range knowledge.refresh must be between 1m and 168h, got 30 > a number without a unit is in seconds',
    '9:48 invalid-duration "daily" is not a duration > write 90s, 30m or 2h, or a number of seconds',
    '10:18 knowledge-store file_123 is not the id of a vector store > an id begins with vs_',
    '11:5 knowledge-entry an entry of knowledge is one of text, file, url and vectorStore > write - file: prices.pdf or - text: ...',
    '11:5 unknown-key unknown key "vectorstore" in knowledge[5] > did you mean "vectorStore"?',
  ])
})

test('a missing file is told although the rest of the file is wrong too', () => {
  expect(problemsOf(withLines('  voce: marin\nknowledge: [{ file: menu.md }]\n'))).toEqual([
    '5:3 unknown-key unknown key "voce" in agent > did you mean "voice"?',
    '6:21 knowledge-missing there is no file config/customers/menu.md > the path is relative to this file',
  ])
})

test('instructions may be 15,000 tokens, and 11,000 beside knowledge', () => {
  const file = (characters: number, knowledge = '') =>
    `customer: A\nnumbers: ["+15005550006"]\nagent:\n  instructions: ${
      'x'.repeat(characters)
    }\n${knowledge}`
  const hint = 'they are read again for each answer: what callers ask for now and then is knowledge'
  expect(problemsOf(file(60_000))).toEqual([])
  expect(problemsOf(file(60_001))).toEqual([
    `4:17 too-much-text the instructions are about 15001 tokens, 15000 is the most > ${hint}`,
  ])
  expect(problemsOf(file(44_000, 'knowledge: [{ text: Open. }]\n'))).toEqual([])
  expect(problemsOf(file(44_001, 'knowledge: [{ text: Open. }]\n'))).toEqual([
    `4:17 too-much-text the instructions are about 11001 tokens, 11000 is the most beside knowledge > ${hint}`,
  ])
})

test('instructions of other agents are measured, too', () => {
  const agents = `agents:\n  billing: { instructions: ${
    'x'.repeat(60_001)
  }, when: of an invoice }\n`
  expect(problemsOf(withLines(`  handoffs: [billing]\n${agents}`))).toEqual([
    '7:28 too-much-text the instructions are about 15001 tokens, 15000 is the most > ' +
    'they are read again for each answer: what callers ask for now and then is knowledge',
  ])
})

test('texts of more than 12 million characters together are refused, with the longest of them', () => {
  const text = withLines('knowledge:\n  - file: hours.md\n  - file: menu.md\n')
  const problems = (menu: number) => {
    const size = (path: string) => path.endsWith('/menu.md') ? menu : 1_000_000
    const parsed = parseConfig({
      customers: [{ path: PATH, text }],
      readKnowledge: (path) => ({ text: 'x'.repeat(size(path)), version: '1' }),
    })
    return 'problems' in parsed ? parsed.problems.map(line) : []
  }
  expect(problems(11_000_000)).toEqual([])
  expect(problems(11_100_000)).toEqual([
    '5:1 too-much-text knowledge is 12.1 million characters of text, 12.0 million is the most; menu.md alone has 11.1 > put what is so large into a vector store',
  ])
})

test('tokens are estimated as four characters each, rounded up', () => {
  expect([0, 1, 4, 5].map((length) => estimateTokens('x'.repeat(length)))).toEqual([0, 1, 1, 2])
})

test('paths are relative to the customer file and stay in the config folder', () => {
  const beside = (path: string) => resolveBeside('config/customers/a.yaml', path)
  expect(beside('menu.md')).toBe('config/customers/menu.md')
  expect(beside('./a//menu.md')).toBe('config/customers/a/menu.md')
  expect(beside('a/../menu.md')).toBe('config/customers/menu.md')
  expect(beside('..\\shared\\menu.md')).toBe('config/shared/menu.md')
  expect(beside('../../menu.md')).toBeUndefined()
  expect(beside('a/../../../menu.md')).toBeUndefined()
  expect(beside('/menu.md')).toBeUndefined()
  expect(beside('C:\\menu.md')).toBeUndefined()
  expect(resolveBeside('/srv/config/customers/a.yaml', '../menu.md')).toBe('/srv/config/menu.md')
  expect(resolveBeside('customers/a.yaml', '../menu.md')).toBe('menu.md')
})
