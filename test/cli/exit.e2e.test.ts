/**
 * A program that cannot do what it was asked for must end by itself: whatever it has left open (a watcher, a database, a
 * socket) would keep it, and nobody would ever see its exit code. Only a process of its own can show that.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseOf } from '../support/engine.ts'
import { type RuntimeName, RUNTIMES } from '../support/servers.ts'
import { endWithTest } from '../support/started.ts'
import { createFolder } from './program-fixture.ts'

const CUSTOMER = `customer: Bright Smile Dental
numbers: ["+15005550006"]
agent: { instructions: You answer the phone. }
`

type Variables = Readonly<Record<string, string>>

/** Runs the program to its end; one that has not ended after 8 s is killed and has no code. */
const run = (
  name: RuntimeName,
  typed: readonly string[],
  variables: Variables,
  moreFlags: readonly string[] = [],
) =>
  new Promise<Readonly<{ code: number | null; err: string }>>((resolve) => {
    const [command, ...flags] = RUNTIMES[name]
    const child = spawn(command, [...flags, ...moreFlags, 'src/main.ts', ...typed], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', ...variables },
    })
    const patience = setTimeout(() => child.kill('SIGKILL'), 8_000)
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text) => err += text)
    child.on('close', (code) => {
      clearTimeout(patience)
      resolve({ code, err })
    })
  })

describe.each(Object.keys(RUNTIMES) as RuntimeName[])('on %s', (name) => {
  let taken: Server
  let port: string
  let folder: string
  let remove: () => Promise<void>
  let environment: Variables

  beforeAll(async () => {
    taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    port = String(typeof address === 'object' ? address?.port : '')
    const made = await createFolder({
      'config/customers/bright-smile.yaml': CUSTOMER,
      'a-file': 'no folder',
    })
    folder = made.folder
    remove = made.remove
    const dataFolder = `${folder}/data`
    environment = {
      TANDEM_CONFIG: `${folder}/config`,
      TANDEM_DATA: dataFolder,
      ...await databaseOf(dataFolder),
    }
  })
  afterAll(async () => {
    taken.close()
    await remove()
  })

  test('serve ends with 1 where the port is taken', async () => {
    const { code, err } = await run(name, ['serve'], { ...environment, PORT: port })
    expect(err).toContain(`cannot start on 127.0.0.1:${port}: `)
    expect(err).toContain('HOST must be an address of this machine, and PORT one where nobody')
    expect(code).toBe(1)
  })

  test.each(['serve', 'call', 'dial --to +15550001111 --line +15005550006'])(
    '%s ends with 1 where the data folder is none, and says which variable names it',
    async (typed) => {
      const variables = { ...environment, PORT: '0', TANDEM_DATA: `${folder}/a-file` }
      const { code, err } = await run(name, typed.split(' '), variables)
      expect(err).toContain(`cannot keep secrets in ${folder}/a-file/secrets.json: `)
      expect(err).toContain('TANDEM_DATA must be a folder to which this user may write')
      expect(err).not.toMatch(/^ +at /m)
      expect(code).toBe(1)
    },
  )

  test('serve ends with 2 when there is no configuration', async () => {
    const variables = { ...environment, TANDEM_CONFIG: `${folder}/nowhere`, PORT: '0' }
    const { code, err } = await run(name, ['serve'], variables)
    expect(err).toContain('nowhere/customers')
    expect(code).toBe(2)
  })

  test('serve ends with 2 in production without its keys', async () => {
    const { code } = await run(name, ['serve'], { ...environment, NODE_ENV: 'production' })
    expect(code).toBe(2)
  })

  test('call ends with 1 where nothing answers', async () => {
    const url = 'http://127.0.0.1:1'
    const { code, err } = await run(name, ['call', '--url', url], environment)
    expect(err).toContain(`nothing answers at ${url}`)
    expect(code).toBe(1)
  })

  const serveLoudly = async () => {
    const [command, ...flags] = RUNTIMES[name]
    const child = spawn(command, [...flags, 'src/main.ts', 'serve'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'debug',
        OPENAI_API_KEY: 'sk-test',
        ...environment,
      },
    })
    endWithTest(() => child.kill('SIGKILL'))
    const exited = new Promise((resolve) => child.once('exit', resolve))
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const url: string = JSON.parse(line).url
    /** Each of these is a line of the log. */
    const log = async (lines: number) => {
      for (let request = 0; request < lines; request++) {
        const response = await fetch(`${url}/twilio/voice`, { method: 'POST' })
        await response.body?.cancel()
        expect(response.status).toBe(403)
      }
    }
    return { child, url, exited, log }
  }

  test('serve goes on when nobody reads its log any more', async () => {
    const { child, url, exited, log } = await serveLoudly()
    child.stderr.destroy()
    child.stdout.destroy()
    await log(20)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    child.kill('SIGTERM')
    await exited
  })

  test('serve goes on, and ends in order, when whoever reads its log has stopped to and keeps it open', async () => {
    const { child, url, exited, log } = await serveLoudly()
    // More than the system keeps for a reader.
    await log(1_000)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })
})

test('serve on node ends with 1, and says why, where what it loads once it listens cannot be loaded', async () => {
  const { folder, remove } = await createFolder({ 'config/customers/bright-smile.yaml': CUSTOMER })
  try {
    const variables = {
      TANDEM_CONFIG: `${folder}/config`,
      TANDEM_DATA: `${folder}/data`,
      PORT: '0',
      OPENAI_API_KEY: 'sk-test',
    }
    const { code, err } = await run('node', ['serve'], variables, ['--import', WITHOUT_TRAFFIC])
    expect(err).toMatch(
      /^cannot answer at http:\/\/127\.0\.0\.1:\d+: .* no such file: \.\/node-traffic\.ts$/m,
    )
    expect(err).not.toMatch(/^ +at /m)
    expect(code).toBe(1)
  } finally {
    await remove()
  }
})

/** Has Node find everything but the file with what a server does. */
const WITHOUT_TRAFFIC = `data:text/javascript,${
  encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve: (name, context, next) => {
      if (name.endsWith('/node-traffic.ts')) throw new Error('no such file: ' + name)
      return next(name, context)
    },
  })
`)
}`
