/** How the scenarios went, for a person: a table first, then what failed, each with its place in its file. */
import { formatMs } from '../format.ts'
import type { Failure } from './expect.ts'
import { pathText } from '../../config/problem.ts'
import type { StoryLine } from './story.ts'

/** A scenario that was played. */
export type ScenarioResult = Readonly<{
  name: string
  file: string
  description: string
  callMs: number
  failures: readonly (Failure & Readonly<{ line: number }>)[]
  transcript: readonly StoryLine[]
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
    sum(results.length - failed.length, failed.length, tookMs, paint),
    ...failed.flatMap((result) => ['', ...details(result, paint)]),
  ]
}

/** The same for a program: one JSON object. */
export const resultsAsJson = (results: readonly ScenarioResult[], tookMs: number): string => {
  const failed = results.filter(({ failures }) => failures.length > 0).length
  const scenarios = results.map(({ failures, ...result }) => ({
    ...result,
    ok: failures.length === 0,
    failures: failures.map(({ path, line, expected, got }) => ({
      key: pathText(path),
      line,
      expected,
      got,
    })),
  }))
  const took = Math.round(tookMs)
  return JSON.stringify({ passed: results.length - failed, failed, tookMs: took, scenarios })
}

type Paint = (text: string, colour: 'red' | 'green' | 'dim') => string

const plain: Paint = (text) => text

const CODES = { red: 31, green: 32, dim: 2 }

const coloured: Paint = (text, colour) => `\x1b[${CODES[colour]}m${text}\x1b[0m`

const row = ({ name, callMs, failures }: ScenarioResult, width: number, paint: Paint): string => {
  const [first] = failures
  const time = formatMs(callMs).padStart(8)
  if (!first) return `  ${paint('ok', 'green')}      ${name.padEnd(width)}  ${time}`
  return `  ${paint('FAILED', 'red')}  ${name.padEnd(width)}  ${time}  ${short(first)}`
}

const short = ({ path, expected, got }: Failure): string =>
  `${pathText(path.filter((step) => step !== 'expect'))}: expected ${expected}, got ${got}`

const sum = (passed: number, failed: number, tookMs: number, paint: Paint): string => {
  const counts = failed === 0
    ? paint(`${passed} passed`, 'green')
    : `${passed} passed, ${paint(`${failed} failed`, 'red')}`
  return `${counts} in ${formatMs(tookMs)}`
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
