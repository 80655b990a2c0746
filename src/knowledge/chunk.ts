/**
 * A text in passages that can be found and read by themselves: small enough for a spoken answer, parted where the text parts, and
 * each with the headings it stood under, without which "900 euros" means nothing.
 */
import { piecesOf } from './slices.ts'

/** A passage of a text. */
export type Chunk = Readonly<{
  /** The headings above it, from the outermost; or the page it is on. */
  place: readonly string[]
  text: string
}>

/** The longest passage, in characters: about 300 tokens. */
export const CHUNK_CHARACTERS_MAX = 1_200

/** Cuts a text into passages, one at a time. Headings are Markdown's; a form feed begins a page. */
export const chunksOf = function* (text: string): Generator<Chunk> {
  const pages = text.split('\f')
  for (const [at, page] of pages.entries()) {
    yield* sectionsOf(page, pages.length > 1 ? [`page ${at + 1}`] : [])
  }
}

type Heading = Readonly<{ level: number; title: string }>

const sectionsOf = function* (page: string, above: readonly string[]): Generator<Chunk> {
  let headings: readonly Heading[] = []
  let isBare = false
  const place = () => [...above, ...headings.map(({ title }) => title)]
  for (const block of blocksOf(page)) {
    if (typeof block === 'string') {
      for (const piece of packed(block)) yield { place: place(), text: piece }
      isBare = false
      continue
    }
    // A heading with nothing below it is all that its section says.
    if (isBare && block.level <= headings[headings.length - 1].level) yield titleAlone(place())
    headings = headings.filter(({ level }) => level < block.level)
    // One without words only ends the sections above it.
    isBare = block.title !== ''
    if (isBare) headings = [...headings, block]
  }
  if (isBare) yield titleAlone(place())
}

const titleAlone = (place: readonly string[]): Chunk => ({
  place: place.slice(0, -1),
  text: place[place.length - 1],
})

const HEADING = /^(#{1,6})(?:[ \t]+(.*?))?[ \t#]*$/

/** Headings, and what stands between two of them. A `#` in a fenced block is no heading. */
const blocksOf = function* (page: string): Generator<string | Heading> {
  let lines: string[] = []
  let isFenced = false
  for (const line of page.split(/\r\n|\r|\n/)) {
    if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced
    const [, marks, title = ''] = (isFenced ? undefined : HEADING.exec(line)) ?? []
    if (marks === undefined) {
      lines.push(line)
      continue
    }
    const body = lines.join('\n').trim()
    if (body) yield body
    lines = []
    yield { level: marks.length, title }
  }
  const body = lines.join('\n').trim()
  if (body) yield body
}

/** Puts as many paragraphs together as fit; one that is too long is cut at lines, then sentences, then words, then anywhere. */
const packed = function* (body: string): Generator<string> {
  let passage = ''
  for (const { gap, text } of partsOf(body, SEPARATORS)) {
    if (passage && passage.length + gap.length + text.length > CHUNK_CHARACTERS_MAX) {
      yield passage
      passage = ''
    }
    passage += passage ? gap + text : text
  }
  if (passage) yield passage
}

type Part = Readonly<{ gap: string; text: string }>

type Separator = Readonly<{ at: RegExp; gap: string }>

const SEPARATORS: readonly Separator[] = [
  { at: /\n[ \t]*(?:\n[ \t]*)+/, gap: '\n\n' },
  { at: /\n/, gap: '\n' },
  { at: /(?<=[.!?…])\s+|(?<=[。！？])/u, gap: ' ' },
  { at: /\s+/, gap: ' ' },
]

/** Parts that are short enough, each with what stood before it. */
const partsOf = function* (
  body: string,
  [separator, ...finer]: readonly Separator[],
): Generator<Part> {
  if (separator === undefined) return yield* cutOf(body)
  for (const part of body.split(separator.at)) {
    const text = part.trimEnd()
    if (!text) continue
    if (text.length <= CHUNK_CHARACTERS_MAX) yield { gap: separator.gap, text }
    else yield* partsOf(text, finer)
  }
}

const cutOf = function* (word: string): Generator<Part> {
  for (const text of piecesOf(word, CHUNK_CHARACTERS_MAX)) yield { gap: '', text }
}
