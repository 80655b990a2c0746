import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { parseScenario } from '../../../src/cli/simulate/parse-scenario.ts'
import { scenarioFiles } from '../../../src/cli/simulate/scenario-files.ts'
import { createFolder } from '../program-fixture.ts'

const { folder, remove } = await createFolder({
  'prices.md': 'A cleaning is sixty euros.',
  'config/tandem.yaml': 'capacity: 7\nnetwork: { allowPrivate: ["10.0.0.0/8"] }\n',
  'config/customers/bright-smile.yaml':
    'customer: Bright Smile\nnumbers: ["+15005550006"]\nagent: { instructions: Be kind. }\n',
})
afterAll(remove)

/** The configuration that the service of a scenario reads. */
const configOf = async (text: string) => {
  const path = join(folder, 'hello.yaml')
  const parsed = parseScenario({ path, text: `description: A call.\nexpect: {}\n${text}` })
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  const made = scenarioFiles(
    parsed.scenario,
    join(folder, 'config'),
    (text) => text.replaceAll('{{http}}', 'http://127.0.0.1:1234'),
  )
  return { ...await loadConfig(made.files, made.configFolder, () => true), ...made }
}

const CUSTOMER = [
  'customer:',
  '  customer: Casa do Mar',
  '  numbers: ["+15005550009"]',
  '  agent: { instructions: Be brief. }',
  '',
].join('\n')

const loaded = async (text: string) => {
  const found = await configOf(text)
  if ('problems' in found) throw new Error(JSON.stringify(found.problems))
  return found.config
}

describe('a scenario without a customer', () => {
  test('has the agents and the service of the configuration', async () => {
    const { customers, service } = await loaded('')
    expect(customers.map(({ name }) => name)).toEqual(['Bright Smile'])
    expect(service).toMatchObject({ capacity: 7, network: { allowPrivate: ['10.0.0.0/8'] } })
  })

  test('lets tools reach its own server, besides what the configuration allows', async () => {
    const { service } = await loaded('http: [{ path: / }]\n')
    expect(service).toMatchObject({
      capacity: 7,
      network: { allowPrivate: ['10.0.0.0/8', '127.0.0.1/32'] },
    })
  })
})

describe('a scenario with a customer', () => {
  test('has that one alone, and no service file but its own', async () => {
    const { customers, service } = await loaded(CUSTOMER)
    expect(customers.map(({ name, id }) => [id, name])).toEqual([['hello', 'Casa do Mar']])
    expect(service).toMatchObject({ capacity: 200, network: { allowPrivate: [] } })
    expect((await loaded(`${CUSTOMER}service:\n  capacity: 1\n`)).service.capacity).toBe(1)
  })

  test('reads what lies beside it', async () => {
    const { customers } = await loaded(`${CUSTOMER}  knowledge: [{ file: prices.md }]\n`)
    expect(JSON.stringify(customers[0].knowledge)).toContain('sixty euros')
  })

  test('learns where its server is', async () => {
    const { customers } = await loaded(
      `${CUSTOMER.replace('Casa do Mar', '"{{http}}"')}http: [{ path: / }]\n`,
    )
    expect(customers[0].name).toBe('http://127.0.0.1:1234')
  })

  test('has its mistakes where they stand in the scenario', async () => {
    const found = await configOf(CUSTOMER.replace('agent:', 'agnet:'))
    if (!('problems' in found)) throw new Error('it was taken')
    const { file, line, column } = found.problems[found.problems.length - 1]
    expect([found.isInner(file), line, column]).toEqual(['customer', 6, 1])
  })
})
