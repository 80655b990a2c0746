import { describe, expect, it } from 'vitest'
import { readWav } from '../../src/audio/wav.ts'
import type { Line } from '../../src/sim/caller/line.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { clips } from '../sim/model/bundled.ts'
import { channelOf, startRecordedCall } from './recorded-call.ts'

const GREETING = 'greeting: Thanks for calling Bright Smile. How can I help?'
const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const FRAME = 160
const WINDOW = 1_600
const isSound = (code: number) => code !== 0xff && code !== 0x7f

/** How many samples differ, window by window, however the recording is moved by up to a frame. */
const worstWindow = (recorded: Uint8Array, truth: Uint8Array): number => {
  let worst = 0
  for (let from = FRAME; from + WINDOW + FRAME <= truth.length; from += WINDOW) {
    let best = WINDOW
    for (let shift = -FRAME; shift <= FRAME && best > 0; shift++) {
      let wrong = 0
      for (let at = from; at < from + WINDOW && wrong < best; at++) {
        if (recorded[at + shift] !== truth[at]) wrong++
      }
      best = Math.min(best, wrong)
    }
    worst = Math.max(worst, best)
  }
  return worst
}

const truthOf = (line: Line, what: 'heard' | 'said') => line[what](0, line.nowMs())

/** Numbers from 0 to 1, the same each time. */
const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

describe.each([1, 2, 3, 4, 5, 6])('a recording of a call with barge-ins (%d)', (seed) => {
  it('has on the left what was said and on the right what was heard, to a frame', async () => {
    const random = randomOf(seed)
    const { call, file, settled } = startRecordedCall({
      agent: `audio: ${seed % 2 === 0 ? 'pcm' : 'pcmu'}\n${GREETING}`,
      scenario: { lateDeltas: 2, speed: 20 },
      callerLatencyMs: Math.floor(random() * 60),
      modelLatencyMs: Math.floor(random() * 60),
      behaviour: { jitterMs: Math.floor(random() * 80), suppressSilence: seed % 3 === 0 },
    })
    for (let turn = 0; turn < 6; turn++) {
      const before = call.line.record().playedMs
      const heardMs = 200 + Math.floor(random() * 2_500)
      call.until('the agent speaks', () => call.line.record().playedMs > before + 100)
      call.clock.advance(heardMs)
      call.line.say(said('Sorry, one more thing. Do you take my insurance?'))
      call.clock.advance(3_500)
    }
    call.clock.advance(4_000)
    call.line.hangUp()
    call.clock.advance(500)
    await settled()

    const heard = truthOf(call.line, 'heard')
    expect(call.line.record().clears.length).toBeGreaterThan(1)
    expect(heard.filter(isSound).length).toBeGreaterThan(8_000)
    expect(worstWindow(channelOf(file.bytes(), 1), heard)).toBeLessThanOrEqual(FRAME)
    expect(worstWindow(channelOf(file.bytes(), 0), truthOf(call.line, 'said'))).toBe(0)
  })
})

describe('a recording', () => {
  it('can be read as a WAV file while the call is on and after it', async () => {
    const { call, file, names, settled } = startRecordedCall({ agent: GREETING })
    call.clock.advance(10_000)
    await settled()
    const secondsOf = () => {
      const { channels, sampleRateHz } = readWav(file.bytes())
      return channels.map(({ length }) => length / sampleRateHz)
    }
    expect(secondsOf()[0]).toBeGreaterThan(6)
    expect([...file.bytes().subarray(54, 58)]).toEqual([255, 255, 255, 255])
    call.line.hangUp()
    call.clock.advance(1)
    await settled()
    expect(secondsOf().map(Math.round)).toEqual([10, 10])
    const bytes = file.bytes()
    expect(new DataView(bytes.buffer).getUint32(54, true)).toBe(bytes.length - 58)
    expect(names).toEqual(['test/CA0123456789abcdef0123456789abcdef'])
  })

  it('goes on after a gap when another stream of the call begins', async () => {
    const { call, file, settled } = startRecordedCall({ agent: GREETING })
    call.clock.advance(5_000)
    call.line.vanish()
    call.clock.advance(1_500)
    expect((await call.after()).is).toBe('resumed')
    const second = call.openStream()
    second.say(said('Yes, please.'))
    call.clock.advance(5_000)
    second.hangUp()
    call.clock.advance(1)
    await settled()
    const left = channelOf(file.bytes(), 0)
    expect(worstWindow(left.subarray(6_500 * 8), truthOf(second, 'said'))).toBe(0)
    const right = channelOf(file.bytes(), 1)
    expect(worstWindow(right, truthOf(call.line, 'heard'))).toBeLessThanOrEqual(FRAME)
    expect(right.subarray(5_100 * 8, 6_500 * 8).some(isSound)).toBe(false)
  })

  it.each([3_600_000, -5_000])(
    'has the caller at the right time when timestamps begin at %d ms',
    async (timestampsFromMs) => {
      const { call, file, settled } = startRecordedCall({}, timestampsFromMs)
      call.clock.advance(2_000)
      call.line.say(said('Yes, please.'))
      call.clock.advance(3_000)
      call.line.hangUp()
      call.clock.advance(1)
      await settled()
      const truth = truthOf(call.line, 'said')
      expect(truth.some(isSound)).toBe(true)
      expect(worstWindow(channelOf(file.bytes(), 0), truth)).toBe(0)
    },
  )

  it('is silent on the left while the caller enters something in secret', async () => {
    const { call, file, settled } = startRecordedCall({
      agent: 'tools: [collect_digits]',
      customer: `
keypad: { entries: { card: { digits: 4, secret: true } } }
limits: { silence: false }
recording: {}
`,
      scenario: parseScenario(
        `turns:
  - call: collect_digits
    arguments: { entry: card }
  - say: Is there anything else?`,
        'test.yaml',
      ),
    })
    call.line.say(said('Yes, please.'))
    await call.eventually('it waits', () => call.entries.some(({ type }) => type === 'tool-called'))
    const fromMs = call.line.nowMs()
    call.line.say(said('Yes, please.'))
    await call.eventually('it was said', () => call.line.nowMs() > fromMs + 1_500)
    const untilMs = call.line.nowMs()
    for (const key of '4242') call.line.pressKey(key)
    await call.eventually('it is answered', () => call.line.record().playedMs > 1_000)
    call.line.say(said('Yes, please.'))
    call.clock.advance(2_000)
    call.line.hangUp()
    call.clock.advance(1)
    await settled()
    const left = channelOf(file.bytes(), 0)
    const truth = truthOf(call.line, 'said')
    const secret = [(fromMs + 20) * 8, untilMs * 8] as const
    expect(truth.subarray(...secret).some(isSound)).toBe(true)
    expect(left.subarray(...secret).some(isSound)).toBe(false)
    const after = untilMs * 8 + FRAME
    expect(worstWindow(left.subarray(after), truth.subarray(after))).toBe(0)
  })

  it('is not made for a customer who has not asked for it', () => {
    const { call, file } = startRecordedCall({
      agent: GREETING,
      customer: 'limits: { silence: false }',
    })
    call.clock.advance(5_000)
    expect(file.opened()).toBe(0)
  })
})

describe('the consent sentence', () => {
  it('is the first thing the caller hears, and the greeting follows', () => {
    const { call } = startRecordedCall({
      agent: GREETING,
      customer: 'limits: { silence: false }\nrecording: { consent: This call is recorded. }',
    })
    call.clock.advance(12_000)
    const lines = call.entries.flatMap((entry) =>
      entry.type === 'line' && entry.line.final ? [entry.line.text] : []
    )
    expect([...new Set(lines)].slice(0, 2)).toEqual([
      'This call is recorded.',
      'Thanks for calling Bright Smile. How can I help?',
    ])
    expect(call.toModel.filter(({ type }) => type === 'response.create')).toHaveLength(2)
  })

  it('is heard to its end by a caller who talks over it, and the recording has both', async () => {
    const { call, file, settled } = startRecordedCall({
      agent: GREETING,
      customer: 'limits: { silence: false }\nrecording: { consent: This call is recorded. }',
      modelLatencyMs: 30,
    })
    call.until('the agent speaks', () => call.line.record().playedMs > 300)
    call.line.say(said('Sorry, one more thing. Do you take my insurance?'))
    call.clock.advance(15_000)
    const lines = call.entries.flatMap((entry) =>
      entry.type === 'line' && entry.line.speaker === 'agent' && entry.line.final
        ? [entry.line]
        : []
    )
    expect(lines.slice(0, 2).map(({ text, heardMs }) => [text, heardMs])).toEqual([
      ['This call is recorded.', undefined],
      ['Thanks for calling Bright Smile. How can I help?', undefined],
    ])
    expect(lines.length).toBe(3)
    expect(call.line.record().clears).toEqual([])
    call.line.hangUp()
    call.clock.advance(500)
    await settled()
    const right = channelOf(file.bytes(), 1)
    expect(worstWindow(right, truthOf(call.line, 'heard'))).toBeLessThanOrEqual(FRAME)
    expect(worstWindow(channelOf(file.bytes(), 0), truthOf(call.line, 'said'))).toBe(0)
  })
})
