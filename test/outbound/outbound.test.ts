import { describe, expect, test } from 'vitest'
import type { OfferedCall } from '../../src/bridge/offered-call.ts'
import { createConfig, DEFAULT_SERVICE, type ServiceConfig } from '../../src/config/config.ts'
import { UpstreamError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import type { Order } from '../../src/outbound/order.ts'
import { createHeldOrders } from '../../src/outbound/held-orders.ts'
import { createOutbound } from '../../src/outbound/outbound.ts'
import { noOutboundQueue } from '../../src/store/outbound-queue.ts'
import type { CallChange, NewCall } from '../../src/twilio/rest.ts'
import type { PlacedCall } from '../../src/twilio-rest/twilio-api.ts'
import { customerOf } from '../config/sources.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createQueueByHand } from './queue-by-hand.ts'

const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
const SETTINGS = 'countries: [PT]'
const CUSTOMER = (outbound: string, number = '+15005550006') =>
  customerOf(`customer: Reminders
numbers: ["${number}"]
agent: { instructions: "You remind {{name}}." }
${outbound === '' ? '' : `outbound: { ${outbound} }`}
`)

const ORDER: Order = {
  to: '+351213456789',
  line: '+15005550006',
  variables: { name: 'Ana' },
  metadata: {},
  withinMs: 300_000,
}

/** Outbound calls over an exchange and a Twilio made by hand, which write down what they are asked. */
const createFixture = (
  settings = SETTINGS,
  { configured = true, queue = noOutboundQueue, owner = 'p1', clock = createFakeClock() } = {},
) => {
  const done: string[] = []
  const asked: NewCall[] = []
  const offered: OfferedCall[] = []
  let answer = (): Promise<PlacedCall> =>
    Promise.resolve({ callSid: `CA${asked.length}`, status: 'queued' })
  let room: 'no-room' | 'cost-limit' | undefined = undefined
  let isReady = true
  let config = createConfig(DEFAULT_SERVICE, [CUSTOMER(settings)])
  let ids = 0
  const outbound = createOutbound({
    exchange: {
      offer: (facts) => {
        offered.push(facts)
        done.push(`offer ${facts.callSid}`)
        return { ...facts, epoch: 1 }
      },
      noRoom: () => room,
      end: (callSid, reason) => void done.push(`end ${callSid} ${reason}`),
      leaveMessage: (callSid, sentence) => void done.push(`leave ${callSid} ${sentence}`),
    },
    twilio: {
      configured,
      createCall: (call) => {
        asked.push(call)
        return answer()
      },
      updateCall: (callSid: string, change: CallChange) => {
        done.push(`update ${callSid} ${JSON.stringify(change)}`)
        return Promise.resolve('changed')
      },
    },
    config: () => config,
    publicUrl: 'https://voice.example.com',
    machine: 'm1',
    held: createHeldOrders({ queue, owner, clock, wallMs: clock.nowMs, log: silentLog }),
    isReady: () => isReady,
    clock,
    wallMs: clock.nowMs,
    newId: () => `${owner === 'p1' ? 'out' : owner}-${++ids}`,
    log: silentLog,
  })
  /** Lets promises settle that need no time, then the time pass. */
  const pass = async (ms = 0) => {
    for (let at = 0; at < 20; at++) await Promise.resolve()
    clock.advance(ms)
    for (let at = 0; at < 20; at++) await Promise.resolve()
  }
  const place = async (changes: Partial<Order> = {}) => {
    const placed = await outbound.place({ ...ORDER, ...changes })
    await pass()
    return placed
  }
  const tell = (status: string, sequenceNumber?: number, id = 'out-1', callSid = 'CA1') =>
    void outbound.progressed(id, ACCOUNT, { callSid, status, sequenceNumber })
  return {
    outbound,
    clock,
    done,
    asked,
    offered,
    pass,
    place,
    tell,
    answerWith: (next: () => Promise<PlacedCall>) => void (answer = next),
    room: (is: boolean) => void (room = is ? undefined : 'no-room'),
    spendDay: () => void (room = 'cost-limit'),
    drain: () => void (isReady = false),
    configure: (to: string) => void (config = createConfig(DEFAULT_SERVICE, [CUSTOMER(to)])),
    share: (service: ServiceConfig['outbound'], ...settings: readonly string[]) => {
      const customers = settings.map((each, at) => ({
        ...CUSTOMER(each, `+1500555000${at}`),
        id: `customer-${at}`,
      }))
      config = createConfig({ ...DEFAULT_SERVICE, outbound: service }, customers)
    },
  }
}

describe('an order', () => {
  test('is refused when the customer has spent what a day may cost', async () => {
    const { place, spendDay, asked } = createFixture()
    spendDay()
    expect(await place()).toMatchObject({ code: 'cost-limit' })
    expect(asked).toEqual([])
  })

  test.each([
    ['to a number of nobody', { line: '+15005550009' }, 'unknown-line'],
    ['without a value for a blank', { variables: {} }, 'missing-variables'],
    ['with a value that is a novel', { variables: { name: 'x'.repeat(501) } }, 'long-variable'],
    ['to another country', { to: '+14158675310' }, 'country-not-allowed'],
    ['to an emergency number', { to: '112' }, 'emergency-number'],
  ])('%s is refused', async (_, changes, code) => {
    const { place, asked, clock, outbound } = createFixture()
    expect(await place(changes)).toMatchObject({ code })
    expect(asked).toEqual([])
    await outbound.stop()
    expect(clock.waiting()).toBe(0)
  })

  test('is refused where nobody may be called, without an account, and while draining', async () => {
    expect(await createFixture('').place()).toMatchObject({ code: 'outbound-off' })
    expect(await createFixture(SETTINGS, { configured: false }).place())
      .toMatchObject({ code: 'twilio-not-configured' })
    const { place, drain } = createFixture()
    drain()
    expect(await place()).toMatchObject({ code: 'draining' })
  })

  test('waits for its turn, and is then asked for', async () => {
    const { place, asked, outbound, pass } = createFixture('countries: [PT], ringFor: 20s')
    expect(await place()).toMatchObject({ id: 'out-1', status: 'waiting' })
    await place()
    expect(asked).toEqual([{
      to: '+351213456789',
      from: '+15005550006',
      url: 'https://voice.example.com/twilio/outbound/out-1',
      statusCallback: 'https://voice.example.com/twilio/outbound/out-1/status',
      statusCallbackEvents: ['initiated', 'ringing', 'answered', 'completed'],
      timeoutS: 20,
      machineDetection: {
        until: 'start',
        callback: 'https://voice.example.com/twilio/outbound/out-1/machine',
      },
    }])
    expect(outbound.get('out-1')).toMatchObject({ status: 'placed', callSid: 'CA1' })
    expect(outbound.get('out-2')).toMatchObject({ status: 'waiting' })
    await pass(1_000)
    expect(outbound.get('out-2')).toMatchObject({ status: 'placed', callSid: 'CA2' })
  })

  test('waits while there is no room, and not longer than it may', async () => {
    const { place, asked, outbound, pass, room } = createFixture()
    room(false)
    await place({ withinMs: 10_000 })
    await pass(10_000)
    room(true)
    await pass(10_000)
    expect(asked).toEqual([])
    expect(outbound.get('out-1')).toMatchObject({ status: 'expired' })
  })

  test('is not placed any more when the file has changed its mind', async () => {
    const { place, asked, outbound, pass, configure } = createFixture()
    await place()
    await place()
    configure('')
    await pass(1_000)
    expect(asked).toHaveLength(1)
    expect(outbound.get('out-2')).toMatchObject({ status: 'failed', reason: 'outbound-off' })
  })

  test('that Twilio refuses has failed, and says why', async () => {
    const { place, outbound, answerWith } = createFixture()
    answerWith(() => Promise.reject(new UpstreamError('twilio-21215', 'no', { status: 400 })))
    await place()
    expect(outbound.get('out-1')).toMatchObject({ status: 'failed', reason: 'twilio-21215' })
  })
})

describe('the calls of two customers', () => {
  const SLOW = 'countries: [PT], callsPerSecond: 1'
  const FAST = 'countries: [PT], callsPerSecond: 4'
  const placed = async (service: ServiceConfig['outbound']) => {
    const { share, place, asked, pass } = createFixture()
    share(service, SLOW, FAST)
    for (const line of ['+15005550000', '+15005550000', '+15005550001', '+15005550001']) {
      await place({ line })
    }
    for (let ms = 0; ms < 1_200; ms += 50) await pass(50)
    return asked.map(({ from }) => from.at(-1)).join('')
  }

  test('are together no faster than the account may', async () => {
    expect(await placed({ callsPerSecond: 2 })).toBe('011')
    expect(await placed({ callsPerSecond: 100 })).toBe('0110')
  })

  test('are as fast as the faster one where the operator has not said how fast', async () => {
    expect(await placed({})).toBe('0110')
  })
})

describe('the model', () => {
  test('is opened when the phone rings, with what the blanks are filled with', async () => {
    const { place, tell, offered } = createFixture('countries: [PT], ringFor: 20s')
    await place({ metadata: { ticket: '17' } })
    tell('initiated', 0)
    expect(offered).toEqual([])
    tell('ringing', 1)
    expect(offered).toMatchObject([{
      callSid: 'CA1',
      accountSid: ACCOUNT,
      from: '+351213456789',
      owner: 'm1',
      variables: { name: 'Ana' },
      metadata: { ticket: '17' },
      ringsForMs: 20_000,
    }])
  })

  test.each(['busy', 'no-answer', 'failed', 'canceled'])(
    'is closed when the call is %s',
    async (status) => {
      const { place, tell, done, outbound } = createFixture()
      await place()
      tell('ringing', 1)
      tell(status, 2)
      expect(done).toEqual(['offer CA1', 'end CA1 not-answered'])
      expect(outbound.get('out-1')).toMatchObject({ status })
    },
  )

  test('is not opened by a ringing that is told after the end', async () => {
    const { place, tell, done } = createFixture()
    await place()
    tell('busy', 2)
    tell('ringing', 1)
    expect(done).toEqual(['end CA1 not-answered'])
  })

  test('is closed when nothing more is told of a phone that rings', async () => {
    const { place, tell, pass, done, outbound } = createFixture('countries: [PT], ringFor: 20s')
    await place()
    tell('ringing', 1)
    await pass(79_999)
    expect(outbound.get('out-1')).toMatchObject({ status: 'ringing' })
    await pass(1)
    expect(outbound.get('out-1')).toMatchObject({ status: 'failed', reason: 'no-news' })
    expect(done).toEqual(['offer CA1', 'end CA1 not-answered'])
  })
})

describe('a call that is answered', () => {
  test('is offered with its blanks, and ends like any other', async () => {
    const { place, outbound, tell, done, pass, clock } = createFixture()
    await place()
    expect(await outbound.answered('out-1', { callSid: 'CA1', accountSid: ACCOUNT }))
      .toMatchObject({ callSid: 'CA1', variables: { name: 'Ana' } })
    expect(outbound.get('out-1')).toMatchObject({ status: 'in-progress' })
    tell('completed', 3)
    // Nothing is waited for any more.
    await pass(1_000)
    await outbound.stop()
    expect(clock.waiting()).toBe(0)
    expect(done).toEqual(['end CA1 caller-hung-up'])
    expect(await outbound.answered('out-1', { callSid: 'CA1', accountSid: ACCOUNT }))
      .toBeUndefined()
  })

  test('goes on although Twilio never answered when it was asked for', async () => {
    const { place, outbound, answerWith } = createFixture()
    answerWith(() =>
      Promise.reject(new UpstreamError('twilio-timeout', 'no answer', { retryable: true }))
    )
    await place()
    expect(outbound.get('out-1')).toMatchObject({ status: 'failed', reason: 'twilio-timeout' })
    expect(await outbound.answered('out-1', { callSid: 'CA9', accountSid: ACCOUNT }))
      .toMatchObject({ callSid: 'CA9' })
    expect(outbound.get('out-1')).toMatchObject({ status: 'in-progress', callSid: 'CA9' })
    expect(outbound.get('out-1')).not.toHaveProperty('reason')
  })

  test('is nobody’s when its id is unknown', async () => {
    const { outbound } = createFixture()
    expect(await outbound.answered('out-9', { callSid: 'CA9', accountSid: ACCOUNT }))
      .toBeUndefined()
  })
})

describe('a machine', () => {
  const MESSAGE = 'countries: [PT], machine: message, message: "{{name}}, call us."'

  test.each([
    [SETTINGS, 'machine_start', ['end CA1 machine-answered']],
    [SETTINGS, 'fax', ['end CA1 machine-answered']],
    [SETTINGS, 'human', []],
    [SETTINGS, 'unknown', []],
    [MESSAGE, 'machine_start', []],
    [MESSAGE, 'machine_end_beep', ['leave CA1 Ana, call us.']],
    [MESSAGE, 'machine_end_silence', ['leave CA1 Ana, call us.']],
    [MESSAGE, 'fax', ['end CA1 machine-answered']],
    [MESSAGE, 'human', []],
    ['countries: [PT], machine: continue', 'machine_start', []],
  ])('with { %s } that is %s', async (settings, answeredBy, expected) => {
    const { place, outbound, done } = createFixture(settings)
    await place()
    await outbound.answered('out-1', { callSid: 'CA1', accountSid: ACCOUNT })
    outbound.detected('out-1', answeredBy)
    expect(done).toEqual(expected)
  })

  test.each([
    [SETTINGS, 'start'],
    [MESSAGE, 'message-end'],
    ['countries: [PT], machine: continue', undefined],
  ])('with { %s } is waited for until %s', async (settings, until) => {
    const { place, asked } = createFixture(settings)
    await place()
    expect(asked[0].machineDetection?.until).toBe(until)
  })
})

describe('a call that is taken back', () => {
  test('is never placed while it waits', async () => {
    const { place, outbound, asked, pass } = createFixture()
    await place()
    await place()
    expect(await outbound.cancel('out-2')).toMatchObject({ status: 'canceled', reason: 'asked-to' })
    await pass(10_000)
    expect(asked).toHaveLength(1)
  })

  test('is ended at Twilio, also when it has just been asked for', async () => {
    const { place, outbound, done, answerWith } = createFixture()
    const answer = Promise.withResolvers<PlacedCall>()
    answerWith(() => answer.promise)
    await place()
    const canceled = outbound.cancel('out-1')
    expect(done).toEqual([])
    answer.resolve({ callSid: 'CA1', status: 'queued' })
    await canceled
    expect(done).toEqual(['update CA1 {"status":"completed"}'])
  })

  test('is none when it is unknown', async () => {
    expect(await createFixture().outbound.cancel('out-9')).toBeUndefined()
  })
})

test('a service that stops and keeps nothing forgets those that wait, and lets no phone ring', async () => {
  const { place, outbound, done, tell, pass, asked } = createFixture()
  await place()
  await place()
  tell('ringing', 1)
  await outbound.stop()
  await pass(10_000)
  expect(outbound.get('out-2')).toMatchObject({ status: 'canceled', reason: 'draining' })
  expect(done).toEqual(['offer CA1', 'update CA1 {"status":"completed"}'])
  expect(asked).toHaveLength(1)
  expect(await place()).toMatchObject({ code: 'draining' })
})

describe('a queue that is kept', () => {
  /** A process that has died: nothing of it happens any more. */
  const dead = () => new Promise<PlacedCall>(() => {})
  /** Long enough for another process to take over what a dead one held. */
  const takenOver = async ({ pass }: Pick<ReturnType<typeof createFixture>, 'pass'>) => {
    for (let rounds = 0; rounds < 5; rounds++) await pass(5_000)
  }

  const restarted = async (
    before: (fixture: ReturnType<typeof createFixture>) => Promise<void>,
    settings = SETTINGS,
  ) => {
    const queue = createQueueByHand()
    const first = createFixture(settings, { queue: queue.of('p1') })
    await before(first)
    queue.kill('p1')
    const second = createFixture(settings, { queue: queue.of('p2'), owner: 'p2' })
    return { first, second, queue }
  }

  test('is dialled by the process after the one that died', async () => {
    const { first, second, queue } = await restarted(async ({ place, room }) => {
      room(false)
      await place({ metadata: { ticket: '17' } })
      await place({ to: '+351210000000' })
    })
    expect(first.asked).toEqual([])
    await takenOver(second)
    await second.pass(1_000)
    expect(second.asked.map(({ to }) => to)).toEqual(['+351213456789', '+351210000000'])
    expect(second.outbound.get('out-1')).toMatchObject({
      status: 'placed',
      metadata: { ticket: '17' },
      askedAt: 0,
    })
    expect(queue.states()).toEqual(['out-1 placing', 'out-2 placing'])
  })

  test('is not dialled again where the one before was about to, and its agent answers', async () => {
    const { second } = await restarted(async ({ place, answerWith }) => {
      answerWith(dead)
      await place()
    })
    await takenOver(second)
    expect(second.asked).toEqual([])
    expect(second.outbound.get('out-1')).toMatchObject({ status: 'placed' })
    await second.outbound.progressed('out-1', ACCOUNT, {
      callSid: 'CA7',
      status: 'ringing',
      sequenceNumber: 1,
    })
    expect(second.offered).toMatchObject([{ callSid: 'CA7', variables: { name: 'Ana' } }])
    expect(await second.outbound.answered('out-1', { callSid: 'CA7', accountSid: ACCOUNT }))
      .toMatchObject({ callSid: 'CA7', from: '+351213456789' })
  })

  test('gives a call that rings to the process that Twilio speaks to, before its time', async () => {
    const { second, queue } = await restarted(({ place, tell }) =>
      place().then(() => tell('ringing', 1))
    )
    expect(await second.outbound.answered('out-1', { callSid: 'CA1', accountSid: ACCOUNT }))
      .toMatchObject({ callSid: 'CA1', variables: { name: 'Ana' } })
    await second.pass()
    expect(queue.states()).toEqual([])
  })

  test('gives up a call that was about to be dialled and of which nothing is heard', async () => {
    const { second, queue } = await restarted(async ({ place, answerWith }) => {
      answerWith(dead)
      await place()
    }, 'countries: [PT], ringFor: 20s')
    await takenOver(second)
    await second.pass(80_000)
    expect(second.outbound.get('out-1')).toMatchObject({ status: 'failed', reason: 'no-news' })
    expect([second.asked, queue.states()]).toEqual([[], []])
  })

  test('does not outlive the time that a call may wait', async () => {
    const { second, queue } = await restarted(async ({ place, room }) => {
      room(false)
      await place({ withinMs: 10_000 })
    })
    await takenOver(second)
    await second.pass()
    expect([second.asked, queue.states()]).toEqual([[], []])
    expect(second.outbound.get('out-1')).toMatchObject({ status: 'expired' })
  })

  test('is held against the configuration of the process that takes it over', async () => {
    const { second, queue } = await restarted(async ({ place, room }) => {
      room(false)
      await place()
    })
    second.configure('countries: [US]')
    await takenOver(second)
    await second.pass()
    expect([second.asked, queue.states()]).toEqual([[], []])
  })

  test('is left to the next process by one that stops, which does not dial any more', async () => {
    const queue = createQueueByHand()
    const first = createFixture(SETTINGS, { queue: queue.of('p1') })
    first.room(false)
    await first.place()
    await first.outbound.stop()
    const second = createFixture(SETTINGS, { queue: queue.of('p2'), owner: 'p2' })
    await second.pass(0)
    await second.pass(0)
    expect([first.asked.length, second.asked.length]).toEqual([0, 1])
  })

  test('is dialled by one of two when the first was only away for long', async () => {
    const { first, second } = await restarted(async ({ place, room }) => {
      room(false)
      await place()
    })
    await takenOver(second)
    await second.pass()
    first.room(true)
    await first.pass(1_000)
    expect([first.asked.length, second.asked.length]).toEqual([0, 1])
    expect(first.outbound.get('out-1')).toMatchObject({ status: 'canceled', reason: 'not-held' })
  })

  test('waits for its store before it dials, and goes on without where a call was not kept', async () => {
    const queue = createQueueByHand()
    const { place, pass, asked, outbound, room } = createFixture(SETTINGS, {
      queue: queue.of('p1'),
    })
    room(false)
    await place()
    queue.away(true)
    await place({ to: '+351210000000' })
    room(true)
    await pass(1_000)
    await pass(1_000)
    expect(asked.map(({ to }) => to)).toEqual(['+351210000000'])
    queue.away(false)
    await pass(1_000)
    await pass(1_000)
    expect(asked.map(({ to }) => to)).toEqual(['+351210000000', '+351213456789'])
    expect(outbound.get('out-1')).toMatchObject({ status: 'placed' })
  })

  test('forgets what was taken back, also when the store is away at that moment', async () => {
    const queue = createQueueByHand()
    const { place, pass, outbound, room } = createFixture(SETTINGS, { queue: queue.of('p1') })
    room(false)
    await place()
    queue.away(true)
    await outbound.cancel('out-1')
    await pass(5_000)
    expect(queue.states()).toEqual(['out-1 waiting'])
    queue.away(false)
    await pass(5_000)
    expect(queue.states()).toEqual([])
  })
})
