import { describe, expect, test } from 'vitest'
import { createSearchIndex } from '../../src/knowledge/search-index.ts'

const indexOf = async (texts: Readonly<Record<string, string>>) => {
  const index = createSearchIndex()
  for (const [source, text] of Object.entries(texts)) await index.put({ key: source, source, text })
  return index
}

const PRICES = `# Prices

## Implants

A titanium implant with its crown costs 1,250 euros.

## Whitening

Bleaching takes an hour. It is for adults. Preço: 250 euros.

## Check-up

45 euros, X-rays included.
`
const HOURS = '# Hours\n\nOpen from Monday to Friday. In 2026 closed on 24 December.'

const find = async (query: string) => {
  const index = await indexOf({ 'prices.md': PRICES, 'hours.md': HOURS })
  return index.search(query, 5).map(({ source, place }) => [source, ...place].join(' > '))
}

describe('a question finds', () => {
  test.each([
    [
      'the passage with its words',
      'how much is a titanium implant',
      'prices.md > Prices > Implants',
    ],
    ['a word by another ending', 'whiten my teeth', 'prices.md > Prices > Whitening'],
    [
      'a word that was misheard',
      'what does a titanum inplant cost',
      'prices.md > Prices > Implants',
    ],
    ['a word without its accents', 'preco do branqueamento', 'prices.md > Prices > Whitening'],
    ['a word of the heading alone', 'checkup check up', 'prices.md > Prices > Check-up'],
    ['a number, however it is written', '1250 euros', 'prices.md > Prices > Implants'],
    ['what is in another file', 'CLOSED IN DECEMBER?', 'hours.md > Hours'],
  ])('%s', async (_, query, place) => {
    expect((await find(query))[0]).toBe(place)
  })

  test('nothing when no word is there', async () => {
    expect(await find('parking')).toEqual([])
    expect(await find('')).toEqual([])
    expect(await find(' ?! ')).toEqual([])
  })

  test('nothing by a number that is nearly there', async () => {
    expect(await find('2025')).toEqual([])
  })
})

test('a passage comes with where it stood', async () => {
  const index = await indexOf({ 'prices.pdf': 'Fillings: 90 euros.\fCrowns: 400 euros.' })
  expect(index.search('crowns', 5)).toEqual([
    { source: 'prices.pdf', place: ['page 2'], text: 'Crowns: 400 euros.' },
  ])
})

test('no more is found than was asked for, the best first', async () => {
  const rows = Array.from({ length: 20 }, (_, at) => `## Room ${at}\n\nA bed and a desk.`)
  const index = await indexOf({ 'rooms.md': [...rows, '## Suite\n\nA bed in a bed.'].join('\n') })
  const found = index.search('bed', 3)
  expect(found).toHaveLength(3)
  expect(found[0].place).toEqual(['Suite'])
})

test('words that are everywhere do not bring passages that have nothing else', async () => {
  const rows = Array.from({ length: 20 }, (_, at) => `## Room ${at}\n\nThe room has a bed.`)
  const index = await indexOf({ 'rooms.md': [...rows, '## Sauna\n\nThe sauna is hot.'].join('\n') })
  expect(index.search('the room with the sauna', 5).map(({ place }) => place)).toEqual([['Sauna']])
})

test('languages without spaces between words are searched by pairs of letters', async () => {
  const index = await indexOf({
    'ja.md':
      '## 営業時間\n\n月曜日から金曜日まで営業しています。\n\n## 料金\n\n歯の検診は五千円です。',
  })
  expect(index.search('検診の料金', 1)[0].place).toEqual(['料金'])
  expect(index.search('月曜日', 1)[0].place).toEqual(['営業時間'])
})

test('a text that is put again takes the place of the one before', async () => {
  const index = createSearchIndex()
  await index.put({ key: 'faq', source: 'faq', text: 'Soup of the day.\n\n# Old\n\nTripe.' })
  await index.put({ key: 'faq', source: 'faq', text: 'Fish of the day.' })
  expect(index.search('soup tripe', 5)).toEqual([])
  expect(index.search('fish', 5)).toEqual([{ source: 'faq', place: [], text: 'Fish of the day.' }])
  expect(index.size()).toBe(1)
})

test('a text that is put again and again is still found by its words', async () => {
  const index = await indexOf({ 'rooms.md': 'A bed and a desk.' })
  for (let hour = 0; hour < 100; hour++) {
    const text = `Parking is free. It is ${hour} o'clock.`
    await index.put({ key: 'faq', source: 'faq', text })
  }
  expect(index.search('a desk near the parking', 5).map(({ source }) => source))
    .toEqual(['rooms.md', 'faq'])
})

test('a question with many words that are nowhere still finds the one that is there', async () => {
  const index = await indexOf({ 'rooms.md': 'A bed and a desk.' })
  const nowhere = Array.from({ length: 40 }, (_, at) => `${'xyz'.repeat(3)}${at}`).join(' ')
  expect(index.search(`${nowhere} desk`, 5)).toHaveLength(1)
})

test('two files of one name are both kept', async () => {
  const index = createSearchIndex()
  await index.put({ key: '0', source: 'hours.md', text: 'Monday.' })
  await index.put({ key: '1', source: 'hours.md', text: 'Tuesday.' })
  expect(index.search('monday tuesday', 5)).toHaveLength(2)
})

test('others have their turn while a long text is taken in, and it can be given up', async () => {
  const index = createSearchIndex()
  const stop = new AbortController()
  const text = Array.from({ length: 100_000 }, (_, at) => `Sentence ${at} has a number.\n`).join(
    '\n',
  )
  const taking = index.put({ key: 'long', source: 'long', text }, stop.signal)
  await new Promise((resolve) => setTimeout(resolve, 0))
  const atFirst = index.size()
  expect(atFirst).toBeGreaterThan(0)
  stop.abort(new Error('not wanted'))
  await expect(taking).rejects.toThrow('not wanted')
  expect(index.size()).toBeLessThan(1000)
})
