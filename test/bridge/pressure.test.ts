import { describe, expect, it } from 'vitest'
import { createTone } from '../../src/audio/tone.ts'
import { speechIn } from '../../src/sim/caller/turns.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const tone = (ms: number) => {
  const pcm = new Int16Array(ms * 8)
  createTone({ frequencyHz: 700, sampleRateHz: 8000, amplitude: 0.3 }).fill(pcm)
  return pcm
}
const loudMs = (call: VirtualCall, session = 0) => {
  const { sampleRateHz, pcm } = call.sessions[session].heard()
  const phone = pcm.filter((_, at) => at % (sampleRateHz / 8000) === 0)
  return speechIn(phone).reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
}
const appends = (call: VirtualCall) =>
  call.toModel.filter(({ type }) => type === 'input_audio_buffer.append').length
const counts = (call: VirtualCall) => {
  call.end('caller-hung-up')
  return call.entries.find((entry) => entry.type === 'counts')
}

describe('a model socket that does not keep up', () => {
  it('is sent nothing until it does, and then all that waited', () => {
    const call = startVirtualCall()
    call.clock.advance(1_000)
    call.load.modelBufferedBytes = 200_000
    call.clock.advance(300)
    const before = appends(call)
    call.line.say(tone(800))
    call.clock.advance(1_000)
    expect(appends(call)).toBe(before)
    call.load.modelBufferedBytes = 1_000
    call.clock.advance(2_000)
    expect(loudMs(call)).toBeGreaterThanOrEqual(790)
    expect(counts(call)?.caller.droppedMs).toBe(0)
  })

  it('loses the oldest of more than two seconds, and that is counted', () => {
    const call = startVirtualCall()
    call.clock.advance(1_000)
    call.load.modelBufferedBytes = 200_000
    call.clock.advance(4_250)
    call.load.modelBufferedBytes = 0
    call.clock.advance(1_000)
    const droppedMs = counts(call)?.caller.droppedMs ?? 0
    expect(droppedMs).toBeGreaterThan(1_500)
    expect(droppedMs).toBeLessThan(2_500)
  })

  it('is replaced when it is stuck, and nothing of the last ten seconds is lost', () => {
    const call = startVirtualCall()
    call.clock.advance(1_000)
    call.load.modelBufferedBytes = 200_000
    call.clock.advance(5_000)
    call.line.say(tone(600))
    call.until('it is given up', () => call.sessions.length === 2)
    call.load.modelBufferedBytes = 0
    call.clock.advance(2_000)
    expect(call.sessions[0].isOpen()).toBe(false)
    expect(loudMs(call, 1)).toBeGreaterThanOrEqual(590)
  })
})

describe('a socket of Twilio that nobody reads', () => {
  it('is given up as a lost stream', () => {
    const call = startVirtualCall()
    call.clock.advance(1_000)
    call.load.callerBufferedBytes = 2_000_000
    call.clock.advance(300)
    expect(call.entries.at(-1)).toMatchObject({ type: 'stream-lost' })
  })
})

describe.each(['pcm', 'pcmu'])('a machine that is too busy, in %s', (audio) => {
  it('sends three frames in a message, without a gap in the voice', () => {
    const call = startVirtualCall({ agent: `audio: ${audio}` })
    call.clock.advance(2_000)
    call.load.isOverloaded = true
    call.clock.advance(300)
    const before = appends(call)
    call.line.say(tone(3_000))
    call.clock.advance(3_000)
    const sent = appends(call) - before
    expect(sent).toBeGreaterThanOrEqual(49)
    expect(sent).toBeLessThanOrEqual(51)
    call.load.isOverloaded = false
    call.clock.advance(2_000)
    expect(Math.abs(loudMs(call) - 3_000)).toBeLessThanOrEqual(20)
  })
})

describe.each(['pcm', 'pcmu'])('a customer that has frames joined, in %s', (audio) => {
  it.each([[40, 75], [60, 50]])(
    'of %i ms each has %i messages in 3 s, without a gap',
    (ms, count) => {
      const call = startVirtualCall({ agent: `audio: ${audio}\nframeMs: ${ms}` })
      call.clock.advance(2_000)
      const before = appends(call)
      call.line.say(tone(3_000))
      call.clock.advance(3_000)
      expect(Math.abs(appends(call) - before - count)).toBeLessThanOrEqual(1)
      call.clock.advance(2_000)
      expect(Math.abs(loudMs(call) - 3_000)).toBeLessThanOrEqual(20)
    },
  )
})
