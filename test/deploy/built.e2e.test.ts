/** What `npm run build` and `npm run bundle` make has to run where nothing else of the repository is. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseOf } from '../support/engine.ts'
import { endWithTest } from '../support/started.ts'

const run = promisify(execFile)
const config = resolve('config')

type Command = readonly [string, ...string[]]

const LAZY = '--unstable-lazy-dynamic-imports'

const WAYS: readonly (readonly [what: string, command: (folder: string) => Command])[] = [
  ['the compiled program', (folder) => [join(folder, 'tandem')]],
  ['the bundle on Node', (folder) => ['node', '--enable-source-maps', join(folder, 'all/main.js')]],
  [
    'the bundle on Deno',
    (folder) => ['deno', 'run', LAZY, '-A', join(folder, 'all/main.js')],
  ],
]

describe.each(WAYS)('%s', (what, commandIn) => {
  let folder = ''
  let empty = ''
  let command: Command = ['']

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tandem-'))
    command = commandIn(folder)
    empty = join(folder, 'empty')
    await mkdir(empty)
    const { scripts: { build, bundle } } = JSON.parse(await readFile('package.json', 'utf8'))
    const script = what === 'the compiled program'
      ? build.replaceAll('dist/tandem', join(folder, 'tandem'))
      : bundle.replaceAll('dist/bundle', join(folder, 'all'))
    await run('sh', ['-c', script])
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('checks a configuration', async () => {
    const [program, ...flags] = command
    const { stdout } = await run(program, [...flags, 'check', config], { cwd: empty })
    expect(stdout).toContain('+15005550006  Bright Smile Dental')
    expect(stdout).toMatch(/\nok\n$/)
  })

  it('serves with the built-in model and all else that has a file of its own, and stops', async () => {
    const { PATH = '', HOME = '' } = process.env
    const database = await databaseOf(join(empty, 'data'))
    const env = { PATH, HOME, HOST: '127.0.0.1', PORT: '0', TANDEM_CONFIG: config, ...database }
    const [program, ...flags] = command
    const child = spawn(program, [...flags, 'serve'], {
      cwd: empty,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    endWithTest(() => child.kill('SIGKILL'))
    const exited = new Promise((done) => child.on('exit', (code) => done(code)))
    let complaints = ''
    child.stderr.setEncoding('utf8').on('data', (text) => complaints += text)
    const firstLine = await new Promise<string>((listening, reject) => {
      createInterface({ input: child.stdout }).once('line', listening)
      exited.then(() => reject(new Error(complaints)))
    })
    try {
      const { url, ...line } = JSON.parse(firstLine)
      expect(line).toMatchObject({ event: 'listening', model: 'built-in' })
      const response = await fetch(`${url}/healthz`)
      expect([response.status, await response.text()]).toEqual([200, 'ok'])
    } finally {
      child.kill('SIGTERM')
    }
    expect(await exited).toBe(0)
    // Among the rest, that a thread of the store could not be found.
    expect(complaints).not.toContain('"level":"ERROR"')
  })
})
