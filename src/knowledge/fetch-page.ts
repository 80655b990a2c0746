/** One page of the web as text. It must come whole, soon, of a kind that has text, and from where the file says. */
import { extractText, kindOfContentType, kindOfFile } from './extract.ts'
import { readBounded } from './read-bounded.ts'

/** Sends a request and gives its answer. Which addresses it may go to, and whether it follows redirects, is decided there. */
export type Fetch = (
  url: string,
  init: Readonly<{
    method?: string
    headers?: Record<string, string>
    body?: string
    signal: AbortSignal
  }>,
) => Promise<Response>

/** Gives the text of a page. Rejects in words for an operator. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<string>

/** How long a page may take to come. */
const TIMEOUT_MS = 10_000

/** The longest page that is read. */
const BYTES_MAX = 10 * 1024 * 1024

/** The longest text of a page, in characters; what is packed into a PDF may be far more than came. */
const TEXT_CHARACTERS_MAX = 2_000_000

/** Makes what fetches pages. */
export const createFetchText = (fetch: Fetch): FetchText => async (url, signal) => {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  const response = await fetch(url, { headers: HEADERS, signal: deadline })
  try {
    const { kind, charset } = checked(url, response)
    const text = await extractText(kind, await readBounded(response, BYTES_MAX), charset)
    if (text.length <= TEXT_CHARACTERS_MAX) return text
    throw new Error(`it has ${text.length} characters, ${TEXT_CHARACTERS_MAX} is the most`)
  } finally {
    if (!response.bodyUsed) await response.body?.cancel()
  }
}

const HEADERS = { accept: 'text/html, text/*, application/pdf;q=0.9', 'user-agent': 'tandem' }

const checked = (url: string, response: Response) => {
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  const header = response.headers.get('content-type')
  // A server that knows no better says octet-stream; the name of the file does.
  if (!header || /octet-stream/.test(header)) return { kind: kindOfFile(new URL(url).pathname) }
  const known = kindOfContentType(header)
  if (!known) throw new Error(`it is ${header}: no text, HTML, CSV or PDF`)
  return known
}
