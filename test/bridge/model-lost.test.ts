import { describe, expect, it } from 'vitest'
import { createTone } from '../../src/audio/tone.ts'
import { speechIn } from '../../src/sim/caller/turns.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const GREETING = 'Thanks for calling Bright Smile. How can I help?'
const AGENT = `greeting: ${GREETING}`
const QUESTION = 'Wait, can we make it Thursday instead?'
const BOOKING = 'Of course. Tuesday at half past nine is free. Shall I book it for you?'
const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const tone = (ms: number) => {
  const pcm = new Int16Array(ms * 8)
  createTone({ frequencyHz: 700, sampleRateHz: 8000, amplitude: 0.3 }).fill(pcm)
  return pcm
}

/** What a session knows of the conversation, as `role: words`. */
const known = (session: ModelSession) =>
  session.items().flatMap((item) =>
    item.type === 'message'
      ? [
        `${item.role}: ${
          item.content.map((part) =>
            'text' in part ? part.text : 'transcript' in part ? part.transcript ?? '' : ''
          ).join('')
        }`,
      ]
      : []
  )
const asked = (call: VirtualCall) =>
  call.toModel.filter(({ type }) => type === 'response.create').length
/** Whether something that the caller said has been put into words. */
const isWritten = (call: VirtualCall) =>
  call.entries.some((entry) =>
    entry.type === 'line' && entry.line.speaker === 'caller' && entry.line.final
  )
const types = (call: VirtualCall) => call.entries.map(({ type }) => type)
const phoneSound = (session: ModelSession) => {
  const { sampleRateHz, pcm } = session.heard()
  return pcm.filter((_, at) => at % (sampleRateHz / 8000) === 0)
}

describe('a model that is lost while nobody speaks', () => {
  it('is followed by one that knows what was said, and does not greet again', () => {
    const call = startVirtualCall({ agent: AGENT })
    call.until('the greeting was heard', () => call.line.record().playedMs > 3_000)
    call.clock.advance(1_000)
    call.breakModel()
    call.clock.advance(2_000)
    expect(call.sessions).toHaveLength(2)
    expect(known(call.sessions[1])).toEqual([`assistant: ${GREETING}`])
    expect(asked(call)).toBe(1)
    expect(types(call)).toContain('model-resumed')

    call.line.say(said('Yes, please.'))
    const before = call.line.record().playedMs
    call.until('it is answered', () => call.line.record().playedMs > before + 500)
    expect(known(call.sessions[1])).toContain('user: Yes, please.')
  })

  it('is hardly missed when the next one is quick: no hold tone', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: [{}, { connectMs: 1_000 }] })
    call.clock.advance(6_000)
    const { sentMs } = call.line.record()
    call.breakModel()
    call.clock.advance(5_000)
    expect(call.line.record().sentMs).toBe(sentMs)
  })

  it('leaves the caller a tone when the next one takes its time, until it is there', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: [{}, { connectMs: 4_000 }] })
    call.clock.advance(6_000)
    const before = call.line.record().sentMs
    const brokenAtMs = call.line.nowMs()
    call.breakModel()
    call.clock.advance(10_000)
    const { sentMs, clears, queuedMs } = call.line.record()
    expect(sentMs - before).toBeGreaterThanOrEqual(2_000)
    expect(sentMs - before).toBeLessThanOrEqual(4_000)
    expect(queuedMs).toBe(0)
    expect(clears).toHaveLength(1)
    expect(clears[0].atMs - brokenAtMs).toBeLessThan(4_300)
    expect(call.sessions[1].record.truncations).toEqual([])
  })
})

describe('a model that is lost while the agent speaks', () => {
  it('leaves what was sent to be heard, and the next one goes on without greeting', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { speed: 2 } })
    call.until('the greeting has begun', () => call.line.record().sentMs > 1_000)
    const { sentMs } = call.line.record()
    call.breakModel()
    call.clock.advance(1)
    expect(call.line.record().clears).toEqual([])
    call.until('all of that was heard', () => call.line.record().playedMs >= sentMs)
    expect(call.sessions).toHaveLength(2)
    call.clock.advance(1_000)
    expect(asked(call)).toBe(2)
    const [first] = known(call.sessions[1])
    expect(first.startsWith('assistant: Thanks')).toBe(true)
    expect(call.entries.filter((entry) => entry.type === 'ended')).toEqual([])
  })

  it('leaves a line of what was heard of the sentence that it broke off', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { speed: 2 } })
    call.until('the greeting has begun', () => call.line.record().sentMs > 1_000)
    const { sentMs } = call.line.record()
    call.breakModel()
    call.until('all of that was heard', () => call.line.record().playedMs >= sentMs)
    const [line] = call.entries.flatMap((entry) =>
      entry.type === 'line' && entry.line.final && entry.line.speaker === 'agent'
        ? [entry.line]
        : []
    )
    expect(line.text).toMatch(/^Thanks for calling/)
    expect(GREETING.startsWith(line.text.trimEnd())).toBe(true)
    expect(line.text.length).toBeLessThan(GREETING.length)
    // The last of it did not fill a frame.
    expect(Math.abs((line.heardMs ?? 0) - sentMs)).toBeLessThan(20)
  })

  it('asks for the greeting again when none of it had come', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: [{ firstAudioMs: 5_000 }, {}] })
    call.clock.advance(1_000)
    call.breakModel()
    call.clock.advance(6_000)
    expect(asked(call)).toBe(2)
    const greetingMs = said(GREETING).length / 8
    expect(call.line.record().playedMs).toBeGreaterThanOrEqual(greetingMs)
    expect(call.line.record().playedMs).toBeLessThan(greetingMs + 60)
  })

  it('is told by its words what was heard, when the caller cuts in on what the lost one said', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { speed: 50 } })
    call.until('the greeting has begun', () => call.line.record().playedMs > 600)
    call.breakModel()
    call.clock.advance(400)
    expect(call.sessions).toHaveLength(2)
    call.line.say(said('Wait, can we make it Thursday instead?'))
    call.until('the queue was cleared', () => call.line.record().clears.length === 1)
    call.clock.advance(10)
    const [first] = known(call.sessions[1])
    expect(first.length).toBeGreaterThan('assistant: Thanks'.length)
    expect(first.length).toBeLessThan(`assistant: ${GREETING}`.length)
    expect(`assistant: ${GREETING}`.startsWith(first)).toBe(true)
    expect(call.sessions[1].record.errors
      .filter(({ code }) => code !== 'response_cancel_not_active')).toEqual([])
  })
})

describe("a model that is lost before it has put the caller's turn into words", () => {
  const answering = (speed: number) =>
    startVirtualCall({
      agent: AGENT,
      scenario: [
        {
          speed,
          transcriptionDelayMs: 60_000,
          turns: [{ kind: 'response', delayMs: 0, outputs: [{ kind: 'say', text: BOOKING }] }],
        },
        {},
      ],
    })
  const lostInAnswer = (speed: number) => {
    const call = answering(speed)
    call.until('the greeting was heard', () => call.line.record().playedMs > 3_000)
    call.clock.advance(1_000)
    call.line.say(said('Yes, please.'))
    call.until('the answer has begun', () => call.line.record().playedMs > 4_500)
    call.breakModel()
    call.clock.advance(400)
    expect(call.sessions).toHaveLength(2)
    return call
  }
  const refusals = (session: ModelSession) =>
    session.record.errors.filter(({ code }) => code !== 'response_cancel_not_active')

  it('is followed by one that does not answer what the caller hears answered', () => {
    const call = lostInAnswer(50)
    call.clock.advance(10_000)
    expect(call.line.record().clears).toEqual([])
    expect(asked(call)).toBe(1)
    const heardMs = said(GREETING).length / 8 + said(BOOKING).length / 8
    expect(Math.abs(call.line.record().playedMs - heardMs)).toBeLessThanOrEqual(60)
    expect(speechIn(phoneSound(call.sessions[1]))).toEqual([])
    expect(known(call.sessions[1])).toEqual([`assistant: ${GREETING}`, `assistant: ${BOOKING}`])
  })

  it('is followed by one that goes on with an answer that had only begun', () => {
    const call = lostInAnswer(1)
    call.clock.advance(1_000)
    expect(call.line.record().clears).toEqual([])
    expect(asked(call)).toBe(2)
  })

  it('is followed by one that knows what was heard of the answer, when it is cut short', () => {
    const call = lostInAnswer(50)
    call.line.say(said(QUESTION))
    call.until('the queue was cleared', () => call.line.record().clears.length === 1)
    call.clock.advance(10)
    const [greeting, answer] = known(call.sessions[1])
    expect(greeting).toBe(`assistant: ${GREETING}`)
    expect(answer).toMatch(/^assistant: Of course\. /)
    expect(answer.length).toBeLessThan(`assistant: ${BOOKING}`.length)
    expect(refusals(call.sessions[1])).toEqual([])
  })

  it('is followed by one that hears a turn again of whose answer there was no sound yet', () => {
    const call = startVirtualCall({
      scenario: [{ transcriptionDelayMs: 60_000, firstAudioMs: 3_000 }, {}],
    })
    call.clock.advance(2_000)
    call.line.say(said('Yes, please.'))
    call.clock.advance(2_500)
    call.breakModel()
    call.until('it is answered', () => call.line.record().playedMs > 500)
    expect(speechIn(phoneSound(call.sessions[1]))).toHaveLength(1)
  })

  it('has its successor told by words what was kept while the phone rang, when that is cut short', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { speed: 50 }, isOffered: false })
    call.offer()
    call.clock.advance(1_500)
    call.breakModel()
    call.clock.advance(1_000)
    expect(call.sessions).toHaveLength(2)
    const line = call.openStream()
    call.until('the greeting has begun', () => line.record().playedMs > 800)
    line.say(said(QUESTION))
    call.until('the queue was cleared', () => line.record().clears.length === 1)
    call.clock.advance(10)
    expect(refusals(call.sessions[1])).toEqual([])
    const [first] = known(call.sessions[1])
    expect(first).toMatch(/^assistant: Thanks/)
    expect(first.length).toBeLessThan(`assistant: ${GREETING}`.length)
  })
})

describe('a model that is lost while the caller speaks', () => {
  it('is followed by one that hears the whole sentence, once', () => {
    const call = startVirtualCall({ scenario: [{}, { connectMs: 700 }] })
    call.clock.advance(2_000)
    call.line.say(tone(3_000))
    call.clock.advance(1_500)
    call.breakModel()
    call.clock.advance(6_000)
    const speech = speechIn(phoneSound(call.sessions[1]))
    expect(speech).toHaveLength(1)
    expect(speech[0].endMs - speech[0].startMs).toBeGreaterThanOrEqual(2_990)
    expect(speech[0].endMs - speech[0].startMs).toBeLessThanOrEqual(3_040)
    // The parrot of the new session has said it back, once.
    call.clock.advance(5_000)
    expect(Math.abs(call.line.record().playedMs - 3_000)).toBeLessThan(700)
  })

  it('loses nothing of ten seconds, and counts what it loses of more', () => {
    const call = startVirtualCall({ scenario: [{}, { connectMs: 4_900 }, { connectMs: 0 }] })
    call.clock.advance(2_000)
    call.breakModel()
    call.clock.advance(500)
    call.line.say(tone(3_000))
    call.clock.advance(12_000)
    const counts = () => call.entries.find((entry) => entry.type === 'counts')
    const session = call.sessions[call.sessions.length - 1]
    expect(speechIn(phoneSound(session)).length).toBe(1)
    call.end('caller-hung-up')
    expect(counts()?.caller.droppedMs).toBe(0)
  })
})

describe('a model that is away for so long that the turn of the caller is not kept', () => {
  it('is followed by one that is asked to speak, because nobody else would', () => {
    const slow = { connectMs: 6_000 }
    const call = startVirtualCall({ scenario: [{}, slow, slow, slow, {}] })
    call.clock.advance(2_000)
    call.line.say(tone(1_000))
    call.clock.advance(500)
    call.breakModel()
    call.until('the next one is there', () => call.sessions.length === 2)
    call.clock.advance(100)
    expect(call.entries.at(-1)).toMatchObject({ type: 'model-resumed' })
    expect(call.toModel.filter(({ type }) => type === 'response.create')).toEqual([])
    call.clock.advance(6_000)
    expect(call.toModel.filter(({ type }) => type === 'response.create')).toHaveLength(1)
  })
})

describe('a model that is lost again', () => {
  it('loses nothing of a turn that began while it was away', () => {
    const call = startVirtualCall({ scenario: [{}, { connectMs: 1_200 }, {}] })
    call.clock.advance(3_000)
    call.breakModel()
    call.line.say(said(QUESTION))
    call.until('the next one has heard the beginning', () => call.sessions.length === 2)
    call.clock.advance(80)
    call.breakModel()
    call.clock.advance(5_000)
    expect(call.sessions).toHaveLength(3)
    expect(known(call.sessions[2])[0]).toBe(`user: ${QUESTION}`)
  })

  it('does not let a turn be heard a third time that was answered the second time', () => {
    const late = { transcriptionDelayMs: 60_000 }
    const call = startVirtualCall({ scenario: [{ ...late, firstAudioMs: 5_000 }, late, late] })
    call.clock.advance(2_000)
    call.line.say(said('Yes, please.'))
    call.clock.advance(2_500)
    call.breakModel()
    call.until('it is answered', () => call.line.record().playedMs > 500)
    call.until('the answer was heard', () => call.line.record().queuedMs === 0)
    call.line.say(said(QUESTION))
    call.clock.advance(1_000)
    call.breakModel()
    call.clock.advance(4_000)
    expect(call.sessions).toHaveLength(3)
    const [speech, ...more] = speechIn(phoneSound(call.sessions[2]))
    expect(more).toEqual([])
    expect(speech.endMs - speech.startMs).toBeLessThan(said(QUESTION).length / 8 + 100)
  })

  it('is not told a turn twice whose words came when the next one had begun', () => {
    const call = startVirtualCall({ scenario: [{ transcriptionDelayMs: 2_500 }, {}] })
    call.clock.advance(2_000)
    call.line.say(said('Yes, please.'))
    call.clock.advance(2_500)
    call.line.say(said(QUESTION))
    call.until('the first is in words', () => isWritten(call))
    call.breakModel()
    call.clock.advance(6_000)
    expect(known(call.sessions[1]).filter((line) => line.startsWith('user')))
      .toEqual(['user: Yes, please.', `user: ${QUESTION}`])
  })
})

describe('a model that is lost for good', () => {
  it('ends the call at once when it refuses the key', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: [{}, { refuse: { status: 401 } }] })
    call.clock.advance(5_000)
    call.breakModel()
    call.clock.advance(400)
    expect(call.entries.at(-1))
      .toMatchObject({ type: 'ended', reason: 'model-lost', cause: 'handshake-401' })
  })

  it('is tried again, ever less often, for twenty seconds', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: [{}, { refuse: { status: 503 } }] })
    call.clock.advance(5_000)
    call.breakModel()
    call.clock.advance(15_000)
    expect(call.count()).toBe(1)
    call.clock.advance(6_000)
    expect(call.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'model-lost' })
    call.clock.advance(30_000)
    expect(call.clock.waiting()).toBeLessThanOrEqual(1)
  })
})

describe('a session that breaks in each of its answers', () => {
  it('is given up after ten times in a minute', () => {
    const turn = '  - { say: Is there anything else?, dropSocket: 300 }'
    const scenario = parseScenario(`turns:\n${`${turn}\n`.repeat(4)}`, 'breaks.yaml')
    const call = startVirtualCall({ agent: AGENT, scenario })
    call.clock.advance(4_000)
    call.line.say(said(QUESTION))
    call.until('it is over', () => types(call).includes('ended'), 30_000)
    expect(call.entries.at(-1)).toMatchObject({ reason: 'model-lost' })
    expect(types(call).filter((type) => type === 'model-interrupted')).toHaveLength(9)
  })
})
