/** What the audio lane costs, from `audio.ts` on each runtime, side by side. */
import { run, runtimeNames, RUNTIMES } from './runtimes.ts'
import type { Table } from './table.ts'

/** Runs `audio.ts` on each runtime, one after the other. */
export const audio = async (): Promise<Table> => {
  const results: Record<string, number>[] = []
  for (const name of runtimeNames) {
    results.push(numbersIn(await run([...RUNTIMES[name], 'bench/audio.ts'])))
  }
  return {
    title: 'CPU us of the audio lane per frame of 20 ms, best of its rounds',
    columns: ['', ...runtimeNames],
    rows: Object.keys(results[0]).map((row) => [row, ...results.map((result) => result[row])]),
  }
}

/** The lines of such a table: a name, blanks, a number. */
export const numbersIn = (output: string): Record<string, number> =>
  Object.fromEntries(
    output.split('\n').flatMap((line) => {
      const [, name, number] = /^(\S.*\S)\s{2,}(\d+\.\d+)$/.exec(line) ?? []
      return number === undefined ? [] : [[name, Number(number)]]
    }),
  )
