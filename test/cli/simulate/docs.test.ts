import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { scenarioSchema } from '../../../src/cli/simulate/scenario-schema.ts'
import { createFolder, createProgram } from '../program-fixture.ts'

const docs = await readFile('docs/scenarios.md', 'utf8')
const examples = [...docs.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text)
const made = await createFolder(
  Object.fromEntries(examples.map((text, at) => [`example-${at}.yaml`, text])),
)
afterAll(made.remove)

describe('docs/scenarios.md', () => {
  test('has an example, and it comes true', async () => {
    expect(examples).toHaveLength(1)
    const { run, out, err } = createProgram()
    const code = await run('simulate', join(made.folder, 'example-0.yaml'))
    expect(err).toEqual([])
    expect(out.join('\n')).toContain('1 passed')
    expect(code).toBe(0)
  })

  test('has a row for each key, and for no other', () => {
    const schema = z.toJSONSchema(scenarioSchema, { io: 'input' })
    const keysOf = (...path: readonly string[]): readonly string[] => {
      let node: unknown = schema
      for (const step of path) node = child(node, step)
      return Object.keys(Object(child(node, 'properties')))
    }
    const keys = [
      ...keysOf(),
      ...keysOf('properties', 'caller', 'items'),
      ...keysOf('properties', 'http', 'items'),
      ...keysOf('properties', 'phones', 'additionalProperties', 'anyOf', '1'),
      ...keysOf('properties', 'expect'),
    ]
    expect(keys.length).toBeGreaterThan(40)
    const rows = [...docs.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key)
    expect(rows.toSorted()).toEqual(keys.toSorted())
  })
})

const child = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined
