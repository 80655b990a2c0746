/** A table of results, as text for people. */

export type Table = Readonly<{
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}>

/** Writes a table with a title above; the columns are as wide as they need to be. */
export const textOf = ({ title, columns, rows }: Table): string => {
  const widths = columns.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at].length))
  )
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => cell.padEnd(widths[at])).join('  ').trimEnd()
  return [
    title,
    '',
    line(columns),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
  ]
    .join('\n')
}

/** The middle value; of an even number of values the upper of the two. */
export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
