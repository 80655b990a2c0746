import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/metrics/metrics.ts'
import { readText } from '../../src/runtime/files.ts'

const docs = await readText(new URL('../../docs/operations.md', import.meta.url))
const [beforeAlerts, alerts] = docs.split('### Alerts')
const [log, tables] = beforeAlerts.split('## Metrics')

describe('docs/operations.md', () => {
  test('has a row for each metric, and for no other', async () => {
    const metrics = createMetrics({
      build: { version: '0.1.0', runtime: 'node', runtimeVersion: '26.10.0' },
      isDraining: () => false,
      usage: () => ({ cpuS: 0, residentBytes: 0 }),
      startedAtS: 0,
      recordingsWaiting: () => 0,
    })
    const names = [...(await metrics.text()).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
    const rows = [...tables.matchAll(/^\| (`(?:tandem|process)_.*?) \|/gm)].map(([, cell]) => cell)
    const documented = rows.flatMap((cell) => cell.match(/[a-z_]+/g) ?? [])
    expect(documented.toSorted()).toEqual(names.toSorted())

    const asked = alerts.match(/\b(?:tandem|process)_[a-z_]+/g) ?? []
    const series = names.flatMap((name) => [name, `${name}_bucket`])
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((name) => !series.includes(name))).toEqual([])
  })

  test('explains each line that is logged at `info` or above, and no other', async () => {
    const documented = new Set(
      [...log.matchAll(/^\| (`[a-z]+\.[a-z-]+`.*?) \|/gm)].flatMap(([, cell]) =>
        cell.match(/[a-z]+\.[a-z-]+/g) ?? []
      ),
    )
    expect([...documented].toSorted()).toEqual([...await loggedNames()].toSorted())
  })
})

/** What the sources hand to the log, and what the feed of a call becomes in it. */
const loggedNames = async (): Promise<ReadonlySet<string>> => {
  const names = new Set<string>()
  for (const file of await readdir('src', { recursive: true })) {
    if (!file.endsWith('.ts')) continue
    const source = await readText(`src/${file}`)
    for (const [, name] of source.matchAll(/\blog\.(?:info|warn|error)\('([^']+)'/g)) {
      names.add(name)
    }
    // Whoever hands lines on says by itself that some are missing.
    for (const [, name] of source.matchAll(/\bmessage: '(log\.[^']+)'/g)) names.add(name)
  }
  const [, reports] = (await readText('src/call/effects.ts')).split('export type CallReport')
  for (const [, type] of reports.matchAll(/\btype: '([^']+)'/g)) names.add(`call.${type}`)
  for (const detail of ['caller-speaking', 'agent-heard', 'transcribed', 'line', 'key-pressed']) {
    expect(names.delete(`call.${detail}`)).toBe(true)
  }
  return names
}
