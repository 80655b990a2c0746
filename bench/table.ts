/** Results as numbers for programs, and as a table for people. */

export type Table = Readonly<{
  title: string
  columns: readonly string[]
  rows: readonly (readonly Cell[])[]
}>

export type Cell = string | number | Spread

/** What came out when the same was measured several times. */
export type Spread = Readonly<{ median: number; lowest: number; highest: number }>

/** The median of an even number of values is the upper of the two in the middle. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((one, other) => one - other)
  return {
    median: sorted[Math.floor(sorted.length / 2)],
    lowest: sorted[0],
    highest: sorted[sorted.length - 1],
  }
}

/** Writes a table with its title above; the columns are as wide as they need to be. */
export const textOf = ({ title, columns, rows }: Table): string => {
  const lines = [columns, ...rows.map((row) => row.map(textOfCell))]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at].length)))
  const [head, ...body] = lines.map((line) =>
    line.map((cell, at) => cell.padEnd(widths[at])).join('  ').trimEnd()
  )
  return [title, '', head, widths.map((width) => '-'.repeat(width)).join('  '), ...body].join('\n')
}

const textOfCell = (cell: Cell): string => {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return cell.toFixed(Math.abs(cell) < 10 ? 2 : 1)
  return `${textOfCell(cell.median)} (${textOfCell(cell.lowest)}-${textOfCell(cell.highest)})`
}
