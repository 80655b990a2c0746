/**
 * Takes out of a text what its customer does not want kept: phone numbers, e-mail, card numbers, words and patterns of their own. Each
 * leaves a mark, so that a reader sees that something was there.
 */
import { type DigitRun, digitRuns } from './digits.ts'

/** What a customer wants taken out. */
export type RedactRules = Readonly<{
  phones: boolean
  emails: boolean
  cards: boolean
  /** Taken out wherever they stand as words of their own, in any case. */
  words: readonly string[]
  /** Regular expressions. */
  patterns: readonly string[]
}>

export type Redact = (text: string, options?: Readonly<{ isPartial?: boolean }>) => string

/** Leaves a text as it is. */
export const redactNothing: Redact = (text) => text

/** Makes what redacts by some rules. A partial text may end in the middle of a number, so digits at its end are taken out, too. */
export const createRedact = (rules: RedactRules): Redact => {
  const own = [...rules.patterns, ...rules.words.map(asWord)].map((each) => new RegExp(each, 'giu'))
  const takesNumbers = rules.cards || rules.phones
  return (text, { isPartial = false } = {}) => {
    let left = own.reduce((before, pattern) => before.replaceAll(pattern, MARKS.other), text)
    if (rules.emails) {
      left = left.replaceAll(EMAIL, MARKS.email).replaceAll(SPOKEN_EMAIL, MARKS.email)
    }
    if (rules.cards) left = cut(left, cardsIn(left), MARKS.card)
    if (rules.phones) left = cut(left, phonesIn(left), MARKS.phone)
    return isPartial && takesNumbers ? cut(left, unfinishedIn(left), MARKS.unfinished) : left
  }
}

const MARKS = {
  phone: '[phone]',
  email: '[email]',
  card: '[card]',
  other: '[redacted]',
  unfinished: '…',
}

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
/** `ana dot silva at example dot com`, and the words for it in Portuguese, Spanish, French and German. */
const SPOKEN_EMAIL =
  /[\p{L}\p{N}_-]+(?:\s+(?:dot|ponto|punto|point|punkt|underscore|dash)\s+[\p{L}\p{N}_-]+)*\s+(?:at|arroba|arobase|ät)\s+[\p{L}\p{N}-]+(?:\s*(?:\.|\b(?:dot|ponto|punto|point|punkt)\b)\s*[\p{L}\p{N}-]+)+/giu

type Span = Readonly<{ start: number; end: number }>

/** The longest stretch of 13 to 19 digits that adds up as a card's, and what follows it. */
const cardsIn = (text: string): readonly Span[] =>
  digitRuns(text).flatMap(({ digits }) => {
    const spans: Span[] = []
    for (let from = 0; from + 13 <= digits.length;) {
      const length = [19, 18, 17, 16, 15, 14, 13].find((each) =>
        from + each <= digits.length && isLuhn(digits.slice(from, from + each))
      )
      if (length === undefined) from++
      else {
        spans.push(spanOf(digits.slice(from, from + length)))
        from += length
      }
    }
    return spans
  })

/** Seven to fifteen digits: the shortest local number, and the most that E.164 allows. Longer ones are taken out whole, too. */
const phonesIn = (text: string): readonly Span[] =>
  digitRuns(text).filter(({ digits }) => digits.length >= 7).map(wholeRun)

const unfinishedIn = (text: string): readonly Span[] =>
  digitRuns(text).filter(({ digits }) =>
    digits.length >= 2 && /^[\s\-.,()]*$/.test(text.slice(digits.at(-1)?.end))
  ).map(wholeRun)

const wholeRun = ({ digits }: DigitRun): Span => spanOf(digits)

const spanOf = (digits: DigitRun['digits']): Span => ({
  start: digits[0].start,
  end: digits[digits.length - 1].end,
})

/** ISO/IEC 7812-1, annex B: every second digit from the right is doubled, and the sum ends in 0. */
export const isLuhn = (digits: readonly Readonly<{ digit: string }>[]): boolean => {
  const sum = digits.toReversed().reduce((total, { digit }, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

const cut = (text: string, spans: readonly Span[], mark: string): string =>
  spans.toReversed().reduce((left, { start, end }) => {
    // The sign and the bracket before a number belong to it.
    const before = left.slice(0, start).replace(
      /(\+|\bplus\s)?\s*\(?$/i,
      (sign) => /\S/.test(sign) ? '' : sign,
    )
    return before + mark + left.slice(end)
  }, text)

const asWord = (word: string): string =>
  `(?<![\\p{L}\\p{N}])${word.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}(?![\\p{L}\\p{N}])`
