/**
 * Full-text search over passages. What a caller asks comes here as a model puts it, in whole sentences and with names as it heard
 * them: so words count by how rare they are, accents do not count, and a word may be a letter or two off.
 */
import MiniSearch from 'minisearch'
import { type Chunk, chunksOf } from './chunk.ts'
import { createBreathe } from './slices.ts'

/** A passage that was found. */
export type Found = Readonly<{
  /** Where it is from: `prices.pdf`, or the address of a page. */
  source: string
  /** The headings it stood under, or its page. */
  place: readonly string[]
  text: string
}>

/** A text to be searched. */
export type IndexedText = Readonly<{
  /** Tells it from the others; two may have the same source. */
  key: string
  source: string
  text: string
}>

export type SearchIndex = Readonly<{
  /** Takes in a text, in place of the one with the same key. A long one takes a while; others have their turn meanwhile. */
  put: (text: IndexedText, signal?: AbortSignal) => Promise<void>
  /** Finds passages, the best first; none when nothing fits. */
  search: (query: string, most: number) => readonly Found[]
  /** How many passages there are. */
  size: () => number
}>

/** A question is not longer; what comes after is left out. */
const QUERY_CHARACTERS_MAX = 500

/** A passage that scores less than this share of the best one has only words in common. Each word more that fits counts twice over. */
const SHARE_OF_BEST = 0.1

/** Makes an empty index. */
export const createSearchIndex = (): SearchIndex => {
  const counts = new Map<string, number>()
  /** What becomes of a count: a word comes, or goes. */
  let step: 1 | -1 = 1
  const count = (term: string) => {
    const many = (counts.get(term) ?? 0) + step
    if (many > 0) counts.set(term, many)
    else counts.delete(term)
  }
  const index = new MiniSearch<Indexed>({
    fields: ['text', 'place', 'source'],
    tokenize: wordsOf,
    processTerm: (word, field) => {
      const term = plain(word)
      // Without a field it is a word of a question.
      if (term && field !== undefined) count(term)
      return term
    },
  })
  const passages = new Map<number, Found>()
  const byKey = new Map<string, readonly number[]>()
  let nextId = 0

  const add = (source: string, { place, text }: Chunk): number => {
    const id = nextId++
    index.add(indexed(id, { source, place, text }))
    passages.set(id, { source, place, text })
    return id
  }
  // Not by `discard`, which leaves its words behind for a while: they would count as if they were still there.
  const remove = (id: number) => {
    const passage = passages.get(id)
    if (!passage) return
    step = -1
    index.remove(indexed(id, passage))
    step = 1
    passages.delete(id)
  }
  return {
    size: () => passages.size,
    put: async ({ key, source, text }, signal) => {
      const breathe = createBreathe(signal)
      const ids: number[] = []
      for (const chunk of chunksOf(text)) {
        ids.push(add(source, chunk))
        await breathe()
      }
      // The old goes when the new is there, so that a search between the two finds one of them.
      const before = byKey.get(key) ?? []
      byKey.set(key, ids)
      for (const id of before) {
        remove(id)
        await breathe()
      }
    },
    search: (query, most) => {
      const terms = tellingTerms(query, counts, passages.size)
      const results = index.search(terms.join(' '), {
        boost: { place: 2 },
        weights: { prefix: 0.5, fuzzy: 0.3 },
        // A short beginning is the beginning of too much, and a word that is there often needs no other ending.
        prefix: (term) =>
          term.length >= 4 && !isNumeric(term) &&
          (counts.get(term) ?? 0) <= Math.max(OFTEN * passages.size, FEW),
        // A word that is there was not misheard, and to look for its neighbours is most of what a search costs.
        fuzzy: (term) => counts.has(term) || isNumeric(term) ? false : lettersOff(term),
      })
      const best = results[0]?.score ?? 0
      return results.slice(0, most).flatMap(({ id, score }) => {
        const found = score >= SHARE_OF_BEST * best ? passages.get(id) : undefined
        return found ? [found] : []
      })
    },
  }
}

/** A question has no more words that matter, of those that are there and of those that may be misheard. */
const TERMS_MAX = 12
const UNKNOWN_MAX = 6

/** A word that is there more often than once in so many passages says little about any of them. */
const COMMON = 1 / 4

/** The words of a question that tell one passage from another, the rarest first; all are common in a text of one subject. */
const tellingTerms = (
  query: string,
  counts: ReadonlyMap<string, number>,
  passages: number,
): readonly string[] => {
  const words = wordsOf(query.slice(0, QUERY_CHARACTERS_MAX)).map(plain)
  const terms = [...new Set(words.filter((term) => term !== false))]
  const rarity = (term: string) => counts.get(term) ?? 0
  const known = terms.filter((term) => rarity(term) > 0).sort((a, b) => rarity(a) - rarity(b))
  const telling = known.filter((term) => rarity(term) <= Math.max(COMMON * passages, FEW))
  const unknown = terms.filter((term) => rarity(term) === 0)
  return [
    ...(telling.length > 0 ? telling : known).slice(0, TERMS_MAX),
    ...unknown.slice(0, UNKNOWN_MAX),
  ]
}

/** What is found this often, once in so many passages, is found often enough. */
const OFTEN = 1 / 100

/** Below this many times no word is common. */
const FEW = 5

const lettersOff = (term: string): number => term.length < 5 ? 0 : term.length < 9 ? 1 : 2

type Indexed = Readonly<{ id: number; text: string; place: string; source: string }>

const indexed = (id: number, { text, place, source }: Found): Indexed => ({
  id,
  text,
  place: place.join(' '),
  source,
})

/** Digits are exact: 2026 is not nearly 2025. */
const isNumeric = (term: string): boolean => /\d/.test(term)

const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/u

/** Scripts that put no space between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

/** The mark between thousands, which some write and some do not. */
const THOUSANDS = /(?<=\d)[.,'’](?=\d{3}(?!\d))/g

const wordsOf = (text: string): string[] => {
  const words = text.replace(THOUSANDS, '').split(BETWEEN_WORDS)
  return UNSPACED.test(text)
    ? words.flatMap((word) => UNSPACED.test(word) ? pairs(word) : [word])
    : words
}

/** A word of an unspaced script as its pairs of letters, which is how it is found without a dictionary. */
const pairs = (word: string): string[] => {
  const letters = [...word]
  return letters.length < 2 ? letters : letters.slice(1).map((letter, at) => letters[at] + letter)
}

/** A word without case and accents; false for nothing. */
const plain = (term: string): string | false =>
  (ASCII.test(term) ? term : term.normalize('NFD').replace(/\p{M}/gu, '')).toLowerCase() || false

// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/
