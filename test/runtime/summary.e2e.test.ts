/** A call is summed up after its end on each runtime, in either database, and its customer's server is told. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { turnRules } from '../../src/sim/model/turn.ts'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  until,
} from '../support/servers.ts'
import { startPostgres, type TestPostgres } from '../store/postgres.ts'

const TABLES = `customer: Tables
numbers: ["+15005550008"]
record: everything
redact: {}
summary:
  instructions: Write for the waiters.
  fields: { people: { type: integer }, number?: their number }
agent:
  instructions: You book tables.
`
const WRITTEN = {
  summary: 'A table for two, call back at +351 912 345 678.',
  outcome: 'table booked',
  fields: { people: 2 },
}

let server: TestPostgres

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.stop())

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('on %s', (name) => {
  test.each(['sqlite', 'postgres'])('what a call was about is in %s', async (engine) => {
    const variables: Record<string, string> = engine === 'postgres'
      ? { DATABASE_URL: await migrated() }
      : {}
    const service = await startTestService(name, variables, { tables: TABLES })
    try {
      const ask = async (path: string) => {
        const response = await fetch(`${service.url}/api/v1${path}`, {
          headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
        })
        return await response.json()
      }
      const callOnce = async (outOfBand: unknown) => {
        service.behave({ outOfBand: [turnRules.parse(outOfBand)] })
        const call = service.call({ to: '+15005550008' })
        const line = await call.started
        const clip = service.clips.find(({ name }) => name === 'caller-yes')
        if (!clip) throw new Error('there is no such clip')
        line.say(clip.sound.pcm)
        await until('the answer is heard', () => line.record().playedMs > 500)
        call.hangUp()
        await call.done
        const kept = async () => await ask(`/calls/${call.callSid}`)
        await until('it is summed up', async () => (await kept()).summary !== undefined)
        return await kept()
      }

      const written = await callOnce({ say: JSON.stringify(WRITTEN) })
      expect(written.summary).toEqual({
        at: expect.any(String),
        summary: 'A table for two, call back at [phone].',
        outcome: 'table booked',
        fields: { people: 2 },
      })
      expect(written.tokens.textOut).toBeGreaterThan(0)
      expect(await callOnce({ status: 'failed' })).toMatchObject({
        summary: { problem: 'response-failed' },
      })
      expect(await callOnce({ say: 'A table for two.' })).toMatchObject({
        summary: { problem: 'not-json' },
      })
      expect(service.log()).toContain('call.summarised')
      expect(service.log()).not.toContain('912 345')

      // A process that is told to stop waits for a summary that is being written.
      service.behave({
        outOfBand: [turnRules.parse({ say: JSON.stringify(WRITTEN), delayMs: 1_500 })],
      })
      const last = service.call({ to: '+15005550008' })
      const line = await last.started
      const clip = service.clips.find(({ name }) => name === 'caller-yes')
      if (clip) line.say(clip.sound.pcm)
      await until('the answer is heard', () => line.record().playedMs > 500)
      last.hangUp()
      await last.done
      expect(await service.terminate()).toBe(0)
      expect(service.log().split('call.summarised')).toHaveLength(5)
      expect(service.log().split('"status":"ready"').length).toBeGreaterThanOrEqual(3)
    } finally {
      await service.stop()
    }
  })
})

/** An empty database, which a command brings to the newest version. */
const migrated = async (): Promise<string> => {
  const url = await server.database()
  const { createPostgresSql } = await import('../../src/store/postgres-sql.ts')
  const { migrateRecord } = await import('../../src/store/record-migrations.ts')
  const { systemClock } = await import('../../src/clock.ts')
  const database = createPostgresSql({ url, clock: systemClock })
  await migrateRecord(database, Date.now())
  await database.close()
  return url
}
