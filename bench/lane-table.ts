/** What a call costs between the sockets, from `lane.ts` on each runtime, side by side. */
import { numbersIn } from './audio-table.ts'
import { run, runtimeNames, RUNTIMES } from './runtimes.ts'
import type { Table } from './table.ts'

/** Runs `lane.ts` on each runtime, one after the other. */
export const lane = async (): Promise<Table> => {
  const results: Record<string, number>[] = []
  for (const name of runtimeNames) {
    results.push(numbersIn(await run([...RUNTIMES[name], 'bench/lane.ts'])))
  }
  return {
    title: 'CPU us between the sockets per second of one call of 200, best of its rounds',
    columns: ['', ...runtimeNames],
    rows: Object.keys(results[0]).map((row) => [row, ...results.map((result) => result[row])]),
  }
}
