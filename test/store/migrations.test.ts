import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrate, MIGRATIONS, versionOf } from '../../src/store/migrations.ts'
import { makeFolder, openFile, openStore } from './fixture.ts'

/** What a file of version 1 looks like, by the release that wrote it; never to be changed. */
const VERSION_1 = `
  create table schema_version (
    version integer not null primary key,
    applied_at text not null default current_timestamp
  );
  insert into schema_version (version) values (1);
  create table checkpoints (
    call_sid text not null primary key,
    epoch integer not null,
    owner text not null,
    saved_at integer not null,
    body text not null
  );
  create index checkpoints_saved_at on checkpoints (saved_at);
  insert into checkpoints values ('CA1', 2, 'machine-a', 1777896000000, '{"turn":7}');
`

const NEXT = { version: MIGRATIONS.length + 1, sql: 'alter table checkpoints add column note text' }

const newFile = async () => openFile(join(await makeFolder(), 'tandem.db'))

test('the steps are numbered 1, 2, 3 and so on', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, at) => at + 1))
})

test('a store reads and writes a file of version 1', async () => {
  const path = join(await makeFolder(), 'tandem.db')
  const file = openFile(path)
  file.exec(VERSION_1)
  const { store, errors } = await openStore({ path })
  const kept = {
    callSid: 'CA1',
    epoch: 2,
    owner: 'machine-a',
    savedAt: 1_777_896_000_000,
    body: '{"turn":7}',
  }
  expect(await store.load('CA1')).toEqual(kept)
  store.save({ ...kept, body: '{"turn":8}' })
  await store.flush()
  expect(file.prepare('select body from checkpoints').all()).toEqual([{ body: '{"turn":8}' }])
  expect(versionOf(file)).toBe(MIGRATIONS.length)
  expect(errors).toEqual([])
})

test('an empty file gets every step, and says when', async () => {
  const file = await newFile()
  expect(versionOf(file)).toBe(0)
  migrate(file)
  expect(versionOf(file)).toBe(MIGRATIONS.length)
  const [{ applied_at }] = file.prepare('select applied_at from schema_version').all()
  expect(applied_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
})

test('a file that is behind gets what it lacks, once, and keeps its rows', async () => {
  const file = await newFile()
  file.exec(VERSION_1)
  migrate(file, [...MIGRATIONS, NEXT])
  // A second time would add the column twice, which SQLite refuses.
  migrate(file, [...MIGRATIONS, NEXT])
  expect(versionOf(file)).toBe(NEXT.version)
  expect(file.prepare('select call_sid, body, note from checkpoints').all()).toEqual([
    { call_sid: 'CA1', body: '{"turn":7}', note: null },
  ])
})

test('a step that fails leaves the file as it was', async () => {
  const file = await newFile()
  file.exec(VERSION_1)
  const broken = {
    version: NEXT.version + 1,
    sql: 'create table half (a); insert into nowhere values (1)',
  }
  expect(() => migrate(file, [...MIGRATIONS, NEXT, broken])).toThrow('no such table: nowhere')
  expect(versionOf(file)).toBe(1)
  expect(file.prepare(`select name from sqlite_master where name = 'half'`).all()).toEqual([])
  expect(() => file.prepare('select note from checkpoints')).toThrow('no such column: note')
})

test('the file of a newer release is used as it is', async () => {
  const path = join(await makeFolder(), 'tandem.db')
  const file = openFile(path)
  migrate(file, [...MIGRATIONS, NEXT])
  const { store, errors } = await openStore({ path })
  store.save({
    callSid: 'CA2',
    epoch: 1,
    owner: 'machine-a',
    savedAt: 1_777_896_000_000,
    body: '{}',
  })
  await store.flush()
  expect(file.prepare('select call_sid, note from checkpoints').all()).toEqual([
    { call_sid: 'CA2', note: null },
  ])
  expect(versionOf(file)).toBe(NEXT.version)
  expect(errors).toEqual([])
})
