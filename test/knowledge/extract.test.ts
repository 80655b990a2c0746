import { expect, test } from 'vitest'
import { extractText, kindOfContentType, kindOfFile } from '../../src/knowledge/extract.ts'
import { makePdf } from './make-pdf.ts'
import { fixture } from './web.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('a page is its text with its headings, without scripts, styles and navigation', async () => {
  expect(await extractText('html', await fixture('faq.html'))).toBe(`# Questions & answers

## Where can I park?

Behind the house, in Rua Nova 12. The first hour is free.

## Which insurers do you work with?

- Médis
- Multicare

###### May I bring my dog?

Guide dogs are welcome.

######

Day | Hours
Saturday | 10:00 to 13:00

#

Rua Nova 10
Lisbon`)
})

test('a page without a heading has its title for one', async () => {
  const html = '<title>Menu</title><p>Soup</p><p></p><p>Fish<br>of the day'
  expect(await extractText('html', bytes(html))).toBe('# Menu\n\nSoup\n\nFish\nof the day')
})

test('a page that is not closed, not opened or no HTML at all is still text', async () => {
  const html = (text: string) => extractText('html', bytes(text))
  expect(await html('</script></nav>Open <b>daily')).toBe('Open daily')
  expect(await html('1 < 2 &amp; 3 > 2')).toBe('1 < 2 & 3 > 2')
  expect(await html('')).toBe('')
})

test('a table is a line for each row, which names its cells', async () => {
  expect(await extractText('csv', await fixture('treatments.csv'))).toBe(
    `Treatment: Root canal; Price: 420,00 €; Minutes: 90
Treatment: Whitening; Price: 250,00 €; Minutes: 60; Remark: not for children; nor during pregnancy
Treatment: Night guard; Price: 180,00 €; Minutes: 30; Remark: two visits`,
  )
})

test('a table without names of columns is its cells; rows may be longer and shorter', async () => {
  const csv = (text: string) => extractText('csv', bytes(text))
  expect(await csv('Soup,4.50\nFish,14.00,fresh\n\nWater\n')).toBe(
    'Soup; 4.50\nFish; 14.00; fresh\nWater',
  )
  expect(await csv('name\tprice\nSoup\t4\n')).toBe('name: Soup; price: 4')
  expect(await csv('')).toBe('')
})

test('a quote that never ends is told with its line', async () => {
  await expect(extractText('csv', bytes('name,price\n"Soup,4\n'))).rejects.toThrow(
    /quote is not closed|Quote Not Closed/i,
  )
})

test('a PDF is its paragraphs, page by page, with words that were parted put together', async () => {
  expect(await extractText('pdf', await fixture('prices.pdf'))).toBe(
    `Bright Smile Dental: prices 2026

A check-up costs 45 euros and takes twenty minutes. X-rays are included.

Cleaning by a hygienist: 60 euros (with polish).\fImplants

A titanium implant with its crown costs 1,250 euros.
Preços em português: peça na receção.`,
  )
})

test('a PDF that is none, damaged or without text says so', async () => {
  const pdf = makePdf([[{ text: 'Hello' }]])
  await expect(extractText('pdf', bytes('Hello'))).rejects.toThrow('it is damaged, or no PDF')
  await expect(extractText('pdf', pdf.slice(0, 60))).rejects.toThrow('it is damaged, or no PDF')
  expect(await extractText('pdf', makePdf([[], []]))).toBe('\f')
})

test('a text is decoded by its mark, as it says it is, as UTF-8, or as Windows writes it', async () => {
  const text = (...codes: number[]) => extractText('text', Uint8Array.from(codes))
  expect(await text(0xef, 0xbb, 0xbf, 0xc3, 0xa7)).toBe('ç')
  expect(await text(0xff, 0xfe, 0xe7, 0x00)).toBe('ç')
  expect(await text(0xfe, 0xff, 0x00, 0xe7)).toBe('ç')
  expect(await text(0xe7, 0x80)).toBe('ç€')
  expect(await extractText('text', Uint8Array.of(0xe7), 'iso-8859-1')).toBe('ç')
  expect(await extractText('text', bytes('ç'), 'no-such-charset')).toBe('ç')
})

test('the kind of a file is in its name', () => {
  expect(['a.md', 'a.TXT', 'a.Pdf', 'a.html', 'a.HTM', 'b.csv', 'faq'].map(kindOfFile))
    .toEqual(['text', 'text', 'pdf', 'html', 'html', 'csv', 'text'])
})

test('the kind of a page is what its server says', () => {
  expect(kindOfContentType('text/html; charset=ISO-8859-1'))
    .toEqual({ kind: 'html', charset: 'ISO-8859-1' })
  expect(kindOfContentType('Application/PDF')).toEqual({ kind: 'pdf' })
  expect(kindOfContentType('text/markdown;charset="utf-8"'))
    .toEqual({ kind: 'text', charset: 'utf-8' })
  expect(kindOfContentType('image/png')).toBeUndefined()
})
