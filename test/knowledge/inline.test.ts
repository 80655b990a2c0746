import { expect, test } from 'vitest'
import { divide, inlineText, listed } from '../../src/knowledge/inline.ts'
import { withKnowledge } from '../../src/knowledge/knowledge.ts'

const sized = (name: string, tokens: number) => ({ name, text: 'x'.repeat(4 * tokens) })
const names = (texts: readonly { name: string }[]) => texts.map(({ name }) => name)

test('texts stand below the instructions in their order, while 4,000 tokens last', () => {
  const { inline, rest } = divide([
    sized('hours.md', 1000),
    sized('catalogue.pdf', 3001),
    sized('prices.csv', 3000),
    sized('note', 1),
  ])
  expect(names(inline)).toEqual(['hours.md', 'prices.csv'])
  expect(names(rest)).toEqual(['catalogue.pdf', 'note'])
})

test('a text is put below a heading; of the rest the agent is told where to look', () => {
  const texts = [
    { name: 'hours.md', text: '## Hours\n\nMonday.\n' },
    { name: 'menu.pdf', text: 'Soup.\fFish.\n\n#\n\nRua Nova 10' },
  ]
  expect(inlineText(texts, ['catalogue.pdf', 'vs_123'])).toBe(`# Knowledge

## Hours

Monday.

Soup.

Fish.

Rua Nova 10

There is more in catalogue.pdf and vs_123. When an answer is not above, call search_knowledge before you answer or say that you do not know, and answer from what it finds.`)
})

test('without knowledge instructions stay as they are', () => {
  const knowledge = { inline: '', sources: [], search: () => Promise.reject() }
  expect(inlineText([], [])).toBe('')
  expect(withKnowledge('You answer.', undefined)).toBe('You answer.')
  expect(withKnowledge('You answer.', knowledge)).toBe('You answer.')
  expect(withKnowledge('You answer.', { ...knowledge, inline: '# Knowledge\n\nOpen.' }))
    .toBe('You answer.\n\n# Knowledge\n\nOpen.')
})

test('of many sources the first twelve are named', () => {
  expect(listed(['a'])).toBe('a')
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c')
  expect(listed(Array.from('abcdefghijklmno'))).toBe(
    'a, b, c, d, e, f, g, h, i, j, k, l and 3 more',
  )
})
