/** The dearest bench in little: a relay and a service that records, each as a process, under a load that is one, too. */
import { expect, test } from 'vitest'
import { bridge } from '../../bench/bridge.ts'

test('the bench of whole calls puts ten of them through a relay and through a service that records', async () => {
  const [table] = await bridge({
    calls: [10],
    rounds: 1,
    ways: ['splice', 'pcmu-recorded'],
    runtimes: ['bun'],
    warmUpMs: 100,
    measureMs: 200,
  }, () => {})
  expect(table.rows.map(([runtime, way]) => `${runtime} ${way}`))
    .toEqual(['bun splice', 'bun pcmu-recorded'])
})
