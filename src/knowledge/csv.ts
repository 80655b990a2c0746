/** A table as text: each row a line that says what its cells are, so that it can be read by itself wherever it is found. */
import { parse } from 'csv-parse'
import { createBreathe, piecesOf } from './slices.ts'

/** Reads a table: `Treatment: Implant; Price: 900`, a line each row. Rejects with what is wrong with it, and on which line. */
export const csvText = async (csv: string): Promise<string> => {
  const rows: string[][] = []
  const parser = parse({
    delimiter: delimiterOf(csv),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  })
  const done = new Promise<void>((resolve, reject) => {
    parser.on('data', (row: string[]) => rows.push(row)).on('end', resolve).on('error', reject)
  })
  // Whoever waits for it hears of the failure; here it must not count as one that nobody heard of.
  done.catch(() => {})
  const breathe = createBreathe()
  for (const piece of piecesOf(csv)) {
    if (parser.destroyed) break
    parser.write(piece)
    await breathe()
  }
  parser.end()
  await done
  return linesOf(rows).join('\n')
}

const DELIMITERS = [',', ';', '\t', '|']

/** The delimiter that the first line has most of: where a comma is decimal, spreadsheets write semicolons. */
const delimiterOf = (csv: string): string => {
  const [line] = csv.trimStart().split(/\r\n|\r|\n/, 1)
  const bare = line.replace(/"[^"]*"/g, '')
  const count = (delimiter: string) => bare.split(delimiter).length
  return DELIMITERS.reduce((best, each) => count(each) > count(best) ? each : best)
}

const linesOf = ([first, ...rest]: readonly string[][]): readonly string[] => {
  if (first === undefined) return []
  const names = isHeader(first) ? first : undefined
  const rows = names ? rest : [first, ...rest]
  return rows.map((row) =>
    row.flatMap((cell, at) => {
      const words = cell.replace(/\s+/g, ' ')
      return words ? [names?.[at] ? `${names[at]}: ${words}` : words] : []
    }).join('; ')
  ).filter((line) => line !== '')
}

/** Whether a first row names the columns: words, all of them different. */
const isHeader = (row: readonly string[]): boolean => {
  const named = row.filter((cell) => cell !== '')
  return named.length > 0 && new Set(named).size === named.length &&
    named.every((cell) => !/^[-+]?[\d.,]+ ?\S?$/.test(cell))
}
