/** A PDF as small as one can be, of lines of text: what the fixture was made with, and what a test needs a page of. */

/** A line, and how far below the one before it stands, in points. */
type Line = Readonly<{ text: string; below?: number }>

const LINE_POINTS = 14

/** Makes a PDF of pages of lines, in Helvetica of 11 points. Letters beyond Latin-1 are not in it. */
export const makePdf = (pages: readonly (readonly Line[])[]): Uint8Array<ArrayBuffer> => {
  const pageNumbers = pages.map((_, at) => 4 + 2 * at)
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${
      pageNumbers.map((number) => `${number} 0 R`).join(' ')
    }] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((lines, at) => [
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] ' +
      `/Resources << /Font << /F1 3 0 R >> >> /Contents ${pageNumbers[at] + 1} 0 R >>`,
      stream(lines),
    ]),
  ]
  let pdf = '%PDF-1.4\n'
  const offsets = objects.map((object, at) => {
    const offset = pdf.length
    pdf += `${at + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}` +
    `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${pdf.length}\n%%EOF\n`
  return Uint8Array.from(pdf, (letter) => letter.charCodeAt(0))
}

const stream = (lines: readonly Line[]): string => {
  const shown = lines.map(({ text, below = LINE_POINTS }, at) =>
    `${at === 0 ? '72 780 Td' : `0 -${below} Td`} (${text.replace(/[\\()]/g, '\\$&')}) Tj`
  )
  const content = `BT /F1 11 Tf ${shown.join('\n')} ET`
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`
}
