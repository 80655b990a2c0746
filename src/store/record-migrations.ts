/**
 * How the record's database came to look as it does: steps that are never edited or taken back, only added to. During a deploy the
 * program of the release before works on the same tables, so a newer database is no error.
 */
import { type Sql, sql, type Statement } from './sql.ts'

type Engine = Sql['engine']

/** One step, run once for each database; commands one by one. */
export type RecordMigration = Readonly<{
  version: number
  commands: (engine: Engine) => readonly string[]
}>

const TABLES = (engine: Engine): readonly string[] => {
  const id = engine === 'sqlite'
    ? 'integer primary key'
    : 'bigint generated always as identity primary key'
  return [
    `create table calls (
      call_sid text not null primary key,
      customer text not null,
      line text not null,
      direction text not null,
      from_number text not null,
      to_number text not null,
      started_at bigint not null,
      ended_at bigint,
      end_reason text,
      cause text,
      agent_version text not null,
      model text not null,
      owner text not null,
      epoch bigint not null,
      revision bigint not null
    )`,
    'create index calls_started_at on calls (started_at, call_sid)',
    'create index calls_customer on calls (customer, started_at, call_sid)',
    'create index calls_from on calls (from_number, started_at)',
    'create index calls_to on calls (to_number, started_at)',
    `create table call_parts (
      call_sid text not null,
      part bigint not null,
      customer text not null,
      started_at bigint not null,
      ended_at bigint,
      first_audio_ms double precision,
      turns bigint not null,
      latency_sum_ms double precision not null,
      latency_max_ms double precision not null,
      barge_ins bigint not null,
      errors bigint not null,
      tokens text not null,
      cost_nano bigint not null,
      revision bigint not null,
      primary key (call_sid, part)
    )`,
    'create index call_parts_started_at on call_parts (started_at)',
    `create table call_moments (
      call_sid text not null,
      part bigint not null,
      seq bigint not null,
      at bigint not null,
      kind text not null,
      data text not null,
      primary key (call_sid, part, seq)
    )`,
    `create table call_lines (
      id ${id},
      call_sid text not null,
      customer text not null,
      item_id text not null,
      previous_item_id text,
      kind text not null,
      text text not null,
      at bigint not null,
      heard_ms double precision,
      tool text,
      revision bigint not null,
      unique (call_sid, item_id)
    )`,
    'create index call_lines_customer on call_lines (customer, id)',
    `create table messages (
      id text not null primary key,
      call_sid text not null,
      customer text not null,
      at bigint not null,
      for_whom text,
      text text not null
    )`,
    'create index messages_call on messages (call_sid)',
    'create index messages_at on messages (customer, at)',
    `create table agent_versions (
      version text not null primary key,
      customer text not null,
      first_seen_at bigint not null,
      body text not null
    )`,
    `create table leases (
      name text not null primary key,
      owner text not null,
      expires_at bigint not null
    )`,
  ]
}

/** Words are found whatever their case and accents. */
const SEARCH: Readonly<Record<Engine, readonly string[]>> = {
  sqlite: [
    // The customer is one word of the index, `bright-smile` as brightsmile: as two it would be looked for among all who are bright.
    `create virtual table call_lines_words using fts5 (
      text, customer, content = 'call_lines', content_rowid = 'id',
      tokenize = 'unicode61 remove_diacritics 2'
    )`,
    // What was deleted must not stay readable in the index.
    `insert into call_lines_words (call_lines_words, rank) values ('secure-delete', 1)`,
    `create trigger call_lines_added after insert on call_lines begin
      insert into call_lines_words (rowid, text, customer)
      values (new.id, new.text, replace(new.customer, '-', ''));
    end`,
    `create trigger call_lines_deleted after delete on call_lines begin
      insert into call_lines_words (call_lines_words, rowid, text, customer)
      values ('delete', old.id, old.text, replace(old.customer, '-', ''));
    end`,
    `create trigger call_lines_changed after update of text on call_lines begin
      insert into call_lines_words (call_lines_words, rowid, text, customer)
      values ('delete', old.id, old.text, replace(old.customer, '-', ''));
      insert into call_lines_words (rowid, text, customer)
      values (new.id, new.text, replace(new.customer, '-', ''));
    end`,
  ],
  postgres: [
    'alter table call_lines add column words tsvector',
    'create index call_lines_words on call_lines using gin (words)',
  ],
}

/** The table that on SQLite is in a file of its own, on the thread of the calls. */
const CHECKPOINTS: readonly string[] = [
  `create table checkpoints (
    call_sid text not null primary key,
    epoch bigint not null,
    owner text not null,
    saved_at bigint not null,
    body text not null
  )`,
  'create index checkpoints_saved_at on checkpoints (saved_at)',
]

/** The events that wait to be sent to the customers' own servers. */
const OUTBOX: readonly string[] = [
  `create table outbox (
    id text not null primary key,
    call_sid text not null,
    customer text not null,
    url text not null,
    type text not null,
    seq bigint not null,
    at bigint not null,
    body text not null,
    state text not null,
    attempts bigint not null,
    next_at bigint not null,
    claim text,
    claimed_until bigint not null,
    problem text
  )`,
  'create index outbox_due on outbox (state, next_at)',
  'create index outbox_call on outbox (call_sid, url, seq)',
  'create index outbox_claim on outbox (claim)',
  'create index outbox_at on outbox (at)',
  'create index outbox_customer on outbox (customer, at)',
]

/** The calls that wait to be placed. */
const OUTBOUND: readonly string[] = [
  `create table outbound_calls (
    id text not null primary key,
    customer text not null,
    to_number text not null,
    asked_at bigint not null,
    expires_at bigint not null,
    body text not null,
    state text not null,
    owner text not null,
    held_until bigint not null
  )`,
  'create index outbound_calls_held on outbound_calls (held_until)',
  'create index outbound_calls_owner on outbound_calls (owner)',
]

/** What was written of calls when they were over. */
const SUMMARIES: readonly string[] = [
  `create table call_summaries (
    call_sid text not null primary key,
    customer text not null,
    at bigint not null,
    summary text,
    outcome text,
    fields text,
    problem text,
    detail text
  )`,
  'create index call_summaries_customer on call_summaries (customer, at)',
]

/** What others make of a call: tags, and what whoever asked for it wants kept. */
const TAGS: readonly string[] = [
  'alter table calls add column metadata text',
  `create table call_tags (
    call_sid text not null,
    started_at bigint not null,
    tag text not null,
    is_set bigint not null,
    at bigint not null,
    primary key (call_sid, tag)
  )`,
  'create index call_tags_tag on call_tags (tag, is_set, started_at, call_sid)',
]

/** The steps so far, in order. */
export const RECORD_MIGRATIONS: readonly RecordMigration[] = [
  {
    version: 1,
    commands: (engine) => [
      ...TABLES(engine),
      ...SEARCH[engine],
      ...(engine === 'postgres' ? CHECKPOINTS : []),
    ],
  },
  { version: 2, commands: () => OUTBOX },
  { version: 3, commands: () => OUTBOUND },
  { version: 4, commands: () => SUMMARIES },
  { version: 5, commands: () => TAGS },
]

const VERSION_TABLE =
  'create table if not exists record_version (version bigint not null primary key, applied_at bigint not null)'

/** Where a database stands: its version, and the steps that are missing. A version of a later release has none missing. */
export type Standing = Readonly<{ version: number; missing: readonly number[] }>

/** Looks which steps a database needs; changes nothing. */
export const standingOf = async (
  database: Sql,
  migrations: readonly RecordMigration[] = RECORD_MIGRATIONS,
): Promise<Standing> => {
  const at = await recordVersion(database)
  return { version: at, missing: migrations.map(({ version }) => version).filter((it) => it > at) }
}

/**
 * Brings a database to the newest version and gives the steps that were missing. Each step is done whole or not at all, and once,
 * also when several machines begin at the same moment. `onStep` is told of each that is over, whoever did it.
 */
export const migrateRecord = async (
  database: Sql,
  nowMs: number,
  migrations: readonly RecordMigration[] = RECORD_MIGRATIONS,
  onStep: () => void = () => {},
): Promise<readonly number[]> => {
  await database.write([...alone(database), sql(VERSION_TABLE)])
  const done: number[] = []
  for (const { version, commands } of migrations) {
    if (version <= await recordVersion(database)) continue
    // Whoever comes second fails at this row, and its step with it.
    const mark = sql(
      'insert into record_version (version, applied_at) values (?, ?)',
      version,
      nowMs,
    )
    try {
      await database.write([
        ...alone(database),
        mark,
        ...commands(database.engine).map((each) => sql(each)),
      ])
      done.push(version)
    } catch (error) {
      if (version > await recordVersion(database)) throw error
    }
    onStep()
  }
  return done
}

/** The version a database is at; 0 when it is empty. */
export const recordVersion = async (database: Sql): Promise<number> => {
  const isThere = database.engine === 'sqlite'
    ? sql(`select 1 as there from sqlite_master where name = 'record_version'`)
    : sql(`select 1 as there where to_regclass('record_version') is not null`)
  if ((await database.query(isThere)).length === 0) return 0
  const [row] = await database.query(sql('select max(version) as version from record_version'))
  return Number(row?.version ?? 0)
}

/** PostgreSQL lets two create the same table at once, and then one of them fails oddly. */
const alone = ({ engine }: Sql): readonly Statement[] =>
  engine === 'postgres' ? [sql('select 1 from pg_advisory_xact_lock(8263)')] : []
