/** Rows for a spreadsheet: RFC 4180, and nothing in them that one would run as a formula. */

/** Writes a row. */
export const csvRow = (cells: readonly (string | number | undefined)[]): string =>
  cells.map(cell).join(',')

const cell = (value: string | number | undefined): string => {
  const text = String(value ?? '')
  // A phone number begins with a plus and is none; some programs take the wide signs of Chinese and Japanese for the narrow ones.
  const safe = typeof value === 'string' && /^([=@\t\r\n＝＋－＠]|[+-](?!\d+$))/.test(text)
    ? `'${text}`
    : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
