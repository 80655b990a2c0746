import { expect, test } from 'vitest'
import { createFork } from '../../../src/sim/caller/fork.ts'
import { parseTwiml } from '../../../src/sim/caller/twiml.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { createSocketPair } from '../../../src/sim/virtual/socket-pair.ts'

const fork = () => {
  const clock = createFakeClock()
  const [ours, theirs] = createSocketPair(clock)
  const sent: string[] = []
  const ends: string[] = []
  theirs.listen({ message: (text) => void sent.push(text), closed: () => {} })
  const created = createFork({
    socket: ours.socket,
    clock,
    stream: {
      accountSid: 'AC1',
      callSid: 'CA1',
      streamSid: 'MZ1',
      customParameters: { token: 't' },
    },
    tracks: ['inbound', 'outbound'],
    ended: (how) => void ends.push(how),
  })
  ours.listen(created.events)
  return { clock, sent, ends, theirs, ...created }
}

test('a fork sends both tracks frame by frame under one count, from the start message to the stop', () => {
  const { clock, sent, fork: it, ends } = fork()
  it.say('outbound', new Int16Array(160).fill(8_000))
  clock.advance(40)
  it.end()
  clock.advance(0)

  expect(sent.slice(0, 2)).toEqual([
    '{"event":"connected","protocol":"Call","version":"1.0.0"}',
    '{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"AC1","callSid":"CA1","streamSid":"MZ1","tracks":["inbound","outbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"token":"t"}}}',
  ])
  expect(
    sent.slice(2).map((text) => JSON.parse(text)).map(({ event, sequenceNumber, media }) => [
      event,
      sequenceNumber,
      media?.track,
      media?.chunk,
      media?.timestamp,
    ]),
  ).toEqual([
    ['media', '2', 'inbound', '1', '0'],
    ['media', '3', 'outbound', '2', '0'],
    ['media', '4', 'inbound', '3', '20'],
    ['media', '5', 'outbound', '4', '20'],
    ['stop', '6', undefined, undefined, undefined],
  ])
  expect(ends).toEqual(['in-order'])
})

test('a fork whose server closes is over, and keeps what it was sent against the rules', () => {
  const { clock, fork: it, ends, theirs } = fork()
  theirs.socket.send('{"event":"clear","streamSid":"MZ1"}')
  theirs.socket.close()
  clock.advance(100)
  expect(it.received).toEqual(['{"event":"clear","streamSid":"MZ1"}'])
  expect(ends).toEqual(['server-closed'])
  expect(it.isOpen()).toBe(false)
})

test('TwiML starts a stream beside the call, on the tracks it names', () => {
  const start = (attributes: string) =>
    parseTwiml(
      `<Response><Start><Stream url="wss://a.example/s"${attributes}>` +
        '<Parameter name="token" value="t"/></Stream></Start></Response>',
    )
  expect(start(' track="both_tracks"')).toEqual([{
    verb: 'start',
    track: 'both_tracks',
    stream: { url: 'wss://a.example/s', statusCallbackMethod: 'POST', parameters: { token: 't' } },
  }])
  expect(start('')).toMatchObject([{ verb: 'start', track: 'inbound_track' }])
  expect(parseTwiml('<Response><Start><Siprec/></Start></Response>'))
    .toEqual([{ verb: 'unknown', name: 'Start/Siprec' }])
})
