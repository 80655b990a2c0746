/** What it takes to index ten megabytes of text and to search them, on each runtime. */
import type { SearchFigures } from './knowledge/search.ts'
import { run, runtimeNames, RUNTIMES } from './runtimes.ts'
import type { Table } from './table.ts'

/** Measures `knowledge/search.ts` on each runtime, one after the other. */
export const knowledge = async (): Promise<Table> => {
  const rows: (readonly (string | number)[])[] = []
  for (const name of runtimeNames) {
    const output = await run([...RUNTIMES[name], 'bench/knowledge/search.ts'])
    const figures: SearchFigures = JSON.parse(output)
    const { searchMs, searchCpuMs } = figures
    const at = (share: number, of: readonly number[]) => of[Math.floor(share * (of.length - 1))]
    rows.push([
      name,
      at(0.5, searchMs),
      at(0.99, searchMs),
      at(0.5, searchCpuMs),
      at(0.99, searchCpuMs),
      figures.indexMs / 1000,
      figures.indexCpuMs / 1000,
      figures.lateMs,
      figures.residentMb,
      `${figures.passages}`,
    ])
  }
  return {
    title: 'Knowledge of 10 MB: a search in ms, and indexing it beside calls',
    columns: [
      '',
      'p50',
      'p99',
      'CPU p50',
      'CPU p99',
      'index s',
      'CPU s',
      'others late ms',
      'MB',
      'passages',
    ],
    rows,
  }
}
