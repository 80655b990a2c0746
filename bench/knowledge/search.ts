/**
 * Indexes ten megabytes of made-up text and searches it, on the runtime it is run on; prints what that took as JSON.
 *
 * Words are as rare as in real texts (the n-th most frequent is used 1/n as often), 50,000 of them, from a seed. Questions have
 * five to twelve words drawn in the same way, one of which is misspelt: what a model asks with when it heard a name.
 */
import { setTimeout as wait } from 'node:timers/promises'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { createSearchIndex } from '../../src/knowledge/search-index.ts'

/** What was measured, in ms and MB. */
export type SearchFigures = Readonly<{
  passages: number
  indexMs: number
  indexCpuMs: number
  /** The longest that others waited while it was indexed. */
  lateMs: number
  residentMb: number
  /** Of all searches, sorted: how long they took, and what of that this process was at work, which others on a machine do not add to. */
  searchMs: readonly number[]
  searchCpuMs: readonly number[]
}>

const { values } = parseArgs({
  options: {
    characters: { type: 'string', default: '10000000' },
    searches: { type: 'string', default: '300' },
  },
})
const TEXT_CHARACTERS = Number(values.characters)
const SEARCHES = Number(values.searches)
const WORDS = 50_000

const main = async (): Promise<void> => {
  const random = createRandom()
  const words = Array.from({ length: WORDS }, (_, rank) => wordOf(random, rank))
  const anyWord = () => words[Math.floor(WORDS ** random()) - 1]
  const sentence = (many: number) => Array.from({ length: many }, anyWord).join(' ')
  const text = textOf(sentence, random)
  const questions = Array.from(
    { length: SEARCHES },
    () => `${sentence(5 + Math.floor(random() * 7))} ${misspelt(anyWord())}`,
  )

  const before = process.memoryUsage().rss
  const index = createSearchIndex()
  const lateness = watchLateness()
  const indexing = await measured(() => index.put({ key: 'text', source: 'text.md', text }))
  const lateMs = lateness.stop()
  const residentMb = (process.memoryUsage().rss - before) / 1e6

  const searches: Measured[] = []
  for (const question of questions) {
    searches.push(await measured(() => void index.search(question, 5)))
    await wait(0)
  }
  const figures: SearchFigures = {
    passages: index.size(),
    indexMs: indexing.wallMs,
    indexCpuMs: indexing.cpuMs,
    lateMs,
    residentMb,
    searchMs: sorted(searches.map(({ wallMs }) => wallMs)),
    searchCpuMs: sorted(searches.map(({ cpuMs }) => cpuMs)),
  }
  console.log(JSON.stringify(figures))
}

type Measured = Readonly<{ wallMs: number; cpuMs: number }>

const sorted = (values: readonly number[]) => [...values].sort((one, other) => one - other)

const measured = async (work: () => Promise<void> | void): Promise<Measured> => {
  const startMs = performance.now()
  const cpu = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1000 }
}

/** How late a timer of 5 ms is at worst, as a frame of a call would be. */
const watchLateness = () => {
  let lastMs = performance.now()
  let worstMs = 0
  const timer = setInterval(() => {
    const nowMs = performance.now()
    worstMs = Math.max(worstMs, nowMs - lastMs - 5)
    lastMs = nowMs
  }, 5)
  return {
    stop: () => {
      clearInterval(timer)
      return worstMs
    },
  }
}

const textOf = (sentence: (many: number) => string, random: () => number): string => {
  const paragraphs: string[] = []
  let length = 0
  while (length < TEXT_CHARACTERS) {
    const heading = random() < 0.2 ? `## ${sentence(3)}\n\n` : ''
    const paragraph = `${heading}${sentence(40 + Math.floor(random() * 80))}.`
    paragraphs.push(paragraph)
    length += paragraph.length + 2
  }
  return paragraphs.join('\n\n')
}

const SYLLABLES =
  'a al an be bra co dex di el en er fen fi gro ing ip kul la le mar men mu ne ol on ou pa prac qua re ri sa sen ste stro ta ter tion tu un ve wes yst za'
    .split(' ')

/** Frequent words are short. */
const wordOf = (random: () => number, rank: number): string => {
  const syllables = 1 + Math.min(4, Math.floor(Math.log10(rank + 10)))
  const syllable = () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]
  return Array.from({ length: syllables }, syllable).join('')
}

const misspelt = (word: string): string => `${word.slice(0, -2)}x${word.slice(-1)}`

const createRandom = () => {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 1) / 2 ** 32
  }
}

await main()
