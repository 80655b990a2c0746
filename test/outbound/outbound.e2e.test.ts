/** Calls that the service places, each runtime as a process of its own, against a simulated Twilio that rings the phones. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { runtime } from '../../src/runtime/node.ts'
import { speechIn } from '../../src/sim/caller/turns.ts'
import type { Callee } from '../../src/sim/twilio/callee.ts'
import { type RunningTwilio, startTwilio } from '../../src/sim/twilio/server.ts'
import {
  ACCOUNT,
  AUTH_TOKEN,
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const LINE = '+15005550020'
const REMINDER = `customer: Reminders
numbers: ["${LINE}"]
agent:
  instructions: You remind {{name}} of the appointment on {{day}}.
  greeting: Hello {{name}}.
  transcription: false
outbound:
  countries: [PT]
  callsPerSecond: 50
  ringFor: 5s
  machine: message
  message: Please call us back about {{day}}.
`

const names = Object.keys(RUNTIMES) as RuntimeName[]

describe.each(names)('a call that the service on %s places', (name) => {
  let service: TestService
  let twilio: RunningTwilio
  let callee: Callee = { is: 'person' }

  beforeAll(async () => {
    twilio = await startTwilio({
      runtime,
      connect: runtime.connect,
      fetch,
      clock: systemClock,
      now: () => new Date(),
      hostname: '127.0.0.1',
      port: 0,
      accountSid: ACCOUNT,
      authToken: AUTH_TOKEN,
      numbers: [LINE],
      callee: () => callee,
    })
    service = await startTestService(name, {
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_API_URL: twilio.url,
    })
    await writeFile(join(service.configFolder, 'customers', 'reminders.yaml'), REMINDER)
    await until('the customer is there', () => service.log().includes('config.reloaded'))
  })
  afterAll(async () => {
    await service.stop()
    await twilio.stop()
  })

  const api = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const place = async () => {
    const before = twilio.account.calls().length
    const { body } = await api('POST', '/calls', {
      to: '+351213456789',
      line: LINE,
      variables: { name: 'Ana', day: 'Friday' },
      metadata: { ticket: 17 },
    })
    await until('Twilio is asked for it', () => twilio.account.calls().length > before)
    const rung = twilio.account.calls()[before]
    const isNow = (status: string) => async () =>
      (await api('GET', `/calls/${body.id}`)).body.status === status
    return { id: body.id, placed: body, rung, isNow }
  }
  const lastSession = () => service.sessions[service.sessions.length - 1]

  it('is greeted by name as soon as it is answered, and is over when it is hung up', async () => {
    const before = service.sessions.length
    // Slow enough that nobody would be greeted at once by a model that is opened only then.
    service.behave({ connectMs: 500, firstAudioMs: 300 })
    callee = { is: 'person', ringsMs: 1_500 }
    const { id, placed, rung, isNow } = await place()
    expect(placed).toMatchObject({
      to: '+351213456789',
      line: LINE,
      customer: 'reminders',
      metadata: { ticket: '17' },
    })
    await until('the model is opened', () => service.sessions.length > before)
    expect(rung.status()).toBe('ringing')
    const line = await rung.call.started
    await until('the greeting is heard', () => line.playedBytes() > 8 * 500)
    expect(line.record().firstPacketAtMs).toBeLessThan(400)
    expect(lastSession().settings().instructions)
      .toBe('You remind Ana of the appointment on Friday.')
    await until('it is known to be a person', () => service.log().includes('"answeredBy":"human"'))
    expect((await api('GET', `/calls/${id}`)).body).toMatchObject({
      status: 'in-progress',
      answeredBy: 'human',
      callSid: rung.call.parties.callSid,
    })
    line.hangUp()
    await until('it is over', isNow('completed'))
    await until('the model is closed', () => !lastSession().isOpen())
    const kept = await api('GET', `/calls/${rung.call.parties.callSid}`)
    expect(kept.body).toMatchObject({ direction: 'outbound', metadata: { ticket: '17' } })
    expect(rung.call.journal.warnings()).toEqual([])
    service.behave({})
  })

  it('leaves its message on a voicemail after the beep, and hangs up', async () => {
    callee = { is: 'voicemail', announcementMs: 1_500 }
    const { rung, isNow } = await place()
    const outcome = await rung.done
    await until('it is over', isNow('completed'))
    expect(outcome.end).toBe('server-closed')
    const [, heard] = outcome.recording.channels
    const message = speechIn(heard).filter(({ startMs }) => startMs > 1_700)
    expect(message.reduce((ms, { startMs, endMs }) => ms + endMs - startMs, 0))
      .toBeGreaterThan(500)
    const ended = new RegExp(`"call.ended".*${rung.call.parties.callSid}`)
    await expect.poll(service.log, { timeout: 5_000 }).toMatch(ended)
    const log = service.log().split('\n').filter((text) =>
      text.includes(rung.call.parties.callSid) && text.includes('call.ended')
    )
    expect(log).toHaveLength(1)
    expect(log[0]).toContain('"reason":"message-left"')
    await until('the model is closed', () => !lastSession().isOpen())
  })

  it('that is busy leaves no model behind', async () => {
    const before = service.sessions.length
    callee = { is: 'busy', ringsMs: 400 }
    const { isNow } = await place()
    await until('it is over', isNow('busy'))
    await until(
      'the model is closed',
      () => service.sessions.slice(before).every((session) => !session.isOpen()),
    )
    await expect.poll(service.log, { timeout: 5_000 }).toContain('"reason":"not-answered"')
  })

  it('that is taken back stops ringing', async () => {
    callee = { is: 'no-answer' }
    const { id, rung, isNow } = await place()
    await until('it rings', isNow('ringing'))
    await api('DELETE', `/calls/${id}`)
    await until('it is over', isNow('canceled'))
    expect(rung.status()).toBe('canceled')
  })

  it('is refused where nobody may be called', async () => {
    const order = { line: LINE, variables: { name: 'Ana', day: 'Friday' } }
    expect(await api('POST', '/calls', { ...order, to: '+14158675310' })).toEqual({
      status: 403,
      body: {
        title: '+14158675310 is in US, and outbound.countries has PT',
        type: 'about:blank',
        code: 'country-not-allowed',
        status: 403,
      },
    })
    expect((await api('POST', '/calls', { ...order, to: '112' })).body.code)
      .toBe('emergency-number')
  })
})
