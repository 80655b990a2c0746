/**
 * A page as the text a reader sees, with its headings as Markdown has them, so that what was found can say where it stood.
 *
 * What is hidden is kept: on pages with questions that unfold, the answers are.
 */
import { Parser } from 'htmlparser2'
import { createBreathe, piecesOf } from './slices.ts'

/** Reads the text of a page. */
export const htmlText = async (html: string): Promise<string> => {
  const page = createPageText()
  const parser = new Parser({ onopentag: page.open, onclosetag: page.close, ontext: page.text })
  const breathe = createBreathe()
  for (const piece of piecesOf(html)) {
    parser.write(piece)
    await breathe()
  }
  parser.end()
  return page.result()
}

/** Elements whose content is no text of the page; `nav` is the same on each page of a site. */
const SKIPPED = new Set(
  'script style noscript template svg iframe object nav select button textarea'.split(' '),
)

/** Elements that stand on lines of their own, with a blank line around them. */
const BLOCKS = new Set(
  ('p div section article main header footer aside ul ol dl table blockquote pre figure address ' +
    'details form fieldset hr h1 h2 h3 h4 h5 h6 summary dt').split(' '),
)

/** Elements that begin a line. */
const LINES = new Set(['br', 'li', 'tr', 'dd', 'option', 'caption', 'figcaption'])

/** What a text of these elements begins with. A question that unfolds, and a term with its meaning, are headings of a kind. */
const PREFIXES: Readonly<Record<string, string>> = {
  h1: '# ',
  h2: '## ',
  h3: '### ',
  h4: '#### ',
  h5: '##### ',
  h6: '###### ',
  summary: '###### ',
  dt: '###### ',
  li: '- ',
}

/** A heading without words ends what stood under a heading of its level: what follows an answer that unfolds is not of it. */
const ENDS: Readonly<Record<string, string>> = { details: '######', dl: '######' }

/** What stands between two texts. */
const GAPS = ['', ' ', '\n', '\n\n'] as const

const createPageText = () => {
  let out = ''
  let title = ''
  let gap: 0 | 1 | 2 | 3 = 0
  let prefix = ''
  let end = ''
  let cell = false
  let skipping = 0
  let inTitle = false

  const widen = (least: 1 | 2 | 3) => {
    if (gap < least) gap = least
  }
  const edge = (name: string) => {
    if (BLOCKS.has(name)) widen(3)
    else if (LINES.has(name)) widen(2)
  }
  return {
    open: (name: string) => {
      if (SKIPPED.has(name)) skipping++
      if (name === 'title') inTitle = true
      edge(name)
      // A footer is of the page, not of its last section.
      if (name === 'footer') end = '#'
      if (name === 'tr') cell = false
      if ((name === 'td' || name === 'th') && cell) prefix = '| '
      prefix = PREFIXES[name] ?? prefix
    },
    close: (name: string) => {
      if (SKIPPED.has(name)) skipping = Math.max(0, skipping - 1)
      if (name === 'title') inTitle = false
      if (name === 'td' || name === 'th') {
        cell = true
        widen(1)
      }
      edge(name)
      end = ENDS[name] ?? end
      // An empty heading has nothing to begin.
      if (name in PREFIXES || name === 'td' || name === 'th') prefix = ''
    },
    text: (text: string) => {
      if (skipping > 0) return
      if (inTitle) {
        title += text
        return
      }
      const words = text.replace(/\s+/g, ' ')
      if (words.startsWith(' ')) widen(1)
      const trimmed = words.trim()
      if (trimmed) {
        if (end && out && !prefix.startsWith('#')) {
          out += GAPS[3] + end
          gap = 3
        }
        end = ''
        out += (out ? GAPS[gap] : '') + prefix + trimmed
        prefix = ''
        gap = 0
      }
      if (words.endsWith(' ')) widen(1)
    },
    result: (): string => {
      const heading = title.replace(/\s+/g, ' ').trim()
      return heading && out && !/^#/m.test(out) ? `# ${heading}\n\n${out}` : out
    },
  }
}
