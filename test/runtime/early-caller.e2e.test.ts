/**
 * Who rings at the very moment in which the port is open: a caller does not know that a process has only just begun, nor does Twilio,
 * who asks for a call that was on when the process before was replaced.
 */
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { runtime } from '../../src/runtime/node.ts'
import { placeCall } from '../../src/sim/caller/place-call.ts'
import {
  ACCOUNT,
  AUTH_TOKEN,
  DENTIST,
  RUNTIME_NAMES,
  startTestService,
  until,
} from '../support/servers.ts'
import { freePort } from '../support/free-port.ts'

/** What a customer may spend in a day is asked of the record when the port is open, so that there is a while before the rest is. */
const LIMITED = `customer: Limited
numbers: ["+15005550031"]
agent: { instructions: You answer the phone. }
limits: { costPerDay: 5 }
`

describe.each(RUNTIME_NAMES)(
  'a caller on %s who rings before the service has said that it listens',
  (name) => {
    it('is answered like any other', async () => {
      const port = await freePort()
      const starting = startTestService(name, { PORT: String(port) }, { limited: LIMITED })
      const early = placeCall({
        connect: runtime.connect,
        fetch: untilListening,
        clock: systemClock,
        now: () => new Date(),
        baseUrl: `http://127.0.0.1:${port}`,
        accountSid: ACCOUNT,
        authToken: AUTH_TOKEN,
        from: '+15550001111',
        to: DENTIST,
        answerDelayMs: 0,
      })
      const service = await starting
      try {
        const line = await early.started
        await until(
          'the greeting was heard',
          () => line.nowMs() > 3_300 && line.record().queuedMs === 0,
        )
        early.hangUp()
        expect(await early.done).toMatchObject({ end: 'caller-hung-up', warnings: [] })
      } finally {
        await service.stop()
      }
    })
  },
)

/** Asks until somebody is there to answer. */
const untilListening = async (...asked: Parameters<typeof fetch>): Promise<Response> => {
  const giveUpAtMs = performance.now() + 20_000
  for (;;) {
    try {
      return await fetch(...asked)
    } catch (error) {
      if (performance.now() > giveUpAtMs) throw error
    }
  }
}
