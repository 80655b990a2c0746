/** The PostgreSQL of the project `postgres`: one for all its files, with a database that was migrated as an operator does it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import type { TestProject } from 'vitest/node'
import { startPostgres, type TestPostgres } from '../store/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the migrated database. */
    postgres: string
  }
}

let server: TestPostgres | undefined

/** Starts it before the first file. */
export const setup = async ({ provide }: TestProject): Promise<void> => {
  server = await startPostgres()
  const url = await server.database()
  await migrate(url)
  provide('postgres', url)
}

/** Stops it after the last. */
export const teardown = (): Promise<void> | undefined => server?.stop()

const migrate = async (url: string): Promise<void> => {
  const child = spawn('node', ['src/main.ts', 'migrate'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DATABASE_URL: url },
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`tandem migrate ended with ${code}`)
}
