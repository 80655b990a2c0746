/**
 * The database that several machines share: PostgreSQL at `DATABASE_URL`. Loaded only where there is one; what is asked while it is
 * away fails within seconds and never waits for it to come back.
 */
import postgres from 'postgres'
import type { Clock } from '../clock.ts'
import { storeError } from './problem.ts'
import type { Sql, Statement, Value } from './sql.ts'

export type PostgresOptions = Readonly<{
  /**
   * `postgres://user:password@host/database`; `?sslmode=require` where it is not on this network, `?prepare=false` where a pooler
   * gives each transaction another connection.
   */
  url: string
  clock: Clock
  /** How long the server may take for one thing: 5 s, unless nobody on the phone waits for it. */
  statementMs?: number | undefined
}>

/** How long the server may take for one thing, and the way there and back longer than that. */
const STATEMENT_MS = 5_000
const WAY_MS = 2_000
const CONNECT_S = 3

/** Makes the database known; it is connected to with the first statement. */
export const createPostgresSql = (
  { url, clock, statementMs = STATEMENT_MS }: PostgresOptions,
): Sql => {
  const client = postgres(url, {
    max: CONNECTIONS,
    connect_timeout: CONNECT_S,
    // The library would wait longer after each failure; whoever asks here paces itself.
    backoff: () => 0.05,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'tandem' },
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  })

  /** Ends a wait that the library would not. */
  const within = async <Result>(doing: string, work: Promise<Result>): Promise<Result> => {
    const late = Promise.withResolvers<never>()
    const cancel = clock.after(
      statementMs + WAY_MS,
      () => late.reject(new Error('the answer TIMED_OUT')),
    )
    try {
      return await Promise.race([work, late.promise])
    } catch (cause) {
      throw storeError(`cannot ${doing} PostgreSQL`, cause)
    } finally {
      cancel()
      work.catch(() => {})
    }
  }

  // The whole transaction is sent at once and answered one statement after the other.
  const run = (statements: readonly Statement[]) =>
    again(() =>
      client.begin((transaction) =>
        Promise.all(
          [settings, ...statements].map(({ text, values }) =>
            transaction.unsafe<Record<string, Value>[]>(numbered(text), bound(values), prepared)
          ),
        ).catch(unlessDead)
      )
    )
  const settings = settingsOf(statementMs)
  const prepared = { prepare: client.options.prepare }

  return {
    engine: 'postgres',
    query: async (statement) => {
      const [, rows] = await within('read', run([statement]))
      return [...rows]
    },
    write: async (statements) => {
      const [, ...results] = await within('write to', run(statements))
      return results.map(({ count }) => count)
    },
    close: () => client.end({ timeout: 5 }),
  }
}

/**
 * Holds for one transaction, and so also where a pooler is in between, which takes no settings with a connection and gives it to
 * somebody else afterwards. Disks that take long to find a place are not what databases stand on any more; told so, the planner
 * walks the lines of a customer by their index.
 */
const settingsOf = (statementMs: number): Statement => ({
  text: `select set_config('statement_timeout', '${statementMs}', true),
    set_config('random_page_cost', '1.1', true)`,
  values: [],
})

/**
 * Asks again where a connection has died with its server, which it finds out only when it is used: at most once for each, and one
 * more. What is written here may be written twice.
 */
const again = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
  for (let tries = 1;; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries > CONNECTIONS || !hasDied(error)) throw error
    }
  }
}

/** By the code, as what a server says is in its own language: shut down, crashed, idle for too long. */
const hasDied = (error: unknown): boolean =>
  error instanceof postgres.PostgresError
    ? /^57P0[125]$/.test(error.code)
    : /CONNECTION_CLOSED/.test(String(error))

/**
 * The library rolls back after every failure, also on a connection that has died, and then writes to a socket that is not there, at a
 * moment when nobody can catch it: the thread would end, with all that it was asked. It notices by itself that the connection is gone, so
 * only what leaves it alive is told here.
 */
const unlessDead = (error: unknown): Promise<never> => {
  const isAlive = error instanceof postgres.PostgresError && error.severity === 'ERROR'
  if (isAlive) return Promise.reject(error)
  return new Promise(() => {})
}

/** Connections at most. */
const CONNECTIONS = 4

const numbered = (text: string): string => {
  let last = 0
  return text.replaceAll('?', () => `$${++last}`)
}

// PostgreSQL's text has room for every character but this one.
const bound = (values: readonly Value[]): Value[] =>
  values.map((value) => typeof value === 'string' ? value.replaceAll('\0', '') : value)
