/**
 * What a whole call costs: Tandem beside a bare relay, the same through Hono, and the usual way, on each runtime.
 *
 * One server is measured at a time, by the same load. Within a round all of them follow one another, so that a neighbour's work on
 * a shared machine meets them alike; what counts is their ratio within a round, and the median over the rounds.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Trial } from './bridge/load.ts'
import { ROUND_MS } from './bridge/model.ts'
import { isOffered, NUMBERS, type Way } from './bridge/ways.ts'
import { run, type RuntimeName, runtimeNames, RUNTIMES } from './runtimes.ts'
import { type Cell, type Spread, spreadOf, type Table } from './table.ts'

export type BridgeOptions = Readonly<{
  /** How many at once, one after the other. */
  calls: readonly number[]
  rounds: number
  ways: readonly Way[]
  runtimes?: readonly RuntimeName[]
  warmUpMs: number
  measureMs: number
}>

/** Measures every way on every runtime with each number of calls, and tells of each trial by `progress`. */
export const bridge = async (
  options: BridgeOptions,
  progress: (line: string) => void,
): Promise<readonly Table[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-bench-'))
  try {
    await writeConfig(folder)
    const tables: Table[] = []
    for (const calls of options.calls) {
      tables.push(tableOf(calls, options, await playRounds(calls, options, folder, progress)))
    }
    return tables
  } finally {
    await rm(folder, { recursive: true })
  }
}

type Result = Readonly<{ way: Way; runtime: RuntimeName; trials: readonly Trial[] }>

const playRounds = async (
  calls: number,
  { rounds, ways, runtimes = runtimeNames, warmUpMs, measureMs }: BridgeOptions,
  folder: string,
  progress: (line: string) => void,
): Promise<readonly Result[]> => {
  const results = runtimes.flatMap((runtime) =>
    ways.filter((way) => isOffered(way, runtime))
      .map((way) => ({ way, runtime, trials: new Array<Trial>() }))
  )
  for (let number = 1; number <= rounds; number++) {
    // Nobody always comes first.
    for (const { way, runtime, trials } of number % 2 === 0 ? results.toReversed() : results) {
      const wholeMs = calls < FEW ? Math.max(measureMs, ROUND_MS) : measureMs
      const trial = await play(['--way', way, '--runtime', runtime, '--calls', `${calls}`], {
        folder,
        times: ['--warmUpMs', `${warmUpMs}`, '--measureMs', `${wholeMs}`],
      })
      trials.push(trial)
      progress(`round ${number}, ${calls} calls: ${runtime} ${way} ${trial.cpuMs.toFixed(2)} ms`)
    }
  }
  return results
}

/** Many calls are at every point of their conversation at once; few are measured for the whole of it. */
const FEW = 10

/** Each trial has a data folder of its own: nobody takes up the calls of another. */
const play = async (
  what: readonly string[],
  { folder, times }: Readonly<{ folder: string; times: readonly string[] }>,
): Promise<Trial> => {
  const data = await mkdtemp(join(folder, 'data-'))
  const folders = ['--config', join(folder, 'config'), '--data', data]
  return JSON.parse(await run([...RUNTIMES.bun, LOAD, ...what, ...times, ...folders]))
}

const LOAD = 'bench/bridge/load.ts'

const writeConfig = async (folder: string): Promise<void> => {
  await mkdir(join(folder, 'config', 'customers'), { recursive: true })
  const write = (name: string, ...lines: string[]) =>
    writeFile(join(folder, 'config', name), `${lines.join('\n')}\n`)
  const customer = (name: keyof typeof NUMBERS, agent: string, ...more: string[]) =>
    write(
      `customers/${name}.yaml`,
      `customer: Bench ${name}`,
      `numbers: ["${NUMBERS[name]}"]`,
      `agent: { instructions: Be kind., ${agent} }`,
      ...more,
    )
  await write('tandem.yaml', 'capacity: 1000')
  await customer('pcm', 'audio: pcm')
  await customer('pcmu', 'audio: pcmu')
  await customer('pcmu-60', 'audio: pcmu, frameMs: 60')
  await customer('pcmu-recorded', 'audio: pcmu', 'recording: {}')
}

const tableOf = (
  calls: number,
  { rounds }: BridgeOptions,
  results: readonly Result[],
): Table => ({
  title: `calls: ${calls}, rounds: ${rounds}; median (lowest-highest)`,
  columns: [
    'runtime',
    'way',
    'CPU ms per call-second',
    '/ splice',
    '/ usual on Node',
    'calls per core',
    'to model ms p50 / p99 / max',
    'to caller ms p50 / p99 / max',
    'KB per call',
    'lost ms',
    'load',
  ],
  rows: results.map((result) => rowOf(result, results)),
})

const rowOf = (result: Result, results: readonly Result[]): readonly Cell[] => {
  const { runtime, way, trials } = result
  const cpu = spreadOf(trials.map(({ cpuMs }) => cpuMs))
  const usual = way === 'pcm' || way === 'usual-pcm' ? 'usual-pcm' : 'usual-pcmu'
  return [
    runtime,
    way,
    cpu,
    ratio(result, find(results, 'splice', runtime)),
    ratio(find(results, usual, 'node'), result),
    Math.round(1000 / cpu.median),
    latencies(trials.map(({ toModel }) => toModel)),
    latencies(trials.map(({ toCaller }) => toCaller)),
    Math.round(middle(trials.map(({ residentKb }) => residentKb))),
    trials.reduce((sum, { lostMs }) => sum + lostMs, 0).toFixed(0),
    loadOf(trials),
  ]
}

const find = (results: readonly Result[], way: Way, runtime: RuntimeName) =>
  results.find((each) => each.way === way && each.runtime === runtime)

/** How many times as much CPU one took as the other, round by round. */
const ratio = (one: Result | undefined, other: Result | undefined): Spread | '' =>
  one && other ? spreadOf(one.trials.map(({ cpuMs }, at) => cpuMs / other.trials[at].cpuMs)) : ''

const latencies = (trials: readonly Trial['toModel'][]): string => {
  const each = trials.filter((trial) => trial !== undefined)
  if (each.length === 0) return '-'
  return [each.map(({ p50 }) => p50), each.map(({ p99 }) => p99), each.map(({ max }) => max)]
    .map((values) => middle(values).toFixed(1)).join(' / ')
}

/** Cores that the load took, and a mark where it was too late to be trusted. */
const loadOf = (trials: readonly Trial[]): string => {
  const isLate = trials.some(({ pace }) => pace < 0.97)
  return middle(trials.map(({ loadCores }) => loadCores)).toFixed(2) + (isLate ? ' late' : '')
}

const middle = (values: readonly number[]): number => spreadOf(values).median
