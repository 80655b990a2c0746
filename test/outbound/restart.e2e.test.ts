/** Calls that wait to be placed when their process dies or stops: each is dialled once, by the process that comes after it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { runtime } from '../../src/runtime/node.ts'
import { PARROT } from '../../src/sim/model/scenario.ts'
import { startModelServer } from '../../src/sim/model/server.ts'
import type { Callee } from '../../src/sim/twilio/callee.ts'
import { startTwilio } from '../../src/sim/twilio/server.ts'
import {
  ACCOUNT,
  AUTH_TOKEN,
  OPERATOR_TOKEN,
  RUNTIME_NAMES,
  type RuntimeName,
  until,
} from '../support/servers.ts'
import { startServiceProcess } from '../support/service-process.ts'

const LINE = '+15005550020'
/** Slow enough that all but the first call of a process wait. */
const REMINDERS = `customer: Reminders
numbers: ["${LINE}"]
agent: { instructions: You remind people., greeting: Hello. }
outbound: { countries: [PT], callsPerSecond: 0.01 }
`

/** A service, the model it opens and the Twilio it asks, whose phones do what is said last. */
const startAll = async (name: RuntimeName) => {
  const where = { runtime, clock: systemClock, hostname: '127.0.0.1', port: 0 }
  let callee: Callee = { is: 'no-answer' }
  const folder = await mkdtemp(join(tmpdir(), 'tandem-'))
  await mkdir(join(folder, 'config', 'customers'), { recursive: true })
  await writeFile(join(folder, 'config', 'customers', 'reminders.yaml'), REMINDERS)
  const model = await startModelServer({ ...where, scenario: PARROT })
  const twilio = await startTwilio({
    ...where,
    connect: runtime.connect,
    fetch,
    now: () => new Date(),
    accountSid: ACCOUNT,
    authToken: AUTH_TOKEN,
    numbers: [LINE],
    callee: () => callee,
  })
  const service = await startServiceProcess({
    runtime: name,
    configFolder: join(folder, 'config'),
    dataFolder: join(folder, 'data'),
    modelUrl: model.url,
    variables: {
      TWILIO_API_URL: twilio.url,
      DRAIN_SOFT_SECONDS: '0',
      DRAIN_HARD_SECONDS: '1',
    },
  })
  return {
    service,
    dialled: () => twilio.account.calls().map(({ call }) => call.parties.to),
    rung: (at: number) => twilio.account.calls()[at],
    phones: (are: Callee) => void (callee = are),
    place: async (to: string) => {
      const response = await fetch(`${service.url}/api/v1/calls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
        body: JSON.stringify({ to, line: LINE }),
      })
      expect(response.status).toBe(202)
    },
    stop: async () => {
      await service.terminate()
      await twilio.stop()
      await model.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

it.concurrent.each(RUNTIME_NAMES)(
  'calls that wait are dialled once by the next process, after a crash and after a stop, on %s',
  async (name) => {
    const { service, dialled, rung, phones, place, stop } = await startAll(name)
    try {
      phones({ is: 'person', ringsMs: 9_000 })
      await place('+351213456781')
      await until('it rings', () => rung(0)?.status() === 'ringing', 30_000)
      phones({ is: 'no-answer' })
      await place('+351213456782')
      await service.kill()
      expect(rung(0).status()).toBe('ringing')

      // What was ringing is answered by an agent, and is not dialled again.
      await service.start()
      const line = await rung(0).call.started
      await until('the greeting is heard', () => line.playedBytes() > 8 * 300)
      line.hangUp()
      await until('the second is dialled', () => dialled().length === 2, 30_000)
      expect(dialled()).toEqual(['+351213456781', '+351213456782'])

      await place('+351213456783')
      await service.terminate()
      await service.start()
      await until('the third is dialled', () => dialled().length === 3, 30_000)
      expect(dialled()).toEqual(['+351213456781', '+351213456782', '+351213456783'])
    } finally {
      await stop()
    }
  },
  120_000,
)
