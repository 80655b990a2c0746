/** The words of a search, the same for both engines: no syntax, no case, no accents; every word must be there. */

/** A text as it is searched: its words in small letters without accents, and nothing else. */
export const searchable = (text: string): string => words(text).join(' ')

/** The words someone typed; whatever else they typed only parts words. Ten at most. */
export const wordsOf = (typed: string): readonly string[] => words(typed).slice(0, 10)

const words = (text: string): readonly string[] =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
