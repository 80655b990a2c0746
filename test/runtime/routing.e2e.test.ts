import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import { watchCall } from '../../src/cli/watch-call.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { openStream } from '../support/raw-stream.ts'
import {
  OPERATOR_TOKEN,
  type RuntimeName,
  RUNTIMES,
  startTestService,
  type TestService,
  until,
} from '../support/servers.ts'

const names = Object.keys(RUNTIMES) as RuntimeName[]

const LISTENED = '+15005550021'
const STREAMED = '+15005550022'
const CLOSED = '+15005550023'
const BLOCKING = '+15005550024'
const NIGHT = '+15005550025'
const EVENING = '+15005550027'
const SMALL = '+15005550026'

const QUESTION = 'Of course. Tuesday at half past nine is free. Shall I book it for you?'
const YES = 'Yes, please.'

const CUSTOMERS = {
  'listened': `customer: Listened
numbers: ["${LISTENED}"]
listen: { dial: "+15005550100", languages: [en], announce: This call is transcribed. }
`,
  'streamed': `customer: Streamed
numbers: ["${STREAMED}"]
listen: { dial: sip:reception@example.com, model: gpt-live-transcribe }
`,
  'closed': `customer: Closed
numbers: ["${CLOSED}"]
agent: { instructions: You answer the phone. }
hours: { timezone: Europe/Lisbon, open: {}, closed: { say: We are closed. } }
`,
  'blocking': `customer: Blocking
numbers: ["${BLOCKING}"]
agent: { instructions: You answer the phone. }
blocked: ["+1555*", anonymous]
`,
  'night': `customer: Night
numbers: ["${NIGHT}"]
agent: { instructions: You answer the phone. }
hours: { timezone: Australia/Sydney, open: {}, closed: { transfer: "+15005550100" } }
`,
  'evening': `customer: Evening
numbers: ["${EVENING}"]
agent: { instructions: You answer the phone., greeting: Good morning. }
agents: { night: { instructions: You take messages., greeting: Is there anything else? } }
hours: { timezone: America/New_York, open: {}, closed: { agent: night } }
`,
  'small': `customer: Small
numbers: ["${SMALL}"]
agent: { instructions: You answer the phone. }
limits: { concurrentCalls: 1, whenFull: fallback }
fallback: { say: Everybody is busy., dial: "+15005550100" }
`,
}

describe.each(names)('who takes a call, on %s', (name) => {
  let service: TestService
  const clip = (text: string) => clipOfText(service.clips, text)?.sound.pcm ?? new Int16Array(0)

  /** The human answers and talks until the caller hangs up. */
  const dialled = () => ({ status: 'completed', durationMs: 60_000 }) as const

  const watch = (callSid: string) => {
    const entries: FeedEntry[] = []
    const stop = new AbortController()
    const { url } = service
    const options = { url, callSid, operatorToken: OPERATOR_TOKEN, signal: stop.signal }
    const done = watchCall(options, (entry) => entries.push(entry))
    return {
      entries,
      done,
      lines: () =>
        entries.flatMap((entry) =>
          entry.type === 'line' ? [`${entry.line.speaker}: ${entry.line.text}`] : []
        ),
    }
  }

  beforeAll(async () => {
    service = await startTestService(name, {}, CUSTOMERS)
  })
  beforeEach(() => service.hasRoom())
  afterEach(() => service.behave({}))
  afterAll(() => service.stop())

  it.each([LISTENED, STREAMED])('writes down what both say in a call to %s', async (to) => {
    const call = service.call({ to, dialled })
    const fork = await call.forked
    const watched = watch(call.callSid)
    await until('the call has begun', () => fork.nowMs() > 300)
    const question = fork.say('outbound', clip(QUESTION))
    await until('it was asked', () => fork.nowMs() > question.endMs + 300)
    const yes = fork.say('inbound', clip(YES))
    await until('it was answered', () => fork.nowMs() > yes.endMs + 200)
    call.hangUp()
    const outcome = await call.done
    await watched.done

    expect(watched.lines()).toEqual([`human: ${QUESTION}`, `caller: ${YES}`])
    expect(watched.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'call-ended', lines: 2 })
    expect(fork.received).toEqual([])
    expect(outcome).toMatchObject({ end: 'caller-hung-up', warnings: [] })
    const spoken = to === LISTENED ? ['start', 'say', 'dial'] : ['start', 'dial']
    expect(outcome.verbs.map(({ verb }) => verb)).toEqual(spoken)
    await expect.poll(service.log, { timeout: 5_000 }).toContain('listening.ended')
    expect(service.log()).not.toContain('Tuesday at half past nine')
  })

  it('leaves the call alone when the model cannot be reached', async () => {
    service.behave({ refuse: { status: 503 } })
    const call = service.call({
      to: LISTENED,
      dialled: () => ({ status: 'completed', durationMs: 3_000 }),
    })
    const fork = await call.forked
    const watched = watch(call.callSid)
    fork.say('inbound', clip(YES))
    const outcome = await call.done
    // The humans have talked to the end of what they had to say.
    expect(outcome.end).toBe('server-closed')
    expect(outcome.verbs.map(({ verb }) => verb)).toEqual(['start', 'say', 'dial'])
    const ended = call.events.find(({ event }) => event === 'ended')
    expect(ended?.atMs).toBeGreaterThan(3_000)
    expect(outcome.warnings).toEqual([])
    await watched.done
    const told = watched.entries.map(({ type }) => type)
    expect(told).toEqual([
      'offered',
      'listening',
      'transcriber-interrupted',
      'transcriber-interrupted',
      'ended',
    ])
  })

  it('takes up a transcript where a lost session left it', async () => {
    const before = service.sessions.length
    service.behave({ transcriptionDelayMs: 60_000 })
    const call = service.call({ to: LISTENED, dialled })
    const fork = await call.forked
    const watched = watch(call.callSid)
    const yes = fork.say('inbound', clip(YES))
    await until('it was said', () => fork.nowMs() > yes.endMs + 700)
    service.behave({})
    for (const session of service.sessions.slice(before)) session.tear()
    await until('it was heard again', () => watched.lines().length > 0)
    call.hangUp()
    await Promise.all([call.done, watched.done])
    expect(watched.lines()).toEqual([`caller: ${YES}`])
  })

  it('lets nobody listen in who is not Twilio', async () => {
    const call = service.call({ to: LISTENED, dialled })
    await call.forked
    const { entries, done } = watch(call.callSid)
    await until('it is listened to', () => entries.some(({ type }) => type === 'listening'))
    const streamUrl = service.url.replace(/^http/, 'ws') +
      `/twilio/media/${service.machine}/${call.callSid}`
    expect(await openStream(streamUrl).closed).toMatchObject({ httpStatus: 404 })
    expect(await openStream(streamUrl, null).closed).toMatchObject({ httpStatus: 403 })
    call.hangUp()
    await Promise.all([call.done, done])
  })

  it('tells a caller that it is closed, and hangs up', async () => {
    const before = service.sessions.length
    const outcome = await service.call({ to: CLOSED }).done
    expect(outcome.verbs).toEqual([{ verb: 'say', text: 'We are closed.' }, { verb: 'hangup' }])
    expect(service.sessions.length).toBe(before)
  })

  it('lets another agent of the file answer outside the hours', async () => {
    const call = service.call({ to: EVENING })
    const line = await call.started
    const settings = () => service.sessions[service.sessions.length - 1].settings()
    await until('the greeting has begun', () => line.record().firstPacketAtMs !== undefined)
    expect(settings().instructions).toContain('You take messages.')
    expect(settings().instructions).toContain('Opening hours: closed on all days.')
    call.hangUp()
    await call.done
  })

  it('puts a caller through outside the hours', async () => {
    const outcome = await service.call({ to: NIGHT }).done
    expect(outcome.verbs).toMatchObject([{
      verb: 'dial',
      nouns: [{ kind: 'number', address: '+15005550100' }],
    }])
  })

  it('rejects a blocked caller, and answers the others', async () => {
    for (const from of ['+15550001111', 'anonymous']) {
      const outcome = await service.call({ to: BLOCKING, from }).done
      expect(outcome).toMatchObject({ end: 'rejected', reason: 'rejected' })
    }
    const call = service.call({ to: BLOCKING, from: '+15005550099' })
    await call.started
    call.hangUp()
    await call.done
  })

  it('falls back for a call that there is no room for', async () => {
    const first = service.call({ to: SMALL })
    await first.started
    const outcome = await service.call({ to: SMALL }).done
    expect(outcome.verbs.map(({ verb }) => verb)).toEqual(['say', 'dial'])
    first.hangUp()
    await first.done
  })
})
