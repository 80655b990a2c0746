import { expect, test } from 'vitest'
import { estimateTokens } from '../../src/config/knowledge.ts'
import { resolveBeside } from '../../src/config/paths.ts'
import { customerOf, problemsOf, withLines } from './sources.ts'

test('knowledge stands below the instructions, in the order of the file', () => {
  const text = withLines(`knowledge:
  - file: bright-smile/hours.md
  - text: |
      Closed on 24 December.
  - file: ../shared/lisbon.txt
`)
  const { agent } = customerOf(text, {
    'config/customers/bright-smile/hours.md': '\uFEFF## Hours\n\nMonday: 9:00 to 19:00\n',
    'config/shared/lisbon.txt': 'Trams run until one.\n',
  })
  expect(agent.instructions).toBe(`You answer the phone.

# Knowledge

## Hours

Monday: 9:00 to 19:00

Closed on 24 December.

Trams run until one.`)
})

test('knowledge that is not there is told at its place, with the path that was tried', () => {
  expect(problemsOf(withLines('knowledge:\n  - file: menu.md\n'))).toEqual([
    '6:11 knowledge-missing there is no file config/customers/menu.md > the path is relative to this file',
  ])
})

test('knowledge that is empty, of another kind, or outside the config folder', () => {
  const text = withLines(`knowledge:
  - file: empty.md
  - file: prices.pdf
  - file: ../../secrets.txt
  - file: /etc/motd.txt
`)
  expect(problemsOf(text, { 'config/customers/empty.md': ' \n' })).toEqual([
    '6:11 knowledge-empty the file config/customers/empty.md is empty',
    '7:11 knowledge-type cannot use prices.pdf as knowledge > save it as .md or .txt',
    '8:11 knowledge-outside ../../secrets.txt lies outside the config folder > give a path relative to this file, inside the folder',
    '9:11 knowledge-outside /etc/motd.txt lies outside the config folder > give a path relative to this file, inside the folder',
  ])
})

test('an entry is a text or a file, not both and not neither', () => {
  const text = withLines('knowledge:\n  - { text: Open., file: a.md }\n  - {}\n  - a.md\n')
  const either =
    'an entry of knowledge is either a text or a file > write - file: prices.md or - text: ...'
  expect(problemsOf(text, { 'config/customers/a.md': 'Open.' })).toEqual([
    `6:5 knowledge-entry ${either}`,
    `7:5 knowledge-entry ${either}`,
    '8:5 wrong-type knowledge[2] must be a group of keys, got "a.md"',
  ])
})

test('a missing file is told although the rest of the file is wrong too', () => {
  expect(problemsOf(withLines('  voce: marin\nknowledge: [{ file: menu.md }]\n'))).toEqual([
    '5:3 unknown-key unknown key "voce" in agent > did you mean "voice"?',
    '6:21 knowledge-missing there is no file config/customers/menu.md > the path is relative to this file',
  ])
})

test('instructions and knowledge over 15,000 tokens are refused at the longest part, with the sizes', () => {
  const text = withLines('knowledge:\n  - file: hours.md\n  - file: menu.md\n')
  const knowledge = (menu: number) => ({
    'config/customers/hours.md': 'h'.repeat(4000),
    'config/customers/menu.md': 'm'.repeat(menu),
  })
  // 21 characters of instructions are 6 tokens; 6 + 1000 + 13994 = 15000.
  expect(problemsOf(text, knowledge(13_994 * 4))).toEqual([])
  expect(problemsOf(text, knowledge(13_994 * 4 + 1))).toEqual([
    '7:11 too-much-text instructions and knowledge are about 15001 tokens, 15000 is the most (instructions 6, hours.md 1000, menu.md 13995) > the whole is read again for each answer: keep what callers ask for',
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
