/** A call is on record on each runtime, in either database. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  until,
} from '../support/servers.ts'
import { startPostgres, type TestPostgres } from '../store/postgres.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.stop())

const names = Object.keys(RUNTIMES) as RuntimeName[]

/** Runs `tandem migrate` on a runtime. */
const migrate = (name: RuntimeName, url: string): Promise<number | null> => {
  const [command, ...flags] = RUNTIMES[name]
  const child = spawn(command, [...flags, 'src/main.ts', 'migrate'], {
    stdio: 'ignore',
    env: { ...process.env, DATABASE_URL: url },
  })
  return new Promise((resolve) => child.on('exit', resolve))
}

describe.each(names)('on %s', (name) => {
  test.each(['sqlite', 'postgres'])('a call is on record in %s', async (engine) => {
    const variables: Record<string, string> = {}
    if (engine === 'postgres') {
      variables.DATABASE_URL = await server.database()
      expect(await migrate(name, variables.DATABASE_URL)).toBe(0)
    }
    const service = await startTestService(name, variables)
    try {
      const ask = async (path: string) => {
        const response = await fetch(`${service.url}/api/v1${path}`, {
          headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
        })
        return await response.json()
      }
      const call = service.call()
      const line = await call.started
      await until('the greeting was heard', () => line.nowMs() > 3_500)
      call.hangUp()
      await call.done
      await until(
        'the call is on record',
        async () => (await ask('/calls?live=false')).calls?.length === 1,
      )
      const { calls: [kept] } = await ask('/calls')
      expect(kept).toMatchObject({
        customer: 'bright-smile',
        from: '+15550001111',
        endReason: 'caller-hung-up',
      })
      expect(kept.costUsd).toBeGreaterThan(0)
      const { lines } = await ask(`/calls/${kept.callSid}/transcript`)
      expect(lines).toMatchObject([{ kind: 'agent', text: expect.stringContaining('Thanks') }])
      const found = await ask('/lines?words=THANKS')
      expect(found.lines).toMatchObject([{ callSid: kept.callSid }])
      expect((await ask('/costs')).costs).toMatchObject([{ name: 'bright-smile', calls: 1 }])
    } finally {
      await service.stop()
    }
  })
})
