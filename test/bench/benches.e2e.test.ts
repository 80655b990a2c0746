/** Those benches that are processes of their own, in little, on the runtime that starts fastest. */
import { expect, test } from 'vitest'
import { numbersIn } from '../../bench/audio-table.ts'
import { bridge } from '../../bench/bridge.ts'
import { run, RUNTIMES } from '../../bench/runtimes.ts'

const played = (script: string, ...flags: string[]) =>
  run([...RUNTIMES.bun, `bench/${script}`, ...flags])

test('the bench of the audio measures both ways', async () => {
  const rows = numbersIn(await played('audio.ts', '--rounds', '1'))
  expect(Object.keys(rows).length).toBeGreaterThan(5)
  expect(Object.values(rows).every((us) => us >= 0)).toBe(true)
})

test('the bench of the lanes tells of each way', async () => {
  const flags = ['--calls', '2', '--seconds', '1', '--rounds', '1', '--cold', '1']
  const rows = numbersIn(await played('lane.ts', '--ways', 'pcmu,pcmu-recorded', ...flags))
  expect(Object.keys(rows))
    .toEqual(['pcmu', 'pcmu: messages', 'pcmu-recorded', 'pcmu-recorded: messages'])
})

test('the bench of knowledge searches what it has indexed', async () => {
  const flags = ['--characters', '50000', '--searches', '3']
  const { passages, searchMs } = JSON.parse(await played('knowledge/search.ts', ...flags))
  expect(passages).toBeGreaterThan(10)
  expect(searchMs).toHaveLength(3)
})

test('what is no bench compares messages', async () => {
  expect(await played('fuzz.ts', '--messages', '20')).toContain('20 messages, both ways the same')
})

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
