import { afterAll, beforeAll, expect } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createPostgresSql } from '../../src/store/postgres-sql.ts'
import { migrateRecord } from '../../src/store/record-migrations.ts'
import { createSharedStore } from '../../src/store/shared.ts'
import { storeContract } from './contract.ts'
import { NOON } from './fixture.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { recordContract } from './record-contract.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startPostgres()
}, 30_000)

afterAll(() => server.stop())

const open = async () => createPostgresSql({ url: await server.database(), clock: systemClock })

recordContract('postgres', open)

storeContract('postgres', async () => {
  const database = await open()
  await migrateRecord(database, NOON)
  return createSharedStore({
    id: 'test',
    database,
    clock: systemClock,
    now: () => NOON,
    onError: (error) => expect.unreachable(error.message),
  })
})
