/** A call is summed up after its end on each runtime. */
import { describe, expect, test } from 'vitest'
import { turnRules } from '../../src/sim/model/turn.ts'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const TABLES = `customer: Tables
numbers: ["+15005550008"]
redact: {}
summary:
  instructions: Write for the waiters.
  fields: { people: { type: integer }, number?: their number }
agent:
  instructions: You book tables.
`
const WRITTEN = JSON.stringify({
  summary: 'A table for two, call back at +351 912 345 678.',
  outcome: 'table booked',
  fields: { people: 2 },
})

const kept = async ({ url }: TestService, callSid: string) => {
  const response = await fetch(`${url}/api/v1/calls/${callSid}`, {
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
  })
  return await response.json()
}

/** A call in which the caller says something and hears an answer; then the model writes this. Gives its id. */
const place = async (service: TestService, outOfBand: unknown): Promise<string> => {
  service.behave({ outOfBand: [turnRules.parse(outOfBand)] })
  await service.hasRoom()
  const call = service.call({ to: '+15005550008' })
  const line = await call.started
  const clip = service.clips.find(({ name }) => name === 'caller-yes')
  if (!clip) throw new Error('there is no such clip')
  line.say(clip.sound.pcm)
  await until('the answer is heard', () => line.record().playedMs > 500)
  call.hangUp()
  await call.done
  return call.callSid
}

/** The same call as it is kept with its summary. */
const summarised = async (service: TestService, outOfBand: unknown) => {
  const callSid = await place(service, outOfBand)
  const isTold = () =>
    service.log().split('\n').some((text) =>
      text.includes(callSid) && text.includes('call.summarised')
    )
  await until('it is summed up', isTold, 20_000)
  await until('that is kept', async () => (await kept(service, callSid)).summary !== undefined)
  return await kept(service, callSid)
}

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('on %s', (name) => {
  test('what a call was about is kept', async () => {
    const service = await startTestService(name, {}, { tables: TABLES })
    try {
      const call = await summarised(service, { say: WRITTEN })
      expect(call.summary).toEqual({
        at: expect.any(String),
        summary: 'A table for two, call back at [phone].',
        outcome: 'table booked',
        fields: { people: 2 },
      })
      expect(call.tokens.textOut).toBeGreaterThan(0)
      expect(service.log()).not.toContain('912 345')
    } finally {
      await service.stop()
    }
  })

  test('a call has no summary that fails, makes no sense or comes too late, and says so', async () => {
    const service = await startTestService(name, {}, { tables: TABLES })
    const problemOf = async (outOfBand: unknown) =>
      (await summarised(service, outOfBand)).summary.problem
    try {
      expect(await problemOf({ status: 'failed' })).toBe('response-failed')
      expect(await problemOf({ say: 'A table for two.' })).toBe('not-json')
      expect(await problemOf({ ignore: true })).toBe('too-late')
    } finally {
      await service.stop()
    }
  })

  test('a process that is told to stop waits for a summary that is being written', async () => {
    const service = await startTestService(name, {}, { tables: TABLES })
    try {
      await place(service, { say: WRITTEN, delayMs: 1_500 })
      expect(service.log()).not.toContain('call.summarised')
      expect(await service.terminate()).toBe(0)
      await expect.poll(service.log, { timeout: 5_000 }).toMatch(
        /"call\.summarised".*"status":"ready"/,
      )
    } finally {
      await service.stop()
    }
  })
})
