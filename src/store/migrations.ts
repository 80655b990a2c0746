/**
 * How the database came to look as it does: steps that are never edited or taken back, only added to. A step must leave the
 * program of the release before able to work, because during a deploy both run on the same file; so a newer file is no error.
 */
import type { SqlDatabase } from '../runtime/sqlite.ts'

/** One step, run once for each file. */
export type Migration = Readonly<{ version: number; sql: string }>

/** The steps so far, in order. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table checkpoints (
        call_sid text not null primary key,
        epoch integer not null,
        owner text not null,
        saved_at integer not null,
        body text not null
      );
      create index checkpoints_saved_at on checkpoints (saved_at);
    `,
  },
  {
    // Two processes on one file find that out by this name.
    version: 2,
    sql: `
      create table store_name (id text not null);
      insert into store_name (id) values (lower(hex(randomblob(8))));
    `,
  },
]

const VERSION_TABLE = `
  create table if not exists schema_version (
    version integer not null primary key,
    applied_at text not null default current_timestamp
  )
`

/** Brings a file to the newest version, whole or not at all; throws what SQLite throws. */
export const migrate = (
  database: SqlDatabase,
  migrations: readonly Migration[] = MIGRATIONS,
): void => {
  const isMissing = ({ version }: Migration) => version > versionOf(database)
  // Most often nothing is, and then nobody needs to be waited for.
  if (!migrations.some(isMissing)) return
  database.transaction(() => {
    database.exec(VERSION_TABLE)
    // Looked at again, because another process may have been first.
    for (const { version, sql } of migrations.filter(isMissing)) {
      database.exec(sql)
      database.prepare('insert into schema_version (version) values (?)').run(version)
    }
  })
}

/** The version a file is at; 0 when it is empty. */
export const versionOf = (database: SqlDatabase): number => {
  const find = database.prepare(`select 1 from sqlite_master where name = 'schema_version'`)
  if (!find.get()) return 0
  const row = database.prepare('select max(version) as version from schema_version').get()
  return Number(row?.version ?? 0)
}
