import { describe, expect, it } from 'vitest'
import { muLawDecode } from '../../src/audio/g711.ts'
import { createTone } from '../../src/audio/tone.ts'
import { speechIn } from '../../src/sim/caller/turns.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const GREETING = 'greeting: Thanks for calling Bright Smile. How can I help?'
const LONG = 'Of course. Tuesday at half past nine is free. Shall I book it for you?'
const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const tone = (ms: number) => {
  const pcm = new Int16Array(ms * 8)
  createTone({ frequencyHz: 700, sampleRateHz: 8000, amplitude: 0.3 }).fill(pcm)
  return pcm
}
const only = (call: VirtualCall) => call.sessions[call.sessions.length - 1]
/** It is no fault to stop a response that has stopped by itself. */
const complaints = (call: VirtualCall) =>
  only(call).record.errors.filter(({ code }) => code !== 'response_cancel_not_active')
const typesOf = (entries: VirtualCall['entries']) => entries.map(({ type }) => type)

describe('the greeting', () => {
  it('leaves less than 450 ms after the start of a stream that is quicker than the model', () => {
    const call = startVirtualCall({
      agent: GREETING,
      scenario: { connectMs: 300, firstAudioMs: 500 },
      streamAfterMs: 400,
    })
    call.until('the first frame left', () => call.toCaller.some(({ event }) => event === 'media'))
    const [first] = call.toCaller.filter(({ event }) => event === 'media')
    expect(first.atMs - 400).toBe(400)
  })

  it('waits, generated, for a line that opens late, and is then heard whole and once', () => {
    const call = startVirtualCall({ agent: GREETING, streamAfterMs: 4_000 })
    expect(call.toModel.filter(({ type }) => type === 'response.create')).toHaveLength(1)
    expect(call.toCaller).toEqual([])
    call.clock.advance(1)
    expect(call.toCaller.filter(({ event }) => event === 'media').length).toBeGreaterThan(1)
    expect(call.toCaller.every(({ atMs }) => atMs <= 4_001)).toBe(true)
    call.clock.advance(6_000)
    const { sentMs, playedMs } = call.line.record()
    const greetingMs = said('Thanks for calling Bright Smile. How can I help?').length / 8
    expect(playedMs).toBe(sentMs)
    expect(sentMs - greetingMs).toBeGreaterThanOrEqual(0)
    expect(sentMs - greetingMs).toBeLessThanOrEqual(40)
    expect(call.toModel.filter(({ type }) => type === 'response.create')).toHaveLength(1)
  })

  it('is known to be heard also where the server does not say that its audio has ended', () => {
    const call = startVirtualCall({ agent: GREETING, untold: ['response.output_audio.done'] })
    call.clock.advance(6_000)
    const { sentMs, playedMs } = call.line.record()
    expect(playedMs).toBe(sentMs)
    expect(typesOf(call.entries).filter((type) => type === 'agent-heard')).toHaveLength(1)
    call.line.say(tone(600))
    call.until('the agent answers', () => call.line.record().playedMs > playedMs + 200)
    call.line.say(tone(600))
    call.until('the queue was cleared', () => call.line.record().clears.length > 0)
    call.clock.advance(1)
    expect(only(call).record.truncations).toHaveLength(1)
  })

  it('is not spoken by an agent without one', () => {
    const call = startVirtualCall()
    call.clock.advance(10_000)
    expect(call.toModel.some(({ type }) => type === 'response.create')).toBe(false)
    expect(call.line.record().sentMs).toBe(0)
  })
})

describe.each(['pcm', 'pcmu'])('a truncation in %s', (audio) => {
  describe.each([20, 100, 500])('with deltas of %d ms', (deltaMs) => {
    describe.each([
      [0, 0],
      [7, 45],
    ])('and %d ms to Twilio, %d ms to the model', (callerLatencyMs, modelLatencyMs) => {
      it('is true to the ms on the first, the second and the third reply', () => {
        const call = startVirtualCall({
          agent: `audio: ${audio}\n${GREETING}`,
          scenario: { deltaMs: [deltaMs], lateDeltas: 2, turns: [] },
          callerLatencyMs,
          modelLatencyMs,
        })
        const cutIn = (afterMs: number) => {
          const playedBefore = call.line.record().playedMs
          call.until('the agent speaks', () => call.line.record().playedMs > playedBefore + afterMs)
          const before = call.line.record().clears.length
          call.line.say(said('Sorry, one more thing. Do you take my insurance?'))
          call.until('the queue was cleared', () => call.line.record().clears.length > before)
          const reply = call.line.record().clears[before].playedMs - playedBefore
          call.clock.advance(modelLatencyMs + 1)
          return reply
        }
        const heard = [cutIn(900), cutIn(1_234), cutIn(350)]
        const { truncations } = only(call).record
        expect(complaints(call)).toEqual([])
        expect(truncations).toHaveLength(3)
        truncations.forEach(({ audioEndMs, isGranted }, reply) => {
          expect(isGranted).toBe(true)
          expect(Math.abs(audioEndMs - heard[reply]), `reply ${reply + 1}`).toBeLessThanOrEqual(5)
        })
      })

      it('leaves the first of two items alone when it was heard whole, and cuts the second', () => {
        const call = startVirtualCall({
          agent: `audio: ${audio}`,
          scenario: {
            deltaMs: [deltaMs],
            speed: 20,
            turns: [{
              kind: 'response',
              delayMs: 0,
              outputs: [
                { kind: 'say', text: 'Is there anything else?' },
                { kind: 'say', text: LONG },
              ],
            }],
          },
          callerLatencyMs,
          modelLatencyMs,
        })
        call.clock.advance(200)
        call.line.say(said('Yes, please.'))
        const firstMs = said('Is there anything else?').length / 8
        call.until('the second item is heard', () => call.line.record().playedMs > firstMs + 700)
        call.line.say(said('Wait, can we make it Thursday instead?'))
        call.until('the queue was cleared', () => call.line.record().clears.length > 0)
        const [{ playedMs, droppedMs }] = call.line.record().clears
        call.clock.advance(modelLatencyMs + 1)
        const { truncations } = only(call).record
        expect(truncations).toHaveLength(1)
        const [{ audioEndMs }] = truncations
        // The first item was filled up to a whole frame.
        expect(Math.abs(audioEndMs - (playedMs - Math.ceil(firstMs / 20) * 20)))
          .toBeLessThanOrEqual(5)
        const cut = call.entries.find((entry) => entry.type === 'barged-in')
        expect(cut?.cut).toHaveLength(1)
        expect(Math.abs((cut?.unheardMs ?? 0) - droppedMs)).toBeLessThanOrEqual(5)
      })
    })
  })
})

describe('a barge-in', () => {
  it('clears in the very moment in which the model tells of it', () => {
    const call = startVirtualCall({ agent: GREETING, modelLatencyMs: 30 })
    call.until('the agent speaks', () => call.line.record().playedMs > 800)
    call.line.say(said('Wait, can we make it Thursday instead?'))
    call.until('the queue was cleared', () => call.line.record().clears.length > 0)
    const told = call.fromModel.find(({ type }) => type === 'input_audio_buffer.speech_started')
    const cleared = call.toCaller.find(({ event }) => event === 'clear')
    expect(cleared?.atMs).toBe((told?.atMs ?? 0) + 30)
  })

  it('works after the model has long generated all it had to say', () => {
    const call = startVirtualCall({ agent: GREETING, scenario: { speed: 100 } })
    call.until('the agent speaks', () => call.line.record().playedMs > 1_500)
    expect(call.fromModel.some(({ type }) => type === 'response.done')).toBe(true)
    call.line.say(said('Wait, can we make it Thursday instead?'))
    call.until('the queue was cleared', () => call.line.record().clears.length > 0)
    call.clock.advance(10)
    expect(only(call).record.truncations).toHaveLength(1)
    expect(complaints(call)).toEqual([])
  })

  it('lets nothing of the interrupted reply be heard later', () => {
    const call = startVirtualCall({ agent: GREETING, scenario: { lateDeltas: 10, speed: 2 } })
    call.until('the agent speaks', () => call.line.record().playedMs > 700)
    call.line.say(tone(600))
    call.until('the queue was cleared', () => call.line.record().clears.length > 0)
    const { playedMs } = call.line.record()
    call.until('the agent answers', () => call.line.record().playedMs > playedMs)
    const answerAtMs = call.line.nowMs()
    call.clock.advance(4_000)
    const agent = call.line.heard(answerAtMs - 40, 4_000)
    // The parrot says the tone back and nothing else.
    expect(speechIn(pcmOf(agent))).toHaveLength(1)
  })
})

describe('the voice of the caller', () => {
  it('reaches the model whole although it was not ready', () => {
    const call = startVirtualCall({ scenario: { connectMs: 3_000 }, streamAfterMs: 0 })
    call.line.say(tone(1_000))
    call.clock.advance(6_000)
    const { sampleRateHz, pcm } = only(call).heard()
    const phone = pcm.filter((_, at) => at % (sampleRateHz / 8000) === 0)
    const [{ startMs, endMs }] = speechIn(phone)
    expect(endMs - startMs).toBeGreaterThanOrEqual(990)
    expect(startMs).toBeLessThan(60)
  })

  it('is all there however long the model takes to open', () => {
    const call = startVirtualCall({ scenario: { connectMs: 4_900 }, streamAfterMs: 0 })
    call.clock.advance(5_500)
    expect(Math.abs(only(call).record.appendedMs - 5_500)).toBeLessThanOrEqual(40)
  })

  it('ends for the model also when the phone sends nothing while it is silent', () => {
    const call = startVirtualCall({ behaviour: { suppressSilence: true } })
    call.clock.advance(500)
    call.line.say(tone(800))
    call.until(
      'the model heard the end',
      () => call.fromModel.some(({ type }) => type === 'input_audio_buffer.speech_stopped'),
      5_000,
    )
    call.until('the parrot answers', () => call.line.record().playedMs > 500, 5_000)
  })

  it('keeps its time when frames are missing', () => {
    const call = startVirtualCall({ behaviour: { suppressSilence: true } })
    call.clock.advance(500)
    call.line.say(tone(800))
    call.clock.advance(5_000)
    call.line.say(tone(800))
    call.clock.advance(3_000)
    const { sampleRateHz, pcm } = only(call).heard()
    const phone = pcm.filter((_, at) => at % (sampleRateHz / 8000) === 0)
    const [first, second] = speechIn(phone)
    expect(Math.abs(second.startMs - first.startMs - 5_000)).toBeLessThanOrEqual(40)
  })
})

describe('the end of a call', () => {
  it('closes the model when the caller hangs up', () => {
    const call = startVirtualCall({ agent: GREETING })
    call.clock.advance(1_000)
    call.line.hangUp()
    call.clock.advance(1)
    expect(only(call).isOpen()).toBe(false)
    expect(typesOf(call.entries).slice(-2)).toEqual(['counts', 'ended'])
    expect(call.count()).toBe(0)
  })

  it('closes a model that is still being opened', () => {
    const call = startVirtualCall({ agent: GREETING, scenario: { connectMs: 2_000 } })
    call.clock.advance(500)
    call.line.hangUp()
    call.clock.advance(20_000)
    expect(call.sessions.every((session) => !session.isOpen())).toBe(true)
    expect(call.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'caller-hung-up' })
  })

  it('comes when the longest time a call may last is over', () => {
    const call = startVirtualCall({ agent: GREETING, customer: 'limits: { maxDuration: 1m }' })
    call.clock.advance(59_000)
    expect(call.count()).toBe(1)
    call.until('the goodbye was heard', () => call.count() === 0, 16_000)
    expect(call.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'max-duration' })
    expect(call.line.record().queuedMs).toBe(0)
    expect(only(call).isOpen()).toBe(false)
  })

  it('comes when the phone is gone without a word', () => {
    const call = startVirtualCall({ agent: GREETING })
    call.clock.advance(5_000)
    call.line.freeze()
    call.clock.advance(61_000 + 15_000)
    expect(call.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'caller-lost' })
    expect(only(call).isOpen()).toBe(false)
  })

  it('comes at once when the model refuses for good, and after some tries when it may recover', () => {
    const refusal = (status: 401 | 503) => startVirtualCall({ scenario: { refuse: { status } } })
    expect(refusal(401).entries.at(-1))
      .toMatchObject({ reason: 'model-unreachable', cause: 'handshake-401', durationMs: 0 })
    const call = refusal(503)
    expect(call.count()).toBe(1)
    call.clock.advance(8_000)
    expect(call.entries.at(-1)).toMatchObject({
      reason: 'model-unreachable',
      cause: 'handshake-503',
    })
  })

  it('comes when the model takes another audio format, before a sound has passed', () => {
    const call = startVirtualCall({ agent: GREETING, scenario: { wrongFormat: true } })
    expect(call.entries.at(-1)).toMatchObject({
      reason: 'model-unreachable',
      cause: 'wrong-format',
    })
    expect(call.sessions[0].record.appendedMs).toBe(0)
  })

  it('leaves no timer behind', () => {
    const call = startVirtualCall({ agent: GREETING })
    call.clock.advance(3_000)
    call.line.hangUp()
    call.clock.advance(30_000)
    expect(call.clock.waiting()).toBe(0)
  })
})

const pcmOf = (codes: Uint8Array): Int16Array => {
  const pcm = new Int16Array(codes.length)
  muLawDecode(codes, pcm)
  return pcm
}
