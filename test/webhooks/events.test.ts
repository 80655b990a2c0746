import { expect, test } from 'vitest'
import { WEBHOOK_EVENTS, type WebhookEventType } from '../../src/config/schema/webhooks.ts'
import type { RecordWrite } from '../../src/record/record.ts'
import { beginTelling, noteForEvents, withEvents } from '../../src/webhooks/events.ts'
import { NOON } from '../store/fixture.ts'
import { writes } from '../store/record-fixture.ts'

const CRM = 'https://crm.example.com/calls'

const hook = (events: readonly WebhookEventType[] = WEBHOOK_EVENTS, url = CRM) => ({
  url,
  secret: '${env:CRM_SECRET}',
  events,
})

const begin = (changes: Partial<Parameters<typeof beginTelling>[0]> = {}) =>
  beginTelling({ webhooks: [hook()], hasWords: true, epoch: 1, ...changes })

/** What is written, each by its type; events by what they are. */
const shown = (all: readonly RecordWrite[]) =>
  all.map((write) => write.type === 'event' ? write.event.type : write.type)

const bodiesOf = (all: readonly RecordWrite[]) =>
  all.flatMap((write) => write.type === 'event' ? [JSON.parse(write.event.body)] : [])

const ended = (endReason: string) =>
  writes.call({ revision: 2, endedAt: NOON + 60_000, endReason, cause: 'x' })

const message: RecordWrite = {
  type: 'message',
  message: {
    id: 'CA1/i3',
    callSid: 'CA1',
    customer: 'bright-smile',
    at: NOON + 9_000,
    text: '{"name":"Ana","message":"Call me back."}',
  },
}

test('each event stands behind the write it belongs to', () => {
  const [telling, first] = withEvents(begin(), [writes.call(), writes.part()])
  expect(shown(first)).toEqual(['call', 'call.started', 'part'])
  const [after, more] = withEvents(telling, [writes.line(), message, writes.call()])
  expect(shown(more)).toEqual(['line', 'message', 'message.taken', 'call'])
  const [, last] = withEvents(after, [ended('caller-hung-up'), writes.part()])
  expect(shown(last)).toEqual(['call', 'call.ended', 'transcript.final', 'part'])
})

test('what whoever asked for a call wants kept is in its events', () => {
  const [, events] = withEvents(begin(), [writes.call({ metadata: { ticket: '17' } })])
  const [, event] = events
  expect(event.type === 'event' && JSON.parse(event.event.body).data)
    .toMatchObject({ metadata: { ticket: '17' } })
})

test('a summary is an event of its own, and none where there is none', () => {
  const written = { callSid: 'CA1', customer: 'bright-smile', at: NOON + 63_000 }
  const summary = { summary: 'A table for two.', outcome: 'booked', fields: { people: 2 } }
  const [telling] = withEvents(begin(), [writes.call(), ended('caller-hung-up')])
  const [, events] = withEvents(telling, [{ type: 'summary', summary: { ...written, ...summary } }])
  expect(shown(events)).toEqual(['summary', 'summary.ready'])
  const [, event] = events
  expect(event.type === 'event' && JSON.parse(event.event.body)).toEqual({
    type: 'summary.ready',
    timestamp: '2026-05-04T12:01:03.000Z',
    data: {
      callSid: 'CA1',
      customer: 'bright-smile',
      line: '+15005550006',
      direction: 'inbound',
      from: '+15550001111',
      to: '+15005550006',
      startedAt: '2026-05-04T12:00:00.000Z',
      ...summary,
    },
  })
  const none = { ...written, problem: 'too-late' }
  expect(shown(withEvents(telling, [{ type: 'summary', summary: none }])[1])).toEqual(['summary'])
})

test('an event says what it is, when, and of which call', () => {
  const [telling, first] = withEvents(begin(), [writes.call()])
  expect(first[1]).toMatchObject({
    type: 'event',
    event: {
      id: 'msg_CA1_1_1',
      callSid: 'CA1',
      customer: 'bright-smile',
      url: CRM,
      seq: 1_000_001,
      at: NOON,
    },
  })
  const call = {
    callSid: 'CA1',
    customer: 'bright-smile',
    line: '+15005550006',
    direction: 'inbound',
    from: '+15550001111',
    to: '+15005550006',
    startedAt: '2026-05-04T12:00:00.000Z',
  }
  const [, last] = withEvents(telling, [message, ended('model-lost')])
  expect(bodiesOf([...first, ...last])).toEqual([
    { type: 'call.started', timestamp: '2026-05-04T12:00:00.000Z', data: call },
    {
      type: 'message.taken',
      timestamp: '2026-05-04T12:00:09.000Z',
      data: {
        callSid: 'CA1',
        customer: 'bright-smile',
        messageId: 'CA1/i3',
        takenAt: '2026-05-04T12:00:09.000Z',
        message: { name: 'Ana', message: 'Call me back.' },
      },
    },
    {
      type: 'call.ended',
      timestamp: '2026-05-04T12:01:00.000Z',
      data: {
        ...call,
        endedAt: '2026-05-04T12:01:00.000Z',
        durationMs: 60_000,
        endReason: 'model-lost',
        cause: 'x',
      },
    },
    { type: 'transcript.final', timestamp: '2026-05-04T12:01:00.000Z', data: call },
  ])
})

test('a call that was put through to a human says to whom, before it ends', () => {
  const telling = noteForEvents(begin({ epoch: 2 }), {
    type: 'transferring',
    destination: 'reception',
    mode: 'warm',
    atMs: 5,
  })
  const [, last] = withEvents(telling, [ended('transferred')])
  expect(shown(last)).toEqual(['call', 'transfer.done', 'call.ended', 'transcript.final'])
  expect(bodiesOf(last)[0].data.destination).toBe('reception')
})

test('a call that another process takes up begins once and ends once, and goes on in order', () => {
  const [first] = withEvents(begin(), [writes.call()])
  const [taken, nothing] = withEvents(begin({ epoch: 2 }), [writes.call({ epoch: 2 })])
  expect(first.hasEnded).toBe(false)
  expect(shown(nothing)).toEqual(['call'])
  const [over, last] = withEvents(taken, [ended('caller-hung-up')])
  expect(last[1]).toMatchObject({ event: { id: 'msg_CA1_2_1', seq: 2_000_001 } })
  expect(shown(withEvents(over, [ended('caller-hung-up')])[1])).toEqual(['call'])
})

test('a server is told only what it wants to know', () => {
  const webhooks = [hook(['call.ended']), hook(['call.started', 'call.ended'], `${CRM}/2`)]
  const [telling, first] = withEvents(begin({ webhooks }), [writes.call()])
  const [, last] = withEvents(telling, [message, ended('caller-hung-up')])
  const told = [...first, ...last].flatMap((write) =>
    write.type === 'event' ? [[write.event.id, write.event.type, write.event.url]] : []
  )
  expect(told).toEqual([
    ['msg_CA1_1_1', 'call.started', `${CRM}/2`],
    ['msg_CA1_1_2', 'call.ended', CRM],
    ['msg_CA1_1_3', 'call.ended', `${CRM}/2`],
  ])
})

test('where no words are kept there is no transcript', () => {
  const [, all] = withEvents(begin({ hasWords: false }), [ended('caller-hung-up')])
  expect(shown(all)).toEqual(['call', 'call.started', 'call.ended'])
})

test('without webhooks nothing is added', () => {
  const all = [writes.call(), message]
  expect(withEvents(begin({ webhooks: [] }), all)[1]).toBe(all)
})
