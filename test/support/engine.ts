/**
 * Which database the services of the tests keep their record in: a file in the data folder of each, or, where a PostgreSQL is named
 * (the project `postgres` names one), a database there for each data folder, the same for all processes that share the folder.
 */
import { createHash } from 'node:crypto'
import process from 'node:process'
import postgres from 'postgres'

/** The variable with the URL of a database that is empty and migrated, of which each service has a copy. */
export const TEMPLATE_VARIABLE = 'TEST_POSTGRES'

const made = new Map<string, Promise<string>>()

/** Gives the variables by which a process with this data folder finds its database; none where that is a file in the folder. */
export const databaseOf = async (
  dataFolder: string,
): Promise<Readonly<{ DATABASE_URL?: string }>> => {
  const template = process.env[TEMPLATE_VARIABLE]
  if (template === undefined) return {}
  const known = made.get(dataFolder) ?? copy(template, nameFor(dataFolder))
  made.set(dataFolder, known)
  return { DATABASE_URL: await known }
}

/** Drops all that were made, whoever still uses them. */
export const dropDatabases = async (): Promise<void> => {
  const template = process.env[TEMPLATE_VARIABLE]
  if (template === undefined) return
  for (const dataFolder of made.keys()) {
    await ask(template, `drop database if exists ${nameFor(dataFolder)} with (force)`)
  }
  made.clear()
}

const nameFor = (dataFolder: string): string =>
  `of_${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}`

const copy = async (template: string, name: string): Promise<string> => {
  await ask(template, `create database ${name} template ${new URL(template).pathname.slice(1)}`)
  return new URL(name, template).href
}

/** Asks from another database, as nobody may be connected to the one that is copied. */
const ask = async (template: string, statement: string): Promise<void> => {
  const client = postgres(new URL('postgres', template).href, { max: 1, onnotice: () => {} })
  try {
    await client.unsafe(statement)
  } finally {
    await client.end()
  }
}
