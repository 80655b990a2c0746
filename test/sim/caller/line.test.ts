import { describe, expect, test } from 'vitest'
import type { LineEnd } from '../../../src/sim/caller/line.ts'
import { createLineFixture } from './line-fixture.ts'

/** 160 bytes of 0xff in base64. */
const SILENT_PAYLOAD = '/'.repeat(213) + 'w=='

const mediaText = (sequence: number, chunk: number, timestamp: number, payload: string) =>
  `{"event":"media","sequenceNumber":"${sequence}","streamSid":"MZ0123456789abcdef0123456789abcdef",` +
  `"media":{"track":"inbound","chunk":"${chunk}","timestamp":"${timestamp}","payload":"${payload}"}}`

const markText = (sequence: number, name: string) =>
  `{"event":"mark","sequenceNumber":"${sequence}","streamSid":"MZ0123456789abcdef0123456789abcdef",` +
  `"mark":{"name":"${name}"}}`

const counters = (text: string) => {
  const { sequenceNumber, media } = JSON.parse(text)
  return [sequenceNumber, media.chunk, media.timestamp]
}

describe('frames of the caller', () => {
  test('follow connected and start, the first once its 20 ms are over', () => {
    const { clock, texts, media } = createLineFixture()
    expect(texts()).toHaveLength(2)
    clock.advance(19)
    expect(texts()).toHaveLength(2)
    clock.advance(1)
    expect(media()).toEqual([{ atMs: 20, text: mediaText(2, 1, 0, SILENT_PAYLOAD) }])
    clock.advance(20)
    expect(media()[1]).toEqual({ atMs: 40, text: mediaText(3, 2, 20, SILENT_PAYLOAD) })
  })

  test('leave every 20 ms for a minute without drift', () => {
    const { clock, media } = createLineFixture()
    clock.advance(60_000)
    expect(media().map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 3000 }, (_, n) => 20 * n + 20),
    )
    expect(counters(media()[2999].text)).toEqual(['3001', '3000', '59980'])
  })

  test('do not drift although every timer is late', () => {
    const { clock, media } = createLineFixture({}, () => 13)
    clock.advance(10_000)
    expect(media().at(-1)?.atMs).toBe(9993)
    expect(media()).toHaveLength(499)
  })

  test('catch up at once after a stall and keep their schedule', () => {
    const delays = [0, 70, 0, 0]
    const { clock, media } = createLineFixture({}, () => delays.shift() ?? 0)
    clock.advance(140)
    expect(media().map(({ atMs }) => atMs)).toEqual([20, 110, 110, 110, 110, 120, 140])
    expect(media().map(({ text }) => counters(text)[2]))
      .toEqual(['0', '20', '40', '60', '80', '100', '120'])
  })

  test('carry what the caller says from the next frame on', () => {
    const { clock, line, media } = createLineFixture()
    clock.advance(30)
    expect(line.say(new Int16Array(240).fill(-32768))).toEqual({ startMs: 40, endMs: 70 })
    clock.advance(70)
    const payloads = media().map(({ text }) => JSON.parse(text).media.payload)
    expect(payloads).toEqual([
      SILENT_PAYLOAD,
      SILENT_PAYLOAD,
      'A'.repeat(214) + '==',
      'A'.repeat(106) + 'D' + '/'.repeat(106) + 'w==',
      SILENT_PAYLOAD,
    ])
  })

  test('carry a second sentence right behind the first', () => {
    const { line } = createLineFixture()
    expect(line.say(new Int16Array(100))).toEqual({ startMs: 0, endMs: 12.5 })
    expect(line.say(new Int16Array(100))).toEqual({ startMs: 12.5, endMs: 25 })
  })

  test('are left out while the caller is silent on a carrier that suppresses silence', () => {
    const { clock, line, media } = createLineFixture({ suppressSilence: true })
    clock.advance(100)
    line.say(new Int16Array(320).fill(8000))
    clock.advance(100)
    line.say(new Int16Array(160).fill(8000))
    clock.advance(100)
    expect(media().map(({ text }) => counters(text))).toEqual([
      ['2', '1', '100'],
      ['3', '2', '120'],
      ['4', '3', '200'],
    ])
  })

  test('hiss at the smallest steps when the caller sits in a quiet room', () => {
    const { clock, media } = createLineFixture({ background: 'comfort-noise' })
    clock.advance(20)
    const { payload } = JSON.parse(media()[0].text).media
    expect(new Set(atob(payload))).toEqual(new Set(['\xff', '\x7f', '\xfe', '\x7e']))
  })

  test('are each told to the owner, with what was heard in them', () => {
    const heard: [number, number][] = []
    const { clock, sendMedia } = createLineFixture({
      eachFrame: (line, atMs) => heard.push([atMs, line.heard(atMs - 20, 20)[0]]),
    })
    clock.advance(20)
    sendMedia(20, 0x33)
    clock.advance(40)
    expect(heard).toEqual([[20, 0xff], [40, 0x33], [60, 0xff]])
  })
})

describe('what the server sends', () => {
  test('is heard at 8 bytes to the millisecond from when it arrives', () => {
    const { clock, line, sendMedia } = createLineFixture()
    clock.advance(7)
    sendMedia(100)
    clock.advance(33)
    expect(line.playedBytes()).toBe(264)
    expect(line.playedBytes(17)).toBe(80)
    expect(line.heard(6, 3)).toEqual(
      Uint8Array.from({ length: 24 }, (_, i) => i < 8 ? 0xff : 0x20),
    )
  })

  test('is not heard before its time', () => {
    const { clock, line, sendMedia } = createLineFixture()
    sendMedia(100)
    clock.advance(10)
    expect(line.heard(9, 2)).toEqual(Uint8Array.from({ length: 16 }, (_, i) => i < 8 ? 0x20 : 0xff))
  })

  test('begins later on an idle line with jitter', () => {
    const { clock, line, sendMedia } = createLineFixture({ jitterMs: 60 })
    sendMedia(100)
    clock.advance(60)
    expect(line.playedBytes()).toBe(0)
    clock.advance(5)
    expect(line.playedBytes()).toBe(40)
    expect(line.record().firstPacketAtMs).toBe(0)
  })

  test('is refused over ten minutes, once logged as 31931', () => {
    const { clock, line, sendMedia } = createLineFixture()
    for (let minute = 0; minute < 12; minute++) sendMedia(60_000)
    expect(line.record()).toMatchObject({ sentMs: 600_000, queuedMs: 600_000 })
    clock.advance(60_000)
    sendMedia(60_000)
    expect(line.record()).toMatchObject({ sentMs: 660_000, playedMs: 60_000, queuedMs: 600_000 })
    expect(line.record().warnings).toEqual([{
      code: 31931,
      problem: 'more than ten minutes of audio would wait',
      firstAtMs: 0,
      times: 2,
    }])
  })

  test('is ignored when it is not understood, once logged as 31951', () => {
    const { clock, line, sendText } = createLineFixture()
    clock.advance(45)
    sendText('{"event":"media","stream_sid":"MZ1","media":{"payload":"f39/fw=="}}')
    sendText('{"event":"clear","streamSid":"MZ0123456789abcdef0123456789abcdef","x":1}')
    expect(line.record()).toMatchObject({
      sentMs: 0,
      clears: [],
      warnings: [{
        code: 31951,
        problem: 'streamSid is not the one of this stream',
        firstAtMs: 45,
        times: 2,
      }],
    })
  })
})

describe('marks', () => {
  test('come back at once when nothing is queued', () => {
    const { clock, line, control, sendMark } = createLineFixture()
    clock.advance(5)
    sendMark('early')
    expect(control().at(-1)).toEqual({ atMs: 5, text: markText(2, 'early') })
    expect(line.record().marks).toEqual([{ name: 'early', atMs: 5, playedMs: 0, cleared: false }])
  })

  test('come back when the audio before them was heard, to the millisecond', () => {
    const { clock, line, control, sendMedia, sendMark } = createLineFixture()
    clock.advance(3)
    sendMedia(50)
    sendMark('a')
    sendMedia(31)
    sendMark('b')
    sendMark('c')
    clock.advance(100)
    expect(control().slice(2)).toEqual([
      { atMs: 53, text: markText(4, 'a') },
      { atMs: 84, text: markText(7, 'b') },
      { atMs: 84, text: markText(8, 'c') },
    ])
    expect(line.record().marks).toEqual([
      { name: 'a', atMs: 53, playedMs: 50, cleared: false },
      { name: 'b', atMs: 84, playedMs: 81, cleared: false },
      { name: 'c', atMs: 84, playedMs: 81, cleared: false },
    ])
  })

  test('are on record where they stood even when the timer was late', () => {
    const { clock, line, control, sendMedia, sendMark } = createLineFixture({}, () => 9)
    sendMedia(50)
    sendMark('a')
    clock.advance(100)
    expect(control().at(-1)?.atMs).toBe(59)
    expect(line.record().marks).toEqual([{ name: 'a', atMs: 50, playedMs: 50, cleared: false }])
  })

  test('that were heard are not counted as cleared because their timer was late', () => {
    const { clock, line, sendMedia, sendMark, sendClear } = createLineFixture({}, () => 9)
    sendMedia(50)
    sendMark('a')
    sendMedia(50)
    sendMark('b')
    clock.advance(55)
    sendClear()
    expect(line.record().marks).toEqual([
      { name: 'a', atMs: 50, playedMs: 50, cleared: false },
      { name: 'b', atMs: 55, playedMs: 55, cleared: true },
    ])
  })

  test('come back in time although timers fire early', () => {
    const early = [0, -4, 0, 0]
    const { clock, control, sendMedia, sendMark } = createLineFixture({}, () => early.shift() ?? 0)
    sendMedia(10)
    sendMark('a')
    clock.advance(15)
    expect(control().at(-1)).toEqual({ atMs: 10, text: markText(2, 'a') })
  })
})

describe('clear', () => {
  test('drops what was not heard and gives all marks back in order', () => {
    const { clock, line, control, sendMedia, sendMark, sendClear } = createLineFixture()
    sendMedia(100)
    sendMark('a')
    sendMedia(200)
    sendMark('b')
    sendMark('c')
    clock.advance(133)
    sendClear()
    clock.advance(500)
    expect(control().slice(2)).toEqual([
      { atMs: 100, text: markText(6, 'a') },
      { atMs: 133, text: markText(9, 'b') },
      { atMs: 133, text: markText(10, 'c') },
    ])
    const record = line.record()
    expect(record.clears).toEqual([{ atMs: 133, playedMs: 133, droppedMs: 167 }])
    expect(record.marks.slice(1)).toEqual([
      { name: 'b', atMs: 133, playedMs: 133, cleared: true },
      { name: 'c', atMs: 133, playedMs: 133, cleared: true },
    ])
    expect(record).toMatchObject({ sentMs: 300, playedMs: 133, droppedMs: 167, queuedMs: 0 })
  })

  test('lets later audio begin at once', () => {
    const { clock, line, sendMedia, sendClear } = createLineFixture()
    sendMedia(300, 0x11)
    clock.advance(100)
    sendClear()
    clock.advance(10)
    sendMedia(20, 0x22)
    clock.advance(50)
    const heard = line.heard(0, 160)
    expect([0, 799, 800, 879, 880, 1039, 1040].map((at) => heard[at]))
      .toEqual([0x11, 0x11, 0xff, 0xff, 0x22, 0x22, 0xff])
  })

  test('on an idle line is on record and drops nothing', () => {
    const { clock, line, sendClear } = createLineFixture()
    clock.advance(12)
    sendClear()
    expect(line.record().clears).toEqual([{ atMs: 12, playedMs: 0, droppedMs: 0 }])
  })
})

describe('the caller', () => {
  test('presses keys', () => {
    const { clock, line, control } = createLineFixture()
    clock.advance(50)
    line.pressKey('#')
    clock.advance(0)
    expect(control().at(-1)).toEqual({
      atMs: 50,
      text:
        '{"event":"dtmf","sequenceNumber":"4","streamSid":"MZ0123456789abcdef0123456789abcdef",' +
        '"dtmf":{"track":"inbound_track","digit":"#"}}',
    })
    expect(() => line.pressKey('12')).toThrow('pressKey() takes one of 0-9 * # A-D, not "12"')
  })

  test('hangs up with stop and a closing handshake, and is not heard again', () => {
    const ends: LineEnd[] = []
    const { clock, line, closes, texts, sendMedia } = createLineFixture({
      ended: (end) => ends.push(end),
    })
    sendMedia(500)
    clock.advance(110)
    line.hangUp()
    line.hangUp()
    line.pressKey('1')
    clock.advance(1000)
    expect(texts()).toHaveLength(8)
    expect(texts().at(-1)).toBe(
      '{"event":"stop","sequenceNumber":"7","streamSid":"MZ0123456789abcdef0123456789abcdef",' +
        '"stop":{"accountSid":"AC0123456789abcdef0123456789abcdef",' +
        '"callSid":"CA0123456789abcdef0123456789abcdef"}}',
    )
    expect(closes).toEqual([{ code: 1000, reason: '' }])
    expect(ends).toEqual([{ how: 'hung-up', atMs: 110 }])
    expect(line.record()).toMatchObject({ playedMs: 110, queuedMs: 390, end: { how: 'hung-up' } })
    expect(line.heard(109, 2)).toEqual(
      Uint8Array.from({ length: 16 }, (_, i) => i < 8 ? 0x20 : 0xff),
    )
  })

  test('sends what he had said before he hangs up, even when the timer was late', () => {
    const { clock, line, media, control } = createLineFixture({}, () => 90)
    clock.advance(70)
    line.hangUp()
    clock.advance(0)
    expect(media().map(({ text }) => counters(text)[2])).toEqual(['0', '20', '40'])
    expect(control().at(-1)?.text).toContain('"event":"stop","sequenceNumber":"5"')
  })

  test('can hang up from within a frame', () => {
    const { clock, texts } = createLineFixture({
      eachFrame: (line, atMs) => {
        if (atMs === 40) line.hangUp()
      },
    })
    clock.advance(200)
    expect(texts()).toHaveLength(5)
    expect(texts().at(-1)).toContain('"event":"stop","sequenceNumber":"4"')
  })

  test('can vanish without a stop', () => {
    const ends: LineEnd[] = []
    const { clock, line, closes, control } = createLineFixture({ ended: (end) => ends.push(end) })
    clock.advance(100)
    line.vanish()
    clock.advance(100)
    expect(control()).toHaveLength(2)
    expect(closes).toEqual([{ code: 3000, reason: '' }])
    expect(ends).toEqual([{ how: 'torn', atMs: 100 }])
  })

  test('can freeze: the socket stays open and nothing comes through either way', () => {
    const { clock, line, closes, texts, sendMedia } = createLineFixture()
    clock.advance(100)
    line.freeze()
    sendMedia(20)
    clock.advance(1000)
    expect(texts()).toHaveLength(7)
    expect(closes).toEqual([])
    expect(line.record().sentMs).toBe(0)
  })

  test('learns how the server ended the stream', () => {
    const ends: LineEnd[] = []
    const { clock, socket } = createLineFixture({ ended: (end) => ends.push(end) })
    clock.advance(70)
    socket.close(4000, 'transfer')
    clock.advance(100)
    expect(ends).toEqual([{ how: 'server-closed', atMs: 70, code: 4000, reason: 'transfer' }])
  })

  test('can tell a lost connection from a closed one', () => {
    const ends: LineEnd[] = []
    const { clock, socket } = createLineFixture({ ended: (end) => ends.push(end) })
    clock.advance(70)
    socket.close(1006)
    clock.advance(100)
    expect(ends).toEqual([{ how: 'lost', atMs: 70, code: 1006, reason: '' }])
  })
})
