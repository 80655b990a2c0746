/** Whoever is told of a call is told the times of its lines on the clock of its entries: since the call was offered. */
import { expect, it } from 'vitest'
import { createCallFeed, type FeedEntry } from '../../src/bridge/call-feed.ts'
import { createListenedCalls } from '../../src/bridge/listening/listened-calls.ts'
import { silentLog } from '../../src/log.ts'
import type { SocketEvents } from '../../src/runtime/socket.ts'
import { createFork } from '../../src/sim/caller/fork.ts'
import { createIds } from '../../src/sim/model/ids.ts'
import { PARROT } from '../../src/sim/model/scenario.ts'
import { createModelSession } from '../../src/sim/model/session.ts'
import { createSocketPair } from '../../src/sim/virtual/socket-pair.ts'
import { decode } from '../../src/twilio/decode.ts'
import { customerOf, withLines } from '../config/sources.ts'
import { clips } from '../sim/model/bundled.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { clip } from '../support/listened-call.ts'
import { startVirtualCall } from '../support/virtual-call.ts'

const CALL = 'CA0123456789abcdef0123456789abcdef'
const timesOf = (entries: readonly FeedEntry[]) =>
  entries.flatMap((entry) => entry.type === 'line' ? [[entry.line.atMs, entry.atMs]] : [])

it('a line of a call with an agent began after the call did, and before it was told', () => {
  const call = startVirtualCall({ agent: 'greeting: Thanks for calling.', isOffered: false })
  call.clock.advance(3_600_000)
  call.offer()
  const line = call.openStream()
  call.until('the greeting is heard', () => line.record().playedMs > 500)
  const times = timesOf(call.entries)
  expect(times.length).toBeGreaterThan(0)
  for (const [lineAtMs, toldAtMs] of times) {
    expect(lineAtMs).toBeGreaterThanOrEqual(0)
    expect(lineAtMs).toBeLessThanOrEqual(toldAtMs)
  }
})

it('a line of a call between humans began as long after the call as it did after the stream, and the stream after the call', () => {
  const clock = createFakeClock()
  clock.advance(3_600_000)
  const entries: FeedEntry[] = []
  const customer = customerOf(withLines(''))
  const line = { number: customer.numbers[0], customer }
  const calls = createListenedCalls({
    connect: (_url, _how, events) => {
      const [here, there] = createSocketPair(clock, 0)
      clock.after(1, () => {
        const session = createModelSession({
          socket: there.socket,
          clock,
          scenario: PARROT,
          ids: createIds('s'),
          purpose: 'transcription',
          model: '',
          clips,
        })
        there.listen(session.events)
        here.listen(events)
      })
      return here.socket
    },
    clock,
    log: silentLog,
    model: { baseUrl: 'http://model.test/v1', apiKey: 'sk-test' },
    secret: 'secret',
    feed: createCallFeed(),
    watchCall: () => (entry) => {
      entries.push(entry)
      return entry
    },
  })
  const stream = { accountSid: 'AC1', callSid: CALL, streamSid: 'MZ1', customParameters: {} }
  calls.offer({ ...stream, from: '+15550001111', line, owner: 'm1' }, {
    dial: '+15005550100',
    model: 'gpt-transcribe',
  })
  clock.advance(2_000)
  const [ours, theirs] = createSocketPair(clock, 0)
  let listening: SocketEvents | undefined
  ours.listen({
    message: (text) => {
      const message = decode(text)
      if (listening) listening.message(text)
      else if (message.type === 'start') listening = calls.attach(CALL, ours.socket, message)
    },
    closed: () => {},
  })
  const { fork, events } = createFork({
    socket: theirs.socket,
    clock,
    stream,
    tracks: ['inbound', 'outbound'],
    ended: () => {},
  })
  theirs.listen(events)
  clock.advance(1_000)
  fork.say('inbound', clip('Yes, please.'))
  clock.advance(5_000)
  calls.stop()
  const [[lineAtMs, toldAtMs]] = timesOf(entries)
  expect(lineAtMs).toBeGreaterThan(2_600)
  expect(lineAtMs).toBeLessThan(3_500)
  expect(toldAtMs).toBeGreaterThan(lineAtMs)
})
