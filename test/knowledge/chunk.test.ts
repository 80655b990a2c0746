import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Chunk, CHUNK_CHARACTERS_MAX, chunksOf } from '../../src/knowledge/chunk.ts'
import { readText } from '../../src/runtime/files.ts'

const chunks = (text: string): readonly Chunk[] => [...chunksOf(text)]
const words = (many: number, word = 'word') => Array.from({ length: many }, () => word).join(' ')

test('a text is cut at its headings, and each passage keeps those it stood under', async () => {
  const text = await readText(new URL('../fixtures/knowledge/practice.md', import.meta.url))
  expect(chunks(text)).toEqual([
    { place: ['Bright Smile'], text: 'A dental practice in the centre of Lisbon.' },
    {
      place: ['Bright Smile', 'Opening hours'],
      text: 'Monday to Friday from 9:00 to 19:00.',
    },
    {
      place: ['Bright Smile', 'Opening hours', 'Holidays'],
      text: 'Closed on 24, 25 and 26 December.',
    },
    {
      place: ['Bright Smile', 'Emergencies'],
      text:
        'Outside opening hours callers with severe pain or bleeding go to the hospital of Santa Maria.',
    },
  ])
})

test('paragraphs go together as long as they fit', () => {
  const paragraph = words(100)
  expect(chunks(`${paragraph}\n\n${paragraph}\n \n\n${paragraph}`).map(({ text }) => text)).toEqual(
    [
      `${paragraph}\n\n${paragraph}`,
      paragraph,
    ],
  )
})

test('a paragraph that is too long is cut after a line, a sentence, a word, or anywhere', () => {
  const lengths = (text: string) => chunks(text).map((chunk) => chunk.text.length)
  expect(lengths(`${words(200)}\n${words(100)}`)).toEqual([999, 499])
  expect(lengths(`${words(200)}. ${words(100)}.`)).toEqual([1000, 500])
  expect(lengths(words(300))).toEqual([1199, 299])
  expect(lengths('x'.repeat(2500))).toEqual([1200, 1200, 100])
})

test('a heading with nothing below it is a passage of its own', () => {
  expect(chunks('# Menu\n## No dogs\n## Soup\nOf the day.\n## Card only ##')).toEqual([
    { place: ['Menu'], text: 'No dogs' },
    { place: ['Menu', 'Soup'], text: 'Of the day.' },
    { place: ['Menu'], text: 'Card only' },
  ])
})

test('a heading without words ends what stood under the one above', () => {
  expect(chunks('# Faq\n###### Dogs?\nYes.\n\n######\n\nAsk us.\n\n#\n\nRua Nova 10')).toEqual([
    { place: ['Faq', 'Dogs?'], text: 'Yes.' },
    { place: ['Faq'], text: 'Ask us.' },
    { place: [], text: 'Rua Nova 10' },
  ])
})

test('a # in a block of code is no heading, and neither is a hashtag', () => {
  expect(chunks('```\n# comment\n```\n#sale')).toEqual([
    { place: [], text: '```\n# comment\n```\n#sale' },
  ])
})

test('a passage of a PDF keeps its page; a page without text has none', () => {
  expect(chunks('One.\f\fThree.')).toEqual([
    { place: ['page 1'], text: 'One.' },
    { place: ['page 3'], text: 'Three.' },
  ])
})

test('whatever the text, no passage is too long or empty, and no word is lost', () => {
  const piece = fc.oneof(
    fc.constantFrom('\n', '\n\n', '. ', ' ', '# ', '\f', '```\n', '## Title\n', '。'),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
  )
  const letters = (text: string) => text.replace(/[\s#`]/gu, '')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      const found = chunks(text)
      for (const chunk of found) {
        expect(chunk.text.length).toBeLessThanOrEqual(CHUNK_CHARACTERS_MAX)
        expect(chunk.text.trim()).not.toBe('')
      }
      // A heading is in the place of each passage below it, so only what stands in no heading can be counted.
      if (!text.includes('#')) {
        expect(letters(found.map((chunk) => chunk.text).join(''))).toBe(letters(text))
      }
    }),
    { numRuns: 200 },
  )
})
