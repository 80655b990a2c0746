import { describe, expect, it } from 'vitest'
import { createTone } from '../../src/audio/tone.ts'
import { speechIn } from '../../src/sim/caller/turns.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const GREETING = 'Thanks for calling Bright Smile. How can I help?'
const AGENT = `greeting: ${GREETING}`
const MINUTE = 60_000
const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const tone = (ms: number) => {
  const pcm = new Int16Array(ms * 8)
  createTone({ frequencyHz: 700, sampleRateHz: 8000, amplitude: 0.3 }).fill(pcm)
  return pcm
}
const phoneSound = (call: VirtualCall, session: number) => {
  const { sampleRateHz, pcm } = call.sessions[session].heard()
  return pcm.filter((_, at) => at % (sampleRateHz / 8000) === 0)
}
const renewals = (call: VirtualCall) =>
  call.entries.filter((entry) => entry.type === 'model-renewed')

describe('a session that will end', () => {
  it('is followed by another five minutes before, unheard', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { maxSessionMs: 20 * MINUTE } })
    call.clock.advance(14.9 * MINUTE)
    expect(call.sessions).toHaveLength(1)
    call.clock.advance(0.2 * MINUTE)
    expect(call.sessions.map((session) => session.isOpen())).toEqual([false, true])
    expect(renewals(call)).toMatchObject([{ isForced: false }])
    const { sentMs } = call.line.record()
    call.line.say(said('Yes, please.'))
    call.until('it is answered', () => call.line.record().playedMs > sentMs + 500)
    expect(call.sessions[1].items().map((item) => item.type === 'message' ? item.role : ''))
      .toEqual(['assistant', 'user', 'assistant'])
  })

  it('may be followed by many, as long as the call lasts', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { maxSessionMs: 2 * MINUTE },
    })
    call.clock.advance(3.5 * MINUTE)
    expect(renewals(call)).toHaveLength(3)
    expect(call.count()).toBe(1)
  })

  it('is not renewed while the agent speaks, but after', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { maxSessionMs: MINUTE } })
    call.until('half a minute is over', () => call.line.nowMs() > 28_000)
    call.line.say(tone(6_000))
    call.until('the parrot speaks', () => call.line.record().queuedMs > 3_000)
    expect(renewals(call)).toHaveLength(0)
    call.until('the parrot was heard', () => call.line.record().queuedMs === 0)
    call.clock.advance(1_000)
    expect(renewals(call)).toMatchObject([{ isForced: false }])
    expect(call.line.record().clears).toEqual([])
  })

  it('is renewed under speech when nothing else is left, and no word is lost or doubled', () => {
    const call = startVirtualCall({
      scenario: { maxSessionMs: MINUTE, connectMs: 300 },
      customer: 'limits: { maxDuration: 2m }',
    })
    // From the first half minute to the end somebody speaks.
    call.until('shortly before', () => call.line.nowMs() > 29_000)
    call.line.say(tone(12_000))
    call.until('the parrot speaks', () => call.line.record().queuedMs > 0)
    call.until(
      'the parrot is nearly through',
      () => call.line.record().queuedMs < 3_000 && call.line.nowMs() > 44_000,
    )
    call.line.say(tone(5_000))
    call.until('it was forced', () => renewals(call).length > 0)
    expect(renewals(call)).toMatchObject([{ isForced: true }])
    call.clock.advance(6_000)
    const speech = speechIn(phoneSound(call, 1))
    expect(speech).toHaveLength(1)
    expect(Math.abs(speech[0].endMs - speech[0].startMs - 5_000)).toBeLessThanOrEqual(40)
  })

  it('waits for an answer that is being generated, although time is short', () => {
    const call = startVirtualCall({ scenario: { maxSessionMs: MINUTE, speed: 1 } })
    call.until('shortly before', () => call.line.nowMs() > 29_000)
    call.line.say(tone(10_000))
    // The parrot says it back as slowly as it was said, until some seconds before the end of the session.
    call.until('it is renewed', () => renewals(call).length > 0)
    expect(call.toModel.filter(({ type }) => type === 'response.create')).toEqual([])
    expect(call.line.record().sentMs).toBeGreaterThan(9_000)
    expect(renewals(call)).toMatchObject([{ isForced: true }])
    call.clock.advance(5_000)
    expect(call.count()).toBe(1)
    expect(call.line.record().clears).toEqual([])
  })

  it('is tried again when the next one cannot be opened, and the call outlives it all the same', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: [
        { maxSessionMs: MINUTE },
        { refuse: { status: 503 } },
        { refuse: { status: 503 } },
        { maxSessionMs: 10 * MINUTE },
      ],
    })
    call.clock.advance(3 * MINUTE)
    expect(call.count()).toBe(1)
    expect(renewals(call)).toHaveLength(1)
    expect(call.entries.filter((entry) => entry.type === 'renewal-failed')).toHaveLength(2)
  })
})

describe('a session that is being renewed while the stream breaks', () => {
  it('is renewed later', async () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: [{ maxSessionMs: MINUTE }, { connectMs: 2_000, maxSessionMs: 10 * MINUTE }],
    })
    call.until('the second one is being opened', () => call.line.nowMs() > 30_700)
    call.line.vanish()
    call.clock.advance(10)
    await call.after()
    call.clock.advance(3_000)
    call.openStream()
    call.clock.advance(MINUTE)
    expect(renewals(call)).toHaveLength(1)
    expect(call.count()).toBe(1)
  })
})
