/**
 * Which database the services of the tests keep their record in: a file in the data folder of each, or, where a PostgreSQL is named
 * (the projects `postgres` and `chaos-postgres` name one), a database there for each data folder, the same for all processes that share the folder.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
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

/** All that is kept for a data folder, as one text: the files in it and, where there is one, each table of its database. */
export const keptText = async (dataFolder: string): Promise<string> => {
  const { DATABASE_URL: url } = await databaseOf(dataFolder)
  return [await textOfFiles(dataFolder), url === undefined ? '' : await textOfTables(url)].join(
    '\n',
  )
}

/** The names of the databases that are files in a data folder. */
export const databaseFiles = async (dataFolder: string): Promise<readonly string[]> =>
  (await filesIn(dataFolder)).filter((name) => name.endsWith('.db')).toSorted()

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

/** A process whose database is not in its data folder may not have made that yet. */
const filesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => [])

const textOfFiles = async (folder: string): Promise<string> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const texts = found.filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

const textOfTables = (url: string): Promise<string> =>
  connected(url, async (client) => {
    const tables = await client`select tablename from pg_tables where schemaname = 'public'`
    const rows = await Promise.all(
      tables.map(({ tablename }) => client`select * from ${client(tablename)}`),
    )
    return rows.flat().flatMap((row) => Object.values(row).map(String)).join('\n')
  })

/** Asks from another database, as nobody may be connected to the one that is copied. */
const ask = async (template: string, statement: string): Promise<void> => {
  await connected(new URL('postgres', template).href, (client) => client.unsafe(statement))
}

const connected = async <Result>(
  url: string,
  action: (client: postgres.Sql) => PromiseLike<Result>,
): Promise<Result> => {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await action(client)
  } finally {
    await client.end()
  }
}
