/** What a day may cost is held on each runtime, and after a restart. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const THRIFTY = `customer: Thrifty
numbers: ["+15005550008"]
limits: { costPerDay: 0.01 }
outbound: { countries: [PT] }
agent:
  instructions: You answer the phone.
  greeting: Thanks for calling Bright Smile. How can I help?
`

/** A new call is refused, and not because the machine is busy, which it may be meanwhile. */
const refusedForMoney = async (service: TestService) => {
  const isRefused = async () => {
    await service.hasRoom()
    expect((await service.call({ to: '+15005550008' }).done).end).toBe('rejected')
    return service.log().includes('"reason":"cost-limit"')
  }
  await until('it is refused for the money', isRefused, 30_000)
}

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('on %s', (name) => {
  test('a customer who has spent what a day may cost has no call more, nor after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tandem-'))
    const start = () =>
      startTestService(name, { TANDEM_DATA: join(folder, 'data') }, { thrifty: THRIFTY })
    try {
      const first = await start()
      await first.hasRoom()
      const call = first.call({ to: '+15005550008' })
      const line = await call.started
      await until('the greeting was heard', () => line.nowMs() > 3_500)
      // Begun before, it goes on.
      await refusedForMoney(first)
      call.hangUp()
      await call.done
      const order = await fetch(`${first.url}/api/v1/calls`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${OPERATOR_TOKEN}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ to: '+351213456789', line: '+15005550008' }),
      })
      expect(order.status).toBe(429)
      expect(await order.json()).toMatchObject({ code: 'cost-limit' })
      await expect.poll(first.log, { timeout: 5_000 }).toContain('limit.day-spent')
      await first.stop()

      const again = await start()
      try {
        await refusedForMoney(again)
      } finally {
        await again.stop()
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
