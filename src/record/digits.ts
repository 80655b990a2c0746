/**
 * Digits as people write and say them: `+1 (500) 555-0006`, `four two four two`, `double five`. A transcriber puts down either, so
 * whoever looks for numbers must read both.
 */

/** Digits in a row, with nothing between them but what parts digits. */
export type DigitRun = Readonly<{
  /** Where each digit stands in the text: its word or itself, so that some of them can be told from the rest. */
  digits: readonly Readonly<{ digit: string; start: number; end: number }>[]
  /** Whether a plus stands before. */
  hasPlus: boolean
}>

/** Finds all runs of digits, written or said in English, Portuguese, Spanish, French or German. */
export const digitRuns = (text: string): readonly DigitRun[] => {
  const runs: DigitRun[] = []
  let digits: { digit: string; start: number; end: number }[] = []
  let hasPlus = false
  let times = 1
  let end = 0
  const finish = () => {
    if (digits.length > 0) runs.push({ digits, hasPlus })
    digits = []
    times = 1
  }
  for (const found of text.matchAll(TOKEN)) {
    const start = found.index
    const between = text.slice(end, start)
    const word = found[0].toLowerCase()
    const value = /\d/.test(word) ? word : WORDS.get(fold(word))
    const repeated = value === undefined ? REPEATS.get(word) : undefined
    if (digits.length > 0 && !PARTS.test(between)) finish()
    end = start + found[0].length
    if (repeated !== undefined) {
      times = repeated
      continue
    }
    if (value === undefined) {
      finish()
      continue
    }
    if (digits.length === 0) hasPlus = /(\+|\bplus)\s*\(?$/i.test(text.slice(0, start))
    for (let time = 0; time < times; time++) digits.push({ digit: value, start, end })
    times = 1
  }
  finish()
  return runs
}

const TOKEN = /\d|\p{L}+/gu
/** What may stand between two digits of one number. */
const PARTS = /^[\s\-–.,()/_]*$/

const WORDS: ReadonlyMap<string, string> = new Map([
  'zero oh null nul cero',
  'one um uma uno una un une eins ein',
  'two dois duas dos deux zwei zwo',
  'three tres trois drei',
  'four quatro cuatro quatre vier',
  'five cinco cinq funf',
  'six seis sechs meia',
  'seven sete siete sept sieben',
  'eight oito ocho huit acht',
  'nine nove nueve neuf neun',
].flatMap((words, digit) => words.split(' ').map((word) => [word, String(digit)] as const)))

const REPEATS: ReadonlyMap<string, number> = new Map([['double', 2], ['triple', 3]])

const fold = (word: string): string => word.normalize('NFD').replaceAll(/\p{M}/gu, '')
