/** Bytes of a file or a page as text, whatever kind they are. What reads a kind is loaded when the first of its kind comes. */
import { decodeText } from './decode-text.ts'

export type Kind = 'text' | 'html' | 'csv' | 'pdf'

/** Reads the text of a document. Rejects in words for an operator. */
export const extractText = async (
  kind: Kind,
  bytes: Uint8Array,
  charset?: string,
): Promise<string> => {
  switch (kind) {
    case 'pdf':
      return (await import('./pdf.ts')).pdfText(bytes)
    case 'html':
      return (await import('./html.ts')).htmlText(decodeText(bytes, charset))
    case 'csv':
      return (await import('./csv.ts')).csvText(decodeText(bytes, charset))
    case 'text':
      return decodeText(bytes, charset).trim()
  }
}

/** The kind of a file by its name; one that is not known is text. */
export const kindOfFile = (path: string): Kind => {
  const extension = /\.(pdf|html?|csv)$/i.exec(path)?.[1].toLowerCase()
  if (extension === 'pdf' || extension === 'csv') return extension
  return extension === undefined ? 'text' : 'html'
}

/** What a `Content-Type` says; undefined when it is of no kind that has text. */
export const kindOfContentType = (
  header: string,
): Readonly<{ kind: Kind; charset?: string }> | undefined => {
  const type = header.split(';', 1)[0].trim().toLowerCase()
  const kind = KINDS.get(type) ?? (type.startsWith('text/') ? 'text' : undefined)
  const charset = /;\s*charset="?([\w-]+)/i.exec(header)?.[1]
  return kind && { kind, ...(charset === undefined ? {} : { charset }) }
}

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/csv', 'csv'],
  ['application/pdf', 'pdf'],
  ['application/json', 'text'],
])
