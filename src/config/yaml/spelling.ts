/** "Did you mean": finds the known word that somebody probably meant. */

/** Gives the known word nearest to `word`, or its beginning; undefined when none is near. Case, `_` and `-` do not count. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const limit = word.length < 4 ? 1 : word.length < 9 ? 2 : 3
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    const distance = levenshtein(plain(word), plain(candidate))
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best ??
    known.find((candidate) => word.length > 2 && plain(candidate).startsWith(plain(word)))
}

/** Writes the hint for a misspelt word as a property to spread: empty when no known word is near. */
export const didYouMean = (word: string, known: readonly string[]): { hint?: string } => {
  const meant = nearest(word, known)
  return meant === undefined ? {} : { hint: `did you mean "${meant}"?` }
}

const plain = (word: string): string => word.toLowerCase().replace(/[_\s-]/g, '')

/** Counts the insertions, deletions and substitutions between two words. https://en.wikipedia.org/wiki/Levenshtein_distance */
const levenshtein = (from: string, to: string): number => {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const here = [row]
    for (let column = 1; column <= to.length; column++) {
      const substitution = above[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1)
      here.push(Math.min(above[column] + 1, here[column - 1] + 1, substitution))
    }
    above = here
  }
  return above[to.length]
}
