/**
 * What of an agent's knowledge stands below its instructions, and how it is told of the rest. The model reads all of it again for
 * each answer, so there is room for what is asked every day and not for a catalogue.
 */
import { estimateTokens, INLINE_TOKENS_MAX } from '../config/rules/knowledge-length.ts'

/** A text that an agent may know, and where it is from. */
export type NamedText = Readonly<{ name: string; text: string }>

export type Divided = Readonly<{ inline: readonly NamedText[]; rest: readonly NamedText[] }>

/** Takes, in their order, the texts for which there is room below the instructions. */
export const divide = (texts: readonly NamedText[]): Divided => {
  const inline: NamedText[] = []
  const rest: NamedText[] = []
  let left = INLINE_TOKENS_MAX
  for (const text of texts) {
    const tokens = estimateTokens(text.text)
    const fits = tokens <= left
    if (fits) left -= tokens
    ;(fits ? inline : rest).push(text)
  }
  return { inline, rest }
}

/** Writes what stands below the instructions: the texts that are there, and the names of what has to be searched. */
export const inlineText = (
  inline: readonly NamedText[],
  searched: readonly string[],
): string => {
  const texts = inline.map(({ text }) => readable(text))
  const parts = searched.length > 0 ? [...texts, invitation(searched)] : texts
  return parts.length > 0 ? ['# Knowledge', ...parts].join('\n\n') : ''
}

/** A text without what is only there to be cut at: ends of pages, and headings without words. */
const readable = (text: string): string =>
  text.replaceAll('\f', '\n\n').replace(/^#+[ \t]*\n+/gm, '').trim()

/** The name of the tool that searches knowledge. */
export const SEARCH_TOOL = 'search_knowledge'

const NAMES_MAX = 12

const invitation = (names: readonly string[]): string =>
  `There is more in ${
    listed(names)
  }. When an answer is not above, call ${SEARCH_TOOL} before you ` +
  'answer or say that you do not know, and answer from what it finds.'

/** Names a few sources: `prices.pdf, faq.html and 3 more`. */
export const listed = (names: readonly string[]): string => {
  if (names.length > NAMES_MAX) {
    return `${names.slice(0, NAMES_MAX).join(', ')} and ${names.length - NAMES_MAX} more`
  }
  return names.length < 2
    ? names.join()
    : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`
}
