/** What a caller who has to wait hears, on a phone line that knows the truth to the ms. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Happening } from '../../src/call/events.ts'
import { pieceMs } from '../../src/call/playback.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createPhoneLine, type PhoneLineOptions } from '../support/phone-line.ts'
import { response } from './call-runner.ts'
import { RULES } from './rules.ts'

const TICK_MS = 250
const QUIET_MS = 700

type LineSettings = Omit<PhoneLineOptions, 'clock' | 'echo'>

/** A call on a line; the agent has said nothing yet. `heard` notes of each ms what was heard in it. */
const wait = (settings: LineSettings) => {
  const clock = createFakeClock()
  let state: CallState = startCall(RULES, 0)
  const heard: ('words' | 'tone' | undefined)[] = []
  const truncations: number[] = []
  const phone = createPhoneLine({
    ...settings,
    clock,
    echo: (name) => tell({ type: 'mark-echoed', name }),
  })

  const tell = (happening: Happening) => {
    const [next, effects] = step(state, { ...happening, atMs: clock.nowMs() })
    state = next
    for (const effect of effects) {
      if (effect.type === 'clear-playback') phone.clear()
      if (effect.type === 'mark-playback') phone.mark(effect.name)
      if (effect.type === 'truncate-item') truncations.push(effect.audioEndMs)
      if (effect.type !== 'play-hold') continue
      phone.play('tone', effect.ms)
      tell({ type: 'hold-sent', sentMs: effect.ms })
    }
  }

  /** Says something, all of it at once; nothing more comes of it if `isWhole`. */
  const say = (responseId: string, ms: number, isWhole = true) => {
    const { sends, audioEnds } = response(responseId)
    if (state.phase === 'talking' && state.holding) tell({ type: 'agent-about-to-speak' })
    for (let left = ms; left > 0;) {
      const piece = state.phase === 'talking' ? pieceMs(state.playback, clock.nowMs()) : Infinity
      const sentMs = Math.min(left, piece)
      phone.play('words', sentMs)
      tell(sends(sentMs))
      left -= sentMs
    }
    if (isWhole) tell(audioEnds)
  }

  const pass = (ms: number) => {
    for (let left = ms; left > 0; left--) {
      const before = { words: phone.heardMs('words'), tone: phone.heardMs('tone') }
      clock.advance(1)
      if (clock.nowMs() % TICK_MS === 0) tell({ type: 'tick' })
      const isWords = phone.heardMs('words') > before.words
      heard.push(isWords ? 'words' : phone.heardMs('tone') > before.tone ? 'tone' : undefined)
    }
  }

  tell({ type: 'model-ready' })
  tell({ type: 'caller-connected' })
  pass(QUIET_MS)
  return { tell, say, pass, heard, truncations, wordsMs: () => phone.heardMs('words') }
}

/** How long nothing was heard between the last word and the tone. */
const pauseBeforeTone = (heard: readonly (string | undefined)[]): number => {
  const tone = heard.indexOf('tone')
  return tone < 0 ? Infinity : tone - 1 - heard.lastIndexOf('words', tone)
}

const longestSilence = (heard: readonly (string | undefined)[]): number =>
  heard.reduce(({ longest, now }, sound) => {
    const silence = sound === undefined ? now + 1 : 0
    return { longest: Math.max(longest, silence), now: silence }
  }, { longest: 0, now: 0 }).longest

describe('a caller who has to wait after a sentence', () => {
  const FAR = { downMs: 90, upMs: 90, startLagMs: 0 }

  it('for a tool hears the tone after a pause, however late the mark of its end comes', () => {
    const { started, calls, ends } = response('r1')
    const call = wait(FAR)
    call.tell(started)
    call.say('r1', 1_940)
    call.tell(calls('a', 'find'))
    call.tell(ends)
    call.pass(6_000)
    expect(pauseBeforeTone(call.heard)).toBeGreaterThanOrEqual(1_200)
    expect(pauseBeforeTone(call.heard)).toBeLessThan(1_200 + TICK_MS)
  })

  it('for the next session hears the tone after a pause, too', () => {
    const { started } = response('r1')
    const call = wait(FAR)
    call.tell(started)
    call.say('r1', 1_940, false)
    call.tell({ type: 'model-interrupted', cause: 'close-1006' })
    call.pass(6_000)
    expect(pauseBeforeTone(call.heard)).toBeGreaterThanOrEqual(1_500)
    expect(pauseBeforeTone(call.heard)).toBeLessThan(1_500 + TICK_MS)
    expect(longestSilence(call.heard.slice(call.heard.indexOf('tone')))).toBeLessThan(1)
  })

  it('in its middle may speak over the rest of it, and the model knows what was heard', () => {
    const { started, calls } = response('r1')
    const call = wait(FAR)
    call.tell(started)
    call.tell(calls('a', 'find'))
    call.say('r1', 1_000, false)
    call.pass(3_000)
    call.say('r1', 2_000)
    call.pass(1_500)
    expect(call.heard).toContain('tone')
    call.tell({ type: 'caller-started-speaking', itemId: 'u' })
    call.pass(500)
    expect(call.wordsMs()).toBeGreaterThan(1_200)
    expect(call.truncations).toHaveLength(1)
    expect(Math.abs(call.truncations[0] - call.wordsMs())).toBeLessThanOrEqual(5)
  })

  it('is never in silence for two seconds, nor without a pause, and hears every word', () => {
    const ms = (max: number) => fc.integer({ min: 0, max })
    const line = fc.record({
      downMs: ms(120),
      upMs: ms(120),
      startLagMs: ms(80),
      echoJitterMs: fc.array(ms(250), { minLength: 1, maxLength: 6 }),
    })
    const wordsMs = ms(150).map((frames) => 20 * frames + 20)
    fc.assert(
      fc.property(line, wordsMs, ms(4_000), ms(5_000), wordsMs, (
        settings,
        firstMs,
        calledAfterMs,
        workMs,
        lastMs,
      ) => {
        const [first, last] = [response('r1'), response('r2')]
        const call = wait(settings)
        call.tell(first.started)
        call.say('r1', firstMs)
        call.pass(calledAfterMs)
        const isSpeaking = call.wordsMs() < firstMs
        const calledAt = call.heard.length
        call.tell(first.calls('a', 'find'))
        call.tell(first.ends)
        call.pass(workMs)
        call.tell({ type: 'tool-returned', toolCallId: 'a', output: 'done', failed: false })
        call.pass(500)
        call.tell(last.started)
        call.say('r2', lastMs)
        call.tell(last.ends)
        const backAt = call.heard.length
        call.pass(firstMs + lastMs + 1_000)
        // A caller who has waited before a tool was called waits for the tool a little longer.
        const slow = call.heard.slice(isSpeaking ? QUIET_MS + settings.downMs : calledAt, backAt)
        expect(longestSilence(slow)).toBeLessThanOrEqual(2_000)
        expect(pauseBeforeTone(call.heard)).toBeGreaterThanOrEqual(isSpeaking ? 1_000 : 400)
        expect(call.wordsMs()).toBe(firstMs + lastMs)
      }),
      { numRuns: 100 },
    )
  })
})
