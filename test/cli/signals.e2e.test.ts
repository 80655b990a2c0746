/** What a process of the service does when it is told something from outside, and that nothing but the end of it ends its calls. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseOf } from '../support/engine.ts'
import { RUNTIME_NAMES, type RuntimeName, RUNTIMES, until } from '../support/servers.ts'
import { endWithTest } from '../support/started.ts'
import { createFolder } from './program-fixture.ts'

const CUSTOMER = `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent: { instructions: You answer the phone. }
`

type Running = Readonly<{
  child: ChildProcess
  url: string
  /** The names of what it has logged so far. */
  logged: () => readonly string[]
  log: () => string
  exited: Promise<number | null>
}>

describe.each(RUNTIME_NAMES)('serve on %s', (name) => {
  let folder: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    const made = await createFolder({ 'config/customers/bright-smile.yaml': CUSTOMER })
    folder = made.folder
    remove = made.remove
  })
  afterEach(() => remove())

  const start = (program = 'src/main.ts') => startProgram(name, program, folder)

  test('stops in order where one Ctrl-C comes twice, as through npm', async () => {
    const { child, exited, logged } = await start()
    child.kill('SIGINT')
    child.kill('SIGTERM')
    child.kill('SIGINT')
    expect(await exited).toBe(0)
    expect(logged()).toEqual(['service.draining', 'service.stopped'])
  })

  test('goes on after SIGHUP, which has it read its configuration again', async () => {
    const { child, url, exited, logged } = await start()
    child.kill('SIGHUP')
    await until('it has read it', () => logged().includes('config.read-again'))
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })

  test('goes on after SIGXFSZ, which comes with a write past the limit on the size of files', async () => {
    const { child, exited, logged } = await start()
    child.kill('SIGXFSZ')
    child.kill('SIGHUP')
    await until('it has done what came next', () => logged().includes('config.read-again'))
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })

  test('tells of a mistake that nobody has caught, and goes on', async () => {
    const { child, url, exited, logged, log } = await start('test/cli/faulty-program.ts')
    child.kill('SIGUSR2')
    await until('both are told', () => logged().length === 2)
    expect(logged()).toEqual(['service.fault', 'service.fault'])
    expect(log()).toContain('thrown by mistake')
    expect(log()).toContain('rejected by mistake')
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})

const startProgram = async (
  name: RuntimeName,
  program: string,
  folder: string,
): Promise<Running> => {
  const [command, ...flags] = RUNTIMES[name]
  const child = spawn(command, [...flags, program, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      OPENAI_API_KEY: 'sk-test',
      TANDEM_CONFIG: `${folder}/config`,
      TANDEM_DATA: `${folder}/data`,
      ...await databaseOf(`${folder}/data`),
    },
  })
  endWithTest(() => child.kill('SIGKILL'))
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text) => log += text)
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  // The last may not be whole yet.
  const lines = () => log.split('\n').slice(0, -1)
  return {
    child,
    url: JSON.parse(line).url,
    exited,
    log: () => log,
    logged: () => lines().map((each) => JSON.parse(each).message),
  }
}
