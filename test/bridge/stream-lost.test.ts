import { describe, expect, it } from 'vitest'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const GREETING = 'Thanks for calling Bright Smile. How can I help?'
const BOOKING = 'Of course. Tuesday at half past nine is free. Shall I book it for you?'
const AGENT = `greeting: ${GREETING}`
const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const asked = (call: VirtualCall) =>
  call.toModel.filter(({ type }) => type === 'response.create').length
const wordsOf = (call: VirtualCall, session: number) =>
  call.sessions[session].items().flatMap((item) =>
    item.type === 'message'
      ? item.content.map((part) => `${item.role}: ${'text' in part ? part.text : ''}`)
      : []
  )

describe('a stream that breaks', () => {
  it('is followed by another one of the same call, with the model and all that was said', async () => {
    const call = startVirtualCall({ agent: AGENT })
    call.clock.advance(6_000)
    call.line.vanish()
    call.clock.advance(10)
    expect(call.entries.at(-1)).toMatchObject({ type: 'stream-lost' })
    expect(await call.after()).toMatchObject({ is: 'resumed', call: { epoch: 2 } })

    const line = call.openStream()
    call.clock.advance(1_000)
    expect(call.sessions).toHaveLength(1)
    expect(asked(call)).toBe(1)
    expect(line.record().sentMs).toBe(0)
    line.say(said('Yes, please.'))
    call.until('it is answered', () => line.record().playedMs > 500)
    expect(
      call.entries.filter((entry) => entry.type === 'caller-connected')
        .map((entry) => entry.epoch),
    ).toEqual([1, 2])
  })

  it('is resumed also when Twilio knows of it before its socket does', async () => {
    const call = startVirtualCall({ agent: AGENT })
    call.clock.advance(6_000)
    call.line.freeze()
    expect(await call.after()).toMatchObject({ is: 'resumed', call: { epoch: 2 } })
    const line = call.openStream()
    call.clock.advance(100)
    expect(call.count()).toBe(1)
    line.say(said('Yes, please.'))
    call.until('it is answered', () => line.record().playedMs > 500)
  })

  it('cuts what the agent was saying at what was heard, and the agent goes on', async () => {
    const call = startVirtualCall({ agent: AGENT, scenario: { speed: 50 } })
    call.until('the greeting has begun', () => call.line.record().playedMs > 1_000)
    call.line.vanish()
    const { playedMs } = call.line.record()
    call.clock.advance(5)
    await call.after()
    const { truncations } = call.sessions[0].record
    expect(truncations).toHaveLength(1)
    expect(Math.abs(truncations[0].audioEndMs - playedMs)).toBeLessThanOrEqual(10)
    expect(asked(call)).toBe(2)
    call.clock.advance(1_000)
    const line = call.openStream()
    call.clock.advance(300)
    expect(line.record().sentMs).toBeGreaterThan(0)
  })

  it('is waited for for fifteen seconds, and the model not longer', () => {
    const call = startVirtualCall({ agent: AGENT })
    call.clock.advance(6_000)
    call.line.vanish()
    call.clock.advance(14_000)
    expect(call.sessions[0].isOpen()).toBe(true)
    call.clock.advance(1_500)
    expect(call.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'caller-lost' })
    expect(call.sessions[0].isOpen()).toBe(false)
  })

  it('is given up when it breaks for the fourth time in a minute', async () => {
    const call = startVirtualCall({ agent: AGENT })
    let line = call.line
    for (const epoch of [2, 3, 4]) {
      call.clock.advance(5_000)
      line.vanish()
      call.clock.advance(10)
      expect(await call.after()).toMatchObject({ is: 'resumed', call: { epoch } })
      line = call.openStream()
    }
    call.clock.advance(5_000)
    line.vanish()
    call.clock.advance(10)
    expect(await call.after()).toMatchObject({ is: 'apology' })
    expect(call.count()).toBe(0)
  })

  it('may break four times when a minute lies between', async () => {
    const call = startVirtualCall({ agent: AGENT })
    let line = call.line
    for (const epoch of [2, 3, 4, 5, 6]) {
      call.clock.advance(25_000)
      line.vanish()
      call.clock.advance(10)
      expect(await call.after()).toMatchObject({ is: 'resumed', call: { epoch } })
      line = call.openStream()
    }
    expect(call.count()).toBe(1)
  })

  it('does not bring back a caller who has hung up', async () => {
    const call = startVirtualCall({ agent: AGENT })
    call.clock.advance(6_000)
    call.line.hangUp()
    call.clock.advance(10)
    expect(await call.after()).toEqual({ is: 'over' })
  })

  it('does not make a call longer than it may be', async () => {
    const call = startVirtualCall({ agent: AGENT, customer: 'limits: { maxDuration: 1m }' })
    call.clock.advance(40_000)
    call.line.vanish()
    call.clock.advance(10)
    await call.after()
    call.openStream()
    call.clock.advance(19_000)
    expect(call.count()).toBe(1)
    call.until('the goodbye was heard', () => call.count() === 0, 16_000)
    expect(call.entries.at(-1)).toMatchObject({ type: 'ended', reason: 'max-duration' })
  })
})

describe('a process that dies', () => {
  it('leaves a call that another one takes up where its last turn ended', async () => {
    const store = createMemoryStore()
    const first = startVirtualCall({ agent: AGENT, store })
    first.clock.advance(5_000)
    first.line.say(said('Yes, please.'))
    first.until('it was answered', () => first.line.record().playedMs > 4_000)
    first.clock.advance(2_000)
    // The first process is not heard of again.
    const second = startVirtualCall({ agent: AGENT, store, isOffered: false })
    expect(second.count()).toBe(0)
    expect(await second.after()).toMatchObject({ is: 'resumed', call: { epoch: 2 } })
    const line = second.openStream()
    second.clock.advance(1_500)
    expect(wordsOf(second, 0).slice(0, 3)).toEqual([
      `assistant: ${GREETING}`,
      'user: Yes, please.',
      'assistant: Yes, please.',
    ])
    expect(asked(second)).toBe(1)
    second.until('the agent is there again', () => line.record().playedMs > 100)
  })

  it('leaves no words that were written and not heard', async () => {
    const store = createMemoryStore()
    const first = startVirtualCall({
      agent: AGENT,
      store,
      scenario: {
        speed: 50,
        turns: [{ kind: 'response', delayMs: 0, outputs: [{ kind: 'say', text: BOOKING }] }],
      },
    })
    first.clock.advance(5_000)
    first.line.say(said('Yes, please.'))
    first.until('it is being answered', () => first.line.record().playedMs > 4_000)
    first.clock.advance(500)
    const second = startVirtualCall({ agent: AGENT, store, isOffered: false })
    await second.after()
    second.clock.advance(1_000)
    const answer = wordsOf(second, 0)[2]
    expect(`assistant: ${BOOKING}`.startsWith(answer)).toBe(true)
    expect(answer.length).toBeLessThan(BOOKING.length / 2)
  })

  it('greets nobody again who has heard a second of the greeting', async () => {
    const store = createMemoryStore()
    const first = startVirtualCall({ agent: AGENT, store, scenario: { speed: 50 } })
    first.until('a second was heard', () => first.line.record().playedMs > 1_000)
    const second = startVirtualCall({ agent: AGENT, store, isOffered: false })
    await second.after()
    second.clock.advance(1_000)
    expect(wordsOf(second, 0)[0]).toMatch(/^assistant: Thanks/)
    expect(wordsOf(second, 0)[0].length).toBeLessThan(`assistant: ${GREETING}`.length)
  })

  it('leaves what was heard of a long answer, but for the last three seconds', async () => {
    const store = createMemoryStore()
    const first = startVirtualCall({
      agent: AGENT,
      store,
      scenario: {
        speed: 50,
        turns: [{ kind: 'response', delayMs: 0, outputs: [{ kind: 'say', text: BOOKING }] }],
      },
    })
    first.clock.advance(5_000)
    first.line.say(said('Yes, please.'))
    const greetingMs = said(GREETING).length / 8
    const answerMs = said(BOOKING).length / 8
    expect(answerMs).toBeGreaterThan(4_000)
    first.until('most was heard', () => first.line.record().playedMs > greetingMs + answerMs - 300)
    const second = startVirtualCall({ agent: AGENT, store, isOffered: false })
    await second.after()
    second.clock.advance(1_000)
    const share = wordsOf(second, 0)[2].length / `assistant: ${BOOKING}`.length
    expect(share).toBeGreaterThan(1 - 3_400 / answerMs)
    expect(share).toBeLessThan(1)
  })

  it.each(['the phone still rang', 'the line was just open'])(
    'greets a caller who was to be greeted, when it died while %s',
    async (when) => {
      const store = createMemoryStore()
      const first = startVirtualCall({ agent: AGENT, store, isOffered: false })
      first.offer()
      // The greeting is there.
      first.clock.advance(3_000)
      if (when === 'the line was just open') first.openStream()
      first.clock.advance(200)
      const second = startVirtualCall({ agent: AGENT, store, isOffered: false })
      await second.after()
      const line = second.openStream()
      second.clock.advance(5_000)
      expect(Math.abs(line.record().playedMs - said(GREETING).length / 8)).toBeLessThanOrEqual(40)
    },
  )

  it('greets a caller whom nobody has greeted', async () => {
    const store = createMemoryStore()
    startVirtualCall({ agent: AGENT, store, scenario: { firstAudioMs: 5_000 } }).clock.advance(10)
    const second = startVirtualCall({ agent: AGENT, store, isOffered: false })
    await second.after()
    const line = second.openStream()
    second.clock.advance(5_000)
    const greetingMs = said(GREETING).length / 8
    expect(Math.abs(line.record().playedMs - greetingMs)).toBeLessThanOrEqual(40)
  })

  it('is apologised for when nothing is known of the call', async () => {
    const second = startVirtualCall({ agent: AGENT, isOffered: false })
    expect(await second.after()).toMatchObject({ is: 'apology' })
  })
})

describe('a process that is to end', () => {
  it('hands a call over when nobody speaks, and another one takes it up', async () => {
    const store = createMemoryStore()
    const first = startVirtualCall({ agent: AGENT, store })
    first.until('the greeting has begun', () => first.line.record().playedMs > 1_000)
    first.handOver(false)
    first.clock.advance(1_000)
    expect(first.count()).toBe(1)
    first.until('it has left', () => first.count() === 0)
    const { playedMs, sentMs } = first.line.record()
    expect(playedMs).toBe(sentMs)
    expect(await first.after()).toEqual({ is: 'handed-over', isLast: true })
    expect(first.sessions[0].isOpen()).toBe(false)

    const second = startVirtualCall({ agent: AGENT, store, isOffered: false })
    expect(await second.after()).toMatchObject({ is: 'resumed', call: { epoch: 2 } })
    second.openStream()
    second.clock.advance(500)
    expect(wordsOf(second, 0)[0]).toBe(`assistant: ${GREETING}`)
  })

  it('lets go of the caller only when the next process finds all of the call', async () => {
    const memory = createMemoryStore()
    let isWritten = () => {}
    const written = new Promise<void>((resolve) => isWritten = resolve)
    const call = startVirtualCall({ agent: AGENT, store: { ...memory, flush: () => written } })
    call.clock.advance(6_000)
    call.handOver(true)
    await Promise.resolve()
    call.clock.advance(1_000)
    expect([call.count(), call.line.record().end]).toEqual([0, undefined])
    isWritten()
    await written
    await Promise.resolve()
    call.clock.advance(1)
    expect(call.line.record().end).toBeDefined()
  })

  it('hands a call over at once when it must', async () => {
    const first = startVirtualCall({ agent: AGENT })
    first.until('the greeting has begun', () => first.line.record().playedMs > 1_000)
    first.handOver(true)
    expect(first.count()).toBe(0)
    expect(await first.after()).toEqual({ is: 'handed-over', isLast: true })
  })
})
