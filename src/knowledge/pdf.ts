/**
 * The text of a PDF, page by page. A PDF knows where letters are, not what a paragraph is: lines come from pdf.js, and a gap
 * that is clearly larger than a line begins a paragraph. To load pdf.js takes a tenth of a second in one piece, once.
 */
import { getDocumentProxy } from 'unpdf'
import { createBreathe } from './slices.ts'

/** Reads the text of a PDF; pages are parted by form feeds. Rejects in words for an operator when it is none, or locked. */
export const pdfText = async (bytes: Uint8Array): Promise<string> => {
  // pdf.js takes the memory it is given for itself.
  const pdf = await getDocumentProxy(bytes.slice(), { verbosity: 0 }).catch((error: unknown) => {
    throw new Error(reasonOf(error), { cause: error })
  })
  const breathe = createBreathe()
  try {
    const pages: string[] = []
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number)
      const { items } = await page.getTextContent()
      pages.push(pageText(items.flatMap((item) => 'str' in item ? [item] : [])))
      page.cleanup()
      await breathe()
    }
    return pages.join('\f')
  } finally {
    await pdf.loadingTask.destroy()
  }
}

/** A piece of a line: `transform` ends with its place, from the lower left. */
type Item = Readonly<{ str: string; transform: readonly number[]; height: number; hasEOL: boolean }>

/** A line that is this many heights below the one before begins a paragraph. */
const PARAGRAPH_HEIGHTS = 1.9

const pageText = (items: readonly Item[]): string => {
  let text = ''
  let lineY: number | undefined
  for (const { str, transform, height, hasEOL } of items) {
    const y = transform[5]
    if (text.endsWith('\n') && lineY !== undefined && height > 0) {
      if (lineY - y > PARAGRAPH_HEIGHTS * height) text += '\n'
    }
    if (str.trim()) lineY = y
    text += hasEOL ? `${str}\n` : str
  }
  // A word that was parted at the end of a line is one word.
  return text.replace(/(\p{Ll})-\n(\p{Ll})/gu, '$1$2').replace(/[ \t]+$/gm, '').trim()
}

const reasonOf = (error: unknown): string => {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  if (name === 'PasswordException') return 'it has a password'
  return name === 'InvalidPDFException' ? 'it is damaged, or no PDF' : message
}
