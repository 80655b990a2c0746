import { expect, test } from 'vitest'
import { parseEnvironment } from '../../src/config/environment.ts'
import { readText } from '../../src/runtime/files.ts'

const docs = await readText(new URL('../../docs/deploy.md', import.meta.url))

test('docs/deploy.md has a row for each variable that the service reads, and for no other', () => {
  const read = new Set<string>()
  const variables: Record<string, string> = {}
  const noting = new Proxy(variables, {
    get: (_, name) => {
      read.add(String(name))
      return undefined
    },
  })
  parseEnvironment(noting)
  // Fly's own; the row of TANDEM_MACHINE speaks of it.
  read.delete('FLY_MACHINE_ID')
  const [, table] = docs.split('## Variables')
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  const documented = rows.flatMap((row) => row.split('|')[1].match(/[A-Z_]+/g) ?? [])
  expect([...documented].sort()).toEqual([...read].sort())
})
