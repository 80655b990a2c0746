/** What a frame costs, in things that can be counted: they are the same on every machine, and a time is not. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { base64Encode } from '../../src/audio/base64.ts'
import { createTranscoder } from '../../src/audio/transcoder.ts'
import { createCallerLane } from '../../src/bridge/caller-lane.ts'
import { listenToCaller } from '../../src/bridge/caller-leg.ts'
import { silentLog } from '../../src/log.ts'
import { decode } from '../../src/realtime/decode.ts'
import { startVirtualCall } from '../support/virtual-call.ts'

afterEach(() => void vi.restoreAllMocks())

const FRAMES = 500

const payloadOf = (frame: number): string => base64Encode(new Uint8Array(160).fill(frame % 256))

const media = (frame: number): string =>
  `{"event":"media","sequenceNumber":"${
    frame + 2
  }","streamSid":"MZ0123456789abcdef0123456789abcdef",` +
  `"media":{"track":"inbound","chunk":"${frame + 1}","timestamp":"${20 * frame}",` +
  `"payload":"${payloadOf(frame)}"}}`

/** A caller's leg and lane whose model is there, and what they did. */
const createWay = (audio: 'pcm' | 'pcmu') => {
  const did = { clockReads: 0, happenings: 0, logLines: 0, sent: new Array<string>() }
  const nowMs = () => did.clockReads++
  const lane = createCallerLane({
    transcoder: createTranscoder(audio),
    nowMs,
    toModel: (payload) => did.sent.push(payload),
  })
  const leg = listenToCaller({
    log: { ...silentLog, debug: () => did.logLines++ },
    lane,
    happened: () => did.happenings++,
    fault: (error) => {
      throw error
    },
  })
  lane.open()
  const play = () => {
    did.clockReads = 0
    for (let frame = 0; frame < FRAMES; frame++) leg.message(media(frame))
  }
  return { did, lane, play }
}

describe.each(['pcm', 'pcmu'] as const)('a frame of the caller, in %s', (audio) => {
  it('is one message to the model, and no look at the clock, parse, event or line of the log', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const stringify = vi.spyOn(JSON, 'stringify')
    const { did, play } = createWay(audio)
    play()
    expect(did.sent).toHaveLength(FRAMES)
    expect(did).toMatchObject({ clockReads: 0, happenings: 0, logLines: 0 })
    expect([parse.mock.calls.length, stringify.mock.calls.length]).toEqual([0, 0])
  })

  it('is a third of a message when three are joined', () => {
    const { did, lane, play } = createWay(audio)
    lane.join(3)
    play()
    expect(did.sent).toHaveLength(Math.floor(FRAMES / 3))
  })
})

describe('frames that wait for a third', () => {
  it('go out with the next tick once the first of them has waited for 60 ms', () => {
    let nowMs = 1_000
    const sent: string[] = []
    const lane = createCallerLane({
      transcoder: createTranscoder('pcmu'),
      nowMs: () => nowMs,
      toModel: (payload) => sent.push(payload),
    })
    lane.open()
    lane.join(3)
    lane.frame(0, payloadOf(1))
    nowMs += 20
    lane.frame(20, payloadOf(2))
    lane.tick(1_059, false)
    expect(sent).toEqual([])
    lane.tick(1_060, false)
    expect(sent).toEqual([
      base64Encode(new Uint8Array(320).fill(1, 0, 160).fill(2, 160)),
    ])
  })
})

describe('a frame that needs no conversion', () => {
  it('is decoded once to be kept, and goes on as it came', () => {
    const decoded = vi.spyOn(Uint8Array.prototype, 'setFromBase64')
    const encoded = vi.spyOn(Uint8Array.prototype, 'toBase64')
    const { did, play } = createWay('pcmu')
    const expected = Array.from({ length: FRAMES }, (_, frame) => payloadOf(frame))
    encoded.mockClear()
    play()
    expect(did.sent).toEqual(expected)
    expect(decoded).toHaveBeenCalledTimes(FRAMES)
    // The test itself writes each payload.
    expect(encoded).toHaveBeenCalledTimes(FRAMES)
  })

  it('of the agent is sent as it came, too', () => {
    const transcoder = createTranscoder('pcmu')
    const encoded = vi.spyOn(Uint8Array.prototype, 'toBase64')
    const payload = 'f39/'.repeat(160)
    expect(transcoder.toCaller(payload)).toBe(payload)
    expect(encoded).not.toHaveBeenCalled()
  })
})

describe('an answer of the agent', () => {
  it('has about five marks a second, and three more at its beginning', () => {
    const call = startVirtualCall({
      agent: 'audio: pcmu\ngreeting: Thanks for calling Bright Smile.',
    })
    call.clock.advance(12_000)
    const count = (event: string) => call.toCaller.filter((each) => each.event === event).length
    const heard = call.entries.filter(({ type }) => type === 'agent-heard')
    expect(heard.length).toBeGreaterThan(0)
    const heardMs = heard.reduce(
      (sum, entry) => sum + (entry.type === 'agent-heard' ? entry.heardMs : 0),
      0,
    )
    const ROUND_TRIPS = 3
    const EARLY = 3
    const LAST = 1
    const most = heardMs / 200 + ROUND_TRIPS + EARLY + LAST
    expect(count('mark')).toBeGreaterThan(heardMs / 400)
    expect(count('mark')).toBeLessThanOrEqual(most)
  })

  it('is parsed once a delta', () => {
    const parse = vi.spyOn(JSON, 'parse')
    decode(
      '{"type":"response.output_audio.delta","event_id":"e","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"f39/"}',
    )
    expect(parse).toHaveBeenCalledTimes(1)
  })
})

describe('the filters', () => {
  it('cost less than their arithmetic written down plainly', () => {
    const transcoder = createTranscoder('pcm')
    const frame = payloadOf(7)
    const wide = transcoder.toModel(frame)
    const signal = Float64Array.from({ length: 480 + 95 }, (_, at) => Math.sin(at / 9))
    const taps = Float64Array.from({ length: 95 }, (_, at) => Math.cos(at / 31))
    const output = new Float64Array(480)
    const plain = () => {
      for (let way = 0; way < 2; way++) {
        for (let at = 0; at < 480; at++) {
          let sum = 0
          for (let tap = 0; tap < 95; tap++) sum += signal[at + tap] * taps[tap]
          output[at] = sum
        }
      }
    }
    const product = () => {
      transcoder.toModel(frame)
      transcoder.toCaller(wide)
    }
    const [productMs, plainMs] = bestOf([product, plain])
    expect(productMs / plainMs).toBeLessThan(1)
  })
})

/** The best of many rounds of each, taken in turns: what else runs on the machine only ever adds. */
const bestOf = (works: readonly (() => void)[]): number[] => {
  const best = works.map(() => Infinity)
  for (let round = 0; round < 60; round++) {
    works.forEach((work, at) => {
      const startMs = performance.now()
      for (let time = 0; time < 20; time++) work()
      best[at] = Math.min(best[at], performance.now() - startMs)
    })
  }
  return best
}
