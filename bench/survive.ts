/** How long a caller hears nothing when something breaks, on each runtime. */
import type { RuntimeName } from './runtimes.ts'
import { drainedToNobody, drainedToTheNext, type DrainOptions } from './survive/drains.ts'
import {
  modelLostUnderTheAgent,
  modelLostUnderTheCaller,
  processKilled,
  rollover,
} from './survive/losses.ts'
import { CONNECT_MS, FIRST_AUDIO_MS, type Gap, onStage, type Stage } from './survive/stage.ts'
import type { Cell, Table } from './table.ts'

export type SurviveOptions = Readonly<{
  runtimes: readonly RuntimeName[]
  /** How many calls are on at once. */
  calls: number
}>

const played = (loss: (stage: Stage) => Promise<readonly Gap[]>) => (options: DrainOptions) =>
  onStage(options, loss)

const LOSSES: Readonly<Record<string, (options: DrainOptions) => Promise<readonly Gap[]>>> = {
  'model lost, agent speaks': played(modelLostUnderTheAgent),
  'model lost, caller speaks or waits': played(modelLostUnderTheCaller),
  'rollover': played(rollover),
  'process killed': played(processKilled),
  'told to stop, the next is up': drainedToTheNext,
  'told to stop, then the next': drainedToNobody,
}

/** Calls are handed over at the first quiet moment, and the process waits for none of them. */
const DRAIN = { DRAIN_SOFT_SECONDS: '0', DRAIN_HARD_SECONDS: '20' }

/** Measures every loss on every runtime, one after the other, and tells of each by `progress`. */
export const survive = async (
  { runtimes, calls }: SurviveOptions,
  progress: (line: string) => void,
): Promise<Table> => {
  const rows: (readonly Cell[])[] = []
  for (const runtime of runtimes) {
    for (const [name, loss] of Object.entries(LOSSES)) {
      const gaps = await loss({ runtime, calls, variables: DRAIN })
      const row = [name, runtime, gaps.length, ...cellsOf(gaps)]
      rows.push(row)
      progress(row.map((cell) => typeof cell === 'number' ? Math.round(cell) : cell).join('  '))
    }
  }
  return {
    title:
      `ms without a sound, ${calls} calls at once; "above" is what is left of it without the ` +
      `${CONNECT_MS} ms that the model takes to connect, and ${FIRST_AUDIO_MS} ms to begin`,
    columns: ['loss', 'runtime', 'times', 'p50', 'p99', 'above p50', 'above p99'],
    rows,
  }
}

const cellsOf = (gaps: readonly Gap[]): readonly number[] => [
  percentile(gaps.map(({ heardMs }) => heardMs), 0.5),
  percentile(gaps.map(({ heardMs }) => heardMs), 0.99),
  percentile(gaps.map(({ aboveMs }) => aboveMs), 0.5),
  percentile(gaps.map(({ aboveMs }) => aboveMs), 0.99),
]

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(values.length * share) - 1]
