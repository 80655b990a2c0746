import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedact, isLuhn } from '../../src/record/redact.ts'

const ALL = { phones: true, emails: true, cards: true, words: [], patterns: [] }
const redact = createRedact(ALL)

describe('createRedact()', () => {
  test.each([
    ['Call me at +1 (500) 555-0006, please.', 'Call me at [phone], please.'],
    ['My number is 212 555 0100.', 'My number is [phone].'],
    ['It is five five five, oh one double two.', 'It is [phone].'],
    ['O meu número é nove um dois três quatro cinco seis sete oito.', 'O meu número é [phone].'],
    ['plus one 500 555 0006', '[phone]'],
    ['4242 4242 4242 4242', '[card]'],
    ['four two four two four two four two four two four two four two four two', '[card]'],
    ['Card 4242-4242-4242-4242 expires 12/27', 'Card [card] expires 12/27'],
    ['{"card":"378282246310005"}', '{"card":"[card]"}'],
    ['Write to ana.silva+x@example.com.br now', 'Write to [email] now'],
    ['ana dot silva at example dot com', '[email]'],
    ['ana ponto silva arroba exemplo ponto pt', '[email]'],
  ])('%j becomes %j', (said, expected) => {
    expect(redact(said)).toBe(expected)
  })

  test.each([
    'A table for two at eight.',
    'Room 1204, from 10:30 to 11.',
    'One, two, three: go.',
    'That is 45 euros and 20 cents.',
    'We met at the example.',
    '',
  ])('%j stays as it is', (said) => {
    expect(redact(said)).toBe(said)
  })

  test('only what the rules name is taken out', () => {
    const cards = createRedact({ ...ALL, phones: false, emails: false })
    expect(cards('+15005550006 a@b.co 4242424242424242')).toBe('+15005550006 a@b.co [card]')
  })

  test('words go as words of their own, in any case', () => {
    const words = createRedact({
      ...ALL,
      words: ['Ana', 'C++'],
      patterns: ['\\b[A-Z]{2}\\d{4}\\b'],
    })
    expect(words('ANA and Banana know C++, PT1234.')).toBe(
      '[redacted] and Banana know [redacted], [redacted].',
    )
  })

  test('a text that is not whole does not end in half a number', () => {
    expect(redact('My card is 4242 42', { isPartial: true })).toBe('My card is …')
    expect(redact('It is four two', { isPartial: true })).toBe('It is …')
    expect(redact('My card is 4242 42 and', { isPartial: true })).toBe('My card is 4242 42 and')
  })

  const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
  const digits = (length: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), {
      minLength: length,
      maxLength: length,
    })
  const separator = fc.constantFrom('', ' ', '-', '. ')
  const prose = fc.constantFrom('', 'My number is ', 'Olá! ', '{"given":"', 'Anna said: ')

  /** The digits and the one that completes them a number so that it adds up. */
  const withCheck = (
    body: readonly number[],
  ) => [
    ...body,
    ...Array.from({ length: 10 }, (_, digit) => digit).filter((digit) =>
      isLuhn([...body, digit].map((each) => ({ digit: String(each) })))
    ),
  ]

  test('no card number comes through, however it is written or said', () => {
    fc.assert(fc.property(
      fc.integer({ min: 12, max: 18 }).chain(digits),
      separator,
      fc.boolean(),
      prose,
      (body, between, isSaid, before) => {
        const card = withCheck(body)
        const said = card.map((digit) => isSaid ? WORDS[digit] : String(digit))
          .join(isSaid ? ` ${between.trim()} ` : between)
        const left = redact(`${before}${said}"`)
        expect(left).toContain('[card]')
        expect(left.slice(before.length).match(/\d/g) ?? []).toHaveLength(0)
      },
    ))
  })

  test('no phone number comes through', () => {
    fc.assert(fc.property(
      fc.integer({ min: 7, max: 12 }).chain(digits),
      separator,
      fc.constantFrom('', '+', '+ '),
      prose,
      (number, between, plus, before) => {
        const left = redact(`${before}${plus}${number.join(between)} thanks`)
        expect(left).toBe(`${before}[phone] thanks`)
      },
    ))
  })

  test('what is redacted stays so: a second time changes nothing', () => {
    fc.assert(fc.property(fc.string(), prose, (text, before) => {
      const once = redact(before + text)
      expect(redact(once)).toBe(once)
    }))
  })
})
