import { describe, expect, it } from 'vitest'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const AGENT = 'greeting: Thanks for calling Bright Smile. How can I help?'
const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const asked = (call: VirtualCall) =>
  call.toModel.filter(({ type }) => type === 'response.create').map(({ atMs }) => atMs)
const agentLines = (call: VirtualCall) =>
  call.entries.flatMap((entry) =>
    entry.type === 'line' && entry.line.speaker === 'agent' && entry.line.final
      ? [entry.line.text]
      : []
  )
const ended = (call: VirtualCall) => call.entries.find((entry) => entry.type === 'ended')

describe('a caller who says nothing', () => {
  const silent = () =>
    startVirtualCall({
      agent: AGENT,
      customer: 'limits: { silence: 20s }\nphrases: { goodbye: Goodbye. }',
    })

  it('is asked twice whether they are there, and bidden goodbye', () => {
    const call = silent()
    call.until('it is over', () => ended(call) !== undefined, 120_000)
    expect(agentLines(call).slice(1))
      .toEqual(['Are you still there?', 'Are you still there?', 'Goodbye.'])
    expect(ended(call)).toMatchObject({ reason: 'caller-silent' })
    // Nobody is hung up on before the goodbye was heard.
    expect(call.line.record().queuedMs).toBe(0)
    expect(call.line.record().playedMs).toBe(call.line.record().sentMs)
  })

  it('is not asked while they still listen', () => {
    const call = silent()
    call.until('they were asked', () => asked(call).length === 2, 60_000)
    const heardAtMs = call.entries.find((entry) => entry.type === 'agent-heard')?.atMs ?? 0
    expect(asked(call)[1] - heardAtMs).toBeGreaterThanOrEqual(20_000)
    expect(asked(call)[1] - heardAtMs).toBeLessThan(20_600)
  })

  it('has all the time again once they have spoken, also into the goodbye', () => {
    const call = silent()
    call.until('they are bidden goodbye', () => asked(call).length === 4, 120_000)
    call.until('it is heard', () => call.line.record().queuedMs > 0, 2_000)
    call.line.say(said('Wait, can we make it Thursday instead?'))
    call.clock.advance(15_000)
    expect(ended(call)).toBeUndefined()
    call.until(
      'they are asked again',
      () => agentLines(call).filter((text) => text === 'Are you still there?').length === 3,
      60_000,
    )
  })
})

describe('a caller who only presses keys', () => {
  it('has all the time again, also into the goodbye', () => {
    const call = startVirtualCall({
      agent: AGENT,
      customer: 'limits: { silence: 20s }\nphrases: { goodbye: Goodbye. }',
    })
    call.until('they are bidden goodbye', () => asked(call).length === 4, 120_000)
    call.until('it is heard', () => call.line.record().queuedMs > 0, 2_000)
    call.line.pressKey('1')
    call.clock.advance(15_000)
    expect(ended(call)).toBeUndefined()
  })
})

describe('a call that is too long', () => {
  it('is warned a minute before, and ended after a goodbye', () => {
    const call = startVirtualCall({
      agent: AGENT,
      customer: 'limits: { maxDuration: 5m, silence: false }\nphrases: { goodbye: Goodbye. }',
    })
    call.until('it is over', () => ended(call) !== undefined, 400_000)
    const lines = call.entries.flatMap((entry) =>
      entry.type === 'line' && entry.line.final
        ? [[entry.line.text, Math.floor(entry.atMs / 10_000)]]
        : []
    )
    expect(lines.slice(1)).toEqual([['We have about one minute left.', 24], ['Goodbye.', 30]])
    expect(ended(call)).toMatchObject({ reason: 'max-duration' })
  })
})

describe('a response that comes to nothing', () => {
  const turn = (changes: object) =>
    ({ kind: 'response', outputs: [], delayMs: 0, ...changes }) as never
  const failing = (code: string) =>
    turn({ ending: { type: 'failed', error: { type: code, code, message: '' } } })
  const speak = (call: VirtualCall) => {
    call.clock.advance(6_000)
    call.line.say(said('Yes, please.'))
  }

  it('is asked for once more when it failed, and then heard', () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { turns: [failing('server_error')] } })
    speak(call)
    const before = call.line.record().playedMs
    call.until('the answer is heard', () => call.line.record().playedMs > before + 500)
    expect(ended(call)).toBeUndefined()
    expect(asked(call)).toHaveLength(2)
  })

  it('ends the call when it failed twice', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { turns: [failing('server_error'), failing('server_error')] },
    })
    speak(call)
    call.until('it is over', () => ended(call) !== undefined)
    expect(ended(call)).toMatchObject({ reason: 'model-failed', cause: 'server_error' })
  })

  it('is asked for after a while when the model has no room for it, and the caller hears that somebody is there', () => {
    const limited = failing('rate_limit_exceeded')
    const call = startVirtualCall({ agent: AGENT, scenario: { turns: [limited, limited] } })
    speak(call)
    call.until('it was asked for once more', () => asked(call).length === 2)
    const failedAtMs = call.entries.flatMap((entry) =>
      entry.type === 'response-ended' && entry.status === 'failed' ? [entry.atMs] : []
    )
    expect(asked(call)[1] - failedAtMs[0]).toBeGreaterThanOrEqual(1_000)
    call.until('it was asked for again', () => asked(call).length === 3)
    expect(asked(call)[2] - asked(call)[1]).toBeGreaterThanOrEqual(2_000)
    expect(call.line.record().sentMs).toBeGreaterThan(said(AGENT.slice(10)).length / 8 + 900)
    call.clock.advance(3_000)
    expect(ended(call)).toBeUndefined()
  })

  it('is not asked for any more when the caller says something else meanwhile', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { turns: [failing('rate_limit_exceeded'), failing('rate_limit_exceeded')] },
    })
    speak(call)
    call.until('it was asked for once more', () => asked(call).length === 2)
    call.clock.advance(500)
    call.line.say(said('Wait, can we make it Thursday instead?'))
    call.clock.advance(10_000)
    expect(asked(call)).toHaveLength(2)
    expect(agentLines(call)).toHaveLength(2)
  })

  it('ends the call when the model has no room for long', () => {
    const limited = failing('rate_limit_exceeded')
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { turns: [limited, limited, limited, limited] },
    })
    speak(call)
    call.until('it is over', () => ended(call) !== undefined)
    expect(ended(call)).toMatchObject({ reason: 'model-failed', cause: 'rate_limit_exceeded' })
    expect(asked(call)).toHaveLength(4)
  })

  it('ends the call at once when the quota is used up', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { turns: [failing('insufficient_quota')] },
    })
    speak(call)
    call.until('it is over', () => ended(call) !== undefined)
    expect(ended(call)).toMatchObject({ reason: 'model-failed', cause: 'insufficient_quota' })
    expect(asked(call)).toHaveLength(1)
  })

  it('is made up for by a sentence when a filter kept it back', () => {
    const filtered = turn({ ending: { type: 'incomplete', reason: 'content_filter' } })
    const call = startVirtualCall({ agent: AGENT, scenario: { turns: [filtered] } })
    speak(call)
    call.until('the sentence comes', () => agentLines(call).length === 2)
    expect(agentLines(call)[1]).toBe('I am sorry, I cannot help with that.')
  })

  it('is asked for when the model forgets to answer, and given up when it does so again', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { turns: [{ kind: 'ignore' }, { kind: 'ignore' }, { kind: 'ignore' }] },
    })
    speak(call)
    call.until('it is over', () => ended(call) !== undefined)
    expect(asked(call)).toHaveLength(2)
    expect(ended(call)).toMatchObject({ reason: 'model-silent' })
  })

  it('is stopped and asked for again when no word of it comes', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { turns: [turn({ delayMs: 30_000 })] },
    })
    speak(call)
    const before = agentLines(call).length
    call.until('it is answered', () => agentLines(call).length > before, 30_000)
    expect(call.toModel.filter(({ type }) => type === 'response.cancel')).toHaveLength(1)
    expect(ended(call)).toBeUndefined()
  })

  it('is waited for with a tone, which stops for it', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: { turns: [turn({ delayMs: 7_000 })] },
    })
    speak(call)
    const isOver = ({ type }: { type: string }) => type === 'input_audio_buffer.speech_stopped'
    call.until('their turn is over', () => call.fromModel.some(isOver), 10_000)
    const before = call.line.record().playedMs
    const heardMs = () => call.line.record().playedMs - before
    call.clock.advance(3_900)
    expect(heardMs()).toBe(0)
    call.clock.advance(1_500)
    expect(heardMs()).toBeGreaterThan(1_000)
    const lines = agentLines(call).length
    call.until('it is answered', () => agentLines(call).length > lines, 20_000)
    expect(call.toCaller.filter(({ event }) => event === 'clear')).toHaveLength(1)
  })
})

describe('a session that is slow to open', () => {
  it('is waited for with a tone, and then comes the greeting', () => {
    const call = startVirtualCall({
      agent: AGENT,
      scenario: [{ refuse: { status: 503 } }, { connectMs: 4_500 }],
    })
    call.clock.advance(3_900)
    expect(call.line.record().playedMs).toBe(0)
    call.until('a tone is heard', () => call.line.record().playedMs > 0, 500)
    call.until('the greeting was heard', () => agentLines(call).length === 1, 20_000)
    expect(ended(call)).toBeUndefined()
  })
})

describe('a call that an operator ends', () => {
  it('is over once the goodbye was heard, also if the caller speaks into it', () => {
    const call = startVirtualCall({ agent: AGENT, customer: 'phrases: { goodbye: Goodbye. }' })
    call.until('the greeting was heard', () => agentLines(call).length === 1, 20_000)
    expect(call.sayGoodbye()).toBe(true)
    call.until('it is being said', () => call.line.record().queuedMs > 0, 10_000)
    call.line.say(said('Wait, can we make it Thursday instead?'))
    call.until('it is over', () => ended(call) !== undefined, 30_000)
    expect(ended(call)).toMatchObject({ reason: 'operator-ended' })
    expect(call.sayGoodbye()).toBe(false)
  })

  it('is over at once while its line is not open', async () => {
    const call = startVirtualCall({ agent: AGENT, isOffered: false })
    call.offer()
    expect(call.sayGoodbye()).toBe(true)
    expect(call.count()).toBe(0)
    expect(await call.after()).toEqual({ is: 'over' })
  })

  it('leaves nothing for Twilio to do but to hang up', async () => {
    const call = startVirtualCall({ agent: AGENT })
    call.until('the greeting was heard', () => agentLines(call).length === 1, 20_000)
    call.sayGoodbye()
    call.until('it is over', () => ended(call) !== undefined, 30_000)
    expect(await call.after()).toEqual({ is: 'over' })
  })
})
