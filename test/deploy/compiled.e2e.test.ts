/** The program of `npm run build` is one file: it has to run where nothing else of the repository is. */
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)

describe('the compiled program', () => {
  let folder = ''
  let program = ''
  let empty = ''
  const config = resolve('config')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tandem-'))
    program = join(folder, 'tandem')
    empty = join(folder, 'empty')
    await mkdir(empty)
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'))
    await run('sh', ['-c', scripts.build.replace('dist/tandem', program)])
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('checks a configuration', async () => {
    const { stdout } = await run(program, ['check', config], { cwd: empty })
    expect(stdout).toContain('+15005550006  Bright Smile Dental')
    expect(stdout).toMatch(/\nok\n$/)
  })

  it('serves with the built-in model and all else that has a file of its own, and stops', async () => {
    const { PATH = '' } = process.env
    const env = { PATH, HOST: '127.0.0.1', PORT: '0', TANDEM_CONFIG: config }
    const child = spawn(program, ['serve'], { cwd: empty, env, stdio: ['ignore', 'pipe', 'pipe'] })
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
    // Among the rest, that the thread that settles the store could not be found.
    expect(complaints).not.toContain('"level":"ERROR"')
  })
})
