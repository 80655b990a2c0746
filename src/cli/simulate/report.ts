/** How the scenarios went, for a person: a table first, then what failed, each with its place in its file. */
import { pathText } from '../../config/problem.ts'
import { formatMs } from '../format.ts'
import type { Failure } from './failure.ts'
import type { StoryLine } from './story.ts'

/** A scenario that was played. */
export type ScenarioResult = Readonly<{
  name: string
  file: string
  description: string
  callMs: number
  failures: readonly (Failure & Readonly<{ line: number }>)[]
  transcript: readonly StoryLine[]
  /** Why it was not played. */
  skipped?: string
}>

/** The table, and below it all that failed. */
export const describeResults = (
  results: readonly ScenarioResult[],
  tookMs: number,
  isColoured: boolean,
): readonly string[] => {
  const paint = isColoured ? coloured : plain
  const width = Math.max(...results.map(({ name }) => name.length))
  const failed = results.filter(({ failures }) => failures.length > 0)
  return [
    ...results.map((result) => row(result, width, paint)),
    '',
    sum(countsOf(results), tookMs, paint),
    ...failed.flatMap((result) => ['', ...details(result, paint)]),
  ]
}

/** The same for a program: one JSON object. */
export const resultsAsJson = (results: readonly ScenarioResult[], tookMs: number): string => {
  const scenarios = results.map(({ failures, ...result }) => ({
    ...result,
    ok: failures.length === 0 && result.skipped === undefined,
    failures: failures.map(({ path, line, expected, got }) => ({
      key: pathText(path),
      line,
      expected,
      got,
    })),
  }))
  return JSON.stringify({ ...countsOf(results), tookMs: Math.round(tookMs), scenarios })
}

type Counts = Readonly<{ passed: number; failed: number; skipped: number }>

const countsOf = (results: readonly ScenarioResult[]): Counts => {
  const skipped = results.filter((result) => result.skipped !== undefined).length
  const failed = results.filter(({ failures }) => failures.length > 0).length
  return { passed: results.length - failed - skipped, failed, skipped }
}

type Paint = (text: string, colour: 'red' | 'green' | 'dim') => string

const plain: Paint = (text) => text

const CODES = { red: 31, green: 32, dim: 2 }

const coloured: Paint = (text, colour) => `\x1b[${CODES[colour]}m${text}\x1b[0m`

const row = (result: ScenarioResult, width: number, paint: Paint): string => {
  const { callMs, failures: [first], skipped } = result
  const name = result.name.padEnd(width)
  const time = formatMs(callMs).padStart(8)
  if (skipped !== undefined) return `  ${paint('skipped', 'dim')}  ${name}            ${skipped}`
  if (!first) return `  ${paint('ok', 'green')}       ${name}  ${time}`
  return `  ${paint('FAILED', 'red')}   ${name}  ${time}  ${short(first)}`
}

const short = ({ path, expected, got }: Failure): string =>
  `${pathText(path.filter((step) => step !== 'expect'))}: expected ${expected}, got ${got}`

const sum = ({ passed, failed, skipped }: Counts, tookMs: number, paint: Paint): string => {
  const counts = [
    paint(`${passed} passed`, 'green'),
    ...(failed > 0 ? [paint(`${failed} failed`, 'red')] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  return `${counts.join(', ')} in ${formatMs(tookMs)}`
}

const details = (result: ScenarioResult, paint: Paint): readonly string[] => [
  `${result.name}: ${result.description}`,
  ...result.failures.flatMap(({ path, line, expected, got, around = [] }) => [
    `  ${result.file}:${line}  ${pathText(path)}`,
    `    expected  ${expected}`,
    `    got       ${paint(got, 'red')}`,
    ...around.map((each) => paint(`    ${each}`, 'dim')),
  ]),
]
