import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallEffect } from '../../src/call/effects.ts'
import type { Happening } from '../../src/call/events.ts'
import type { CallRules } from '../../src/call/rules.ts'
import { type CallState, isWanted, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { RULES as QUIET_RULES } from './rules.ts'
import { ACTIONS, busyStory, type Story, story } from './stories.ts'

const RULES: CallRules = { ...QUIET_RULES, greeting: 'Hello.', maxDurationMs: 60_000 }

const offered = (rules: CallRules): CallState => startCall(rules, 0)

/** Tells a call what happens, one thing each ms unless said otherwise. */
const run = (happenings: readonly (Happening & { atMs?: number })[], rules = RULES) => {
  let state = offered(rules)
  const effects: CallEffect[] = []
  happenings.forEach((happening, at) => {
    const [next, decided] = step(state, { ...happening, atMs: happening.atMs ?? at })
    state = next
    effects.push(...decided)
  })
  return {
    state,
    effects,
    done: effects.filter(({ type }) => type !== 'report' && type !== 'checkpoint'),
  }
}

describe('step()', () => {
  it('asks for the greeting once, when the model is ready, and says it exactly', () => {
    const { done } = run([
      { type: 'model-ready' },
      { type: 'model-ready' },
      { type: 'tick' },
    ])
    expect(done).toEqual([{
      type: 'request-response',
      request: { kind: 'exactly', sentence: 'Hello.' },
    }])
  })

  it('asks for nothing when the agent has no greeting', () => {
    const { done } = run([{ type: 'model-ready' }], QUIET_RULES)
    expect(done).toEqual([])
  })

  it('asks a model that has no room again when that said it would have, but not for minutes', () => {
    const askedAtMs = (resetInMs: number) => {
      const failed = [
        { type: 'model-ready', atMs: 0 },
        { type: 'caller-connected', atMs: 10 },
        { type: 'agent-response-started', responseId: 'r', atMs: 20 },
        {
          type: 'agent-response-ended',
          responseId: 'r',
          status: 'failed',
          reason: 'rate_limit_exceeded',
          atMs: 1_000,
        },
        { type: 'model-limited', resetInMs, atMs: 1_040 },
      ] as const
      const asked = (untilMs: number) => {
        const ticks = Array.from(
          { length: Math.floor((untilMs - 1_000) / 250) },
          (_, at) => ({ type: 'tick', atMs: 1_250 + 250 * at }) as const,
        )
        return run([...failed, ...ticks]).done
          .filter(({ type }) => type === 'request-response').length === 2
      }
      return Array.from({ length: 60 }, (_, at) => 1_250 + 250 * at).find(asked)
    }
    expect(askedAtMs(300)).toBe(1_500)
    expect(askedAtMs(3_000)).toBe(4_250)
    expect(askedAtMs(120_000)).toBe(9_250)
  })

  it('asks again when a response that was given up is over at last, which kept the next one from beginning', () => {
    const { done, state } = run([
      { type: 'model-ready', atMs: 0 },
      { type: 'caller-connected', atMs: 10 },
      { type: 'agent-response-started', responseId: 'r', atMs: 20 },
      { type: 'tick', atMs: 10_020 },
      {
        type: 'model-complained',
        code: 'conversation_already_has_active_response',
        problem: '',
        atMs: 10_060,
      },
      { type: 'agent-response-ended', responseId: 'r', status: 'cancelled', atMs: 10_070 },
    ])
    expect(done.map(({ type }) => type).filter((type) => type !== 'mark-playback')).toEqual([
      'request-response',
      'cancel-response',
      'request-response',
      'request-response',
    ])
    expect(state).toMatchObject({ response: { is: 'asked' }, waiting: [] })
  })

  it('gives up a response that stops in the middle of a sentence, half a minute after it was last heard', () => {
    const part = { responseId: 'r', itemId: 'i', contentIndex: 0 }
    const stalled = (...more: readonly (Happening & { atMs?: number })[]) =>
      run([
        { type: 'model-ready', atMs: 0 },
        { type: 'caller-connected', atMs: 10 },
        { type: 'agent-response-started', responseId: 'r', atMs: 20 },
        { type: 'agent-words', ...part, text: 'We are', final: false, atMs: 1_000 },
        { type: 'agent-audio-sent', ...part, sentMs: 2_000, modelMs: 2_000, atMs: 1_000 },
        ...['m2', 'm3', 'm4', 'm5'].map((name) =>
          ({ type: 'mark-echoed', name, atMs: 3_000 }) as const
        ),
        ...more,
      ]).done.filter(({ type }) => type !== 'mark-playback')
    expect(stalled({ type: 'tick', atMs: 32_999 })).toHaveLength(1)
    expect(stalled({ type: 'tick', atMs: 33_000 }).slice(1)).toEqual([
      { type: 'cancel-response', responseId: 'r' },
      { type: 'request-response', request: { kind: 'go-on' } },
    ])
    const spokenOver = [
      { type: 'caller-started-speaking', itemId: 'u', atMs: 3_500 },
      { type: 'caller-stopped-speaking', itemId: 'u', atMs: 20_000 },
      { type: 'tick', atMs: 33_000 },
      { type: 'tick', atMs: 33_250 },
    ] as const
    expect(stalled(...spokenOver).at(-1))
      .toEqual({ type: 'request-response', request: { kind: 'reply' } })
  })

  it('waits fifteen seconds for the stream', () => {
    expect(run([{ type: 'tick', atMs: 14_999 }]).done).toEqual([])
    expect(run([{ type: 'tick', atMs: 15_000 }]).done)
      .toEqual([{ type: 'end-call', reason: 'no-stream', isModelKept: false }])
  })

  it('counts the longest duration from the moment the line is open, and then says goodbye', () => {
    const said = (atMs: number) =>
      run([
        { type: 'model-ready' },
        { type: 'caller-connected', atMs: 10_000 },
        { type: 'agent-response-started', responseId: 'r', atMs: 10_001 },
        {
          type: 'agent-words',
          responseId: 'r',
          itemId: 'i',
          contentIndex: 0,
          text: 'Hello.',
          final: true,
        },
        { type: 'agent-response-ended', responseId: 'r', status: 'completed', atMs: 10_002 },
        { type: 'tick', atMs },
      ]).done.filter(({ type }) => type === 'request-response')
    const goodbye = { type: 'request-response', request: { kind: 'exactly', sentence: 'Goodbye.' } }
    expect(said(69_999)).not.toContainEqual(goodbye)
    expect(said(70_000)).toContainEqual(goodbye)
  })

  it('tells a model that was never reached from one that was lost', () => {
    expect(run([{ type: 'model-lost', cause: 'x' }]).done)
      .toEqual([{ type: 'end-call', reason: 'model-unreachable', isModelKept: false }])
    expect(run([{ type: 'model-ready' }, { type: 'model-lost', cause: 'x' }]).done.at(-1))
      .toEqual({ type: 'end-call', reason: 'model-lost', isModelKept: false })
  })

  it('does nothing any more after the end', () => {
    const { done, state } = run([
      { type: 'caller-connected' },
      { type: 'caller-hung-up' },
      { type: 'stream-lost' },
      { type: 'model-ready' },
      { type: 'tick', atMs: 999_999 },
    ])
    expect(done.filter(({ type }) => type !== 'mark-playback'))
      .toEqual([{ type: 'end-call', reason: 'caller-hung-up', isModelKept: false }])
    expect(state).toMatchObject({ phase: 'ended', reason: 'caller-hung-up' })
  })

  it('measures how long the caller waited for the agent', () => {
    const part = { responseId: 'resp_1', itemId: 'item_1', contentIndex: 0 }
    const { effects } = run([
      { type: 'caller-connected', atMs: 0 },
      { type: 'caller-stopped-speaking', itemId: 'item_0', atMs: 5_000 },
      { type: 'agent-audio-sent', ...part, sentMs: 20, modelMs: 20, atMs: 5_640 },
      { type: 'agent-audio-sent', ...part, sentMs: 20, modelMs: 20, atMs: 5_900 },
    ])
    const spoke = effects.filter((effect) =>
      effect.type === 'report' && effect.report.type === 'agent-speaking'
    )
    expect(spoke).toEqual([{
      type: 'report',
      report: { type: 'agent-speaking', responseId: 'resp_1', latencyMs: 640 },
    }])
  })

  it('takes a refusal for harmless that only says that the model was quicker', () => {
    for (const code of ['response_cancel_not_active', 'conversation_already_has_active_response']) {
      const { state, effects } = run([
        { type: 'caller-connected' },
        { type: 'model-complained', code, problem: '' },
      ])
      expect(state.phase).toBe('talking')
      expect(
        effects.some((effect) =>
          effect.type === 'report' && effect.report.type === 'model-complained'
        ),
      )
        .toBe(false)
    }
  })
})

describe('whatever happens to a call, step()', () => {
  /** Runs a story as the bridge would: audio that is not wanted is refused. */
  const tell = (
    events: Story,
    look: (
      before: CallState,
      after: CallState,
      effects: readonly CallEffect[],
      happening: Happening,
    ) => void,
  ) => {
    let state = offered({
      ...RULES,
      ...ACTIONS,
      maxDurationMs: 1e9,
      streamTimeoutMs: 1e9,
      silenceMs: 20_000,
    })
    let atMs = 0
    for (const [told, afterMs] of events) {
      atMs += afterMs
      const happening = told.type === 'agent-audio-sent' && !isWanted(state, told.responseId)
        ? { ...told, type: 'agent-audio-refused' as const }
        : told
      const [next, effects] = step(state, { ...happening, atMs })
      look(state, next, effects, happening)
      state = next
    }
  }

  it('never believes more heard than was sent, nor less than was proven', () => {
    fc.assert(fc.property(story, (events) => {
      tell(events, (_, after) => {
        if (after.phase !== 'talking') return
        const { sentMs, provenMs, items } = after.playback
        expect(provenMs).toBeGreaterThanOrEqual(0)
        expect(provenMs).toBeLessThanOrEqual(sentMs)
        expect(items.every((item) => item.startMs + item.sentMs <= sentMs + 1e-6)).toBe(true)
      })
    }))
  })

  it('truncates an item within its audio, and clears before it truncates', () => {
    fc.assert(fc.property(story, (events) => {
      const modelMs = new Map<string, number>()
      tell(events, (_, __, effects, happening) => {
        if (happening.type === 'agent-audio-sent') {
          const known = modelMs.get(happening.itemId) ?? 0
          modelMs.set(happening.itemId, known + happening.modelMs)
        }
        const order = effects.map(({ type }) => type)
        const cleared = order.indexOf('clear-playback')
        const truncated = order.indexOf('truncate-item')
        if (cleared >= 0) expect(cleared).toBe(0)
        if (cleared >= 0 && truncated >= 0) expect(cleared).toBeLessThan(truncated)
        for (const effect of effects) {
          if (effect.type !== 'truncate-item') continue
          expect(Number.isInteger(effect.audioEndMs)).toBe(true)
          expect(effect.audioEndMs).toBeGreaterThanOrEqual(0)
          expect(effect.audioEndMs).toBeLessThanOrEqual(modelMs.get(effect.itemId) ?? 0)
        }
      })
    }))
  })

  it('lets nothing be heard of a response that was spoken over', () => {
    fc.assert(fc.property(story, (events) => {
      tell(events, (before, after, effects) => {
        for (const effect of effects) {
          if (effect.type !== 'cancel-response') continue
          expect(isWanted(after, effect.responseId)).toBe(false)
          expect(before.phase).not.toBe('ended')
        }
      })
    }))
  })

  it('asks for one response at a time, and only of a model that is there', () => {
    fc.assert(fc.property(story, (events) => {
      tell(events, (_, after, effects) => {
        const asked = effects.filter(({ type }) => type === 'request-response')
        expect(asked.length).toBeLessThanOrEqual(1)
        if (asked.length === 0 || after.phase === 'ended') return
        expect(after.model.is).toBe('ready')
        expect(after.response.is).toBe('asked')
      })
    }))
  })

  it('runs a tool call once, tells a session once what came of it, and waits for none that is back', () => {
    let runs = 0
    let returns = 0
    fc.assert(fc.property(busyStory, (events) => {
      const ran: string[] = []
      const returned = new Set<string>()
      tell(events, (_, after, effects) => {
        for (const effect of effects) {
          if (effect.type === 'run-tool' || effect.type === 'play-keys') ran.push(effect.toolCallId)
          if (effect.type !== 'return-output') continue
          expect(returned.has(effect.toolCallId)).toBe(false)
          returned.add(effect.toolCallId)
        }
        const open = after.transcript.filter((line) => line.speaker === 'tool' && !line.final)
        if (after.phase === 'ended') return expect(open).toEqual([])
        const waited = after.tools.filter(({ stage }) => stage !== 'back' && stage !== 'called')
        expect(waited.length).toBe(open.length)
      })
      expect(new Set(ran).size).toBe(ran.length)
      runs += ran.length
      returns += returned.size
    }))
    // The stories are about tools.
    expect(runs).toBeGreaterThan(20)
    expect(returns).toBeGreaterThan(20)
  })

  it('keeps what the caller enters in secret out of everything that leaves it', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...'5678'), { maxLength: 6 }), (digits) => {
      const { effects } = run([
        { type: 'model-ready' },
        { type: 'caller-connected' },
        { type: 'agent-response-started', responseId: 'r' },
        {
          type: 'agent-called-tool',
          responseId: 'r',
          itemId: 'i',
          toolCallId: 't',
          name: 'collect_digits',
          given: '{"entry":"pin"}',
        },
        ...digits.slice(0, 4).map((digit) => ({ type: 'caller-pressed-key', digit }) as const),
      ], { ...RULES, ...ACTIONS })
      expect(JSON.stringify(effects.filter(({ type }) => type !== 'mark-playback')))
        .not.toMatch(/"(digit|output|text)":"[^"]*[5678]/)
    }))
  })

  it('says the greeting once, unless a model was lost before a word of it came', () => {
    fc.assert(fc.property(story, (events) => {
      let greeted = 0
      let losses = 0
      tell(events, (_, __, effects, happening) => {
        if (happening.type === 'model-interrupted' || happening.type === 'reserve-ready') {
          losses += 1
        }
        for (const effect of effects) {
          const isGreeting = effect.type === 'request-response' &&
            effect.request.kind === 'exactly' && effect.request.sentence === 'Hello.'
          if (isGreeting) greeted += 1
        }
      })
      // A greeting of which nothing comes is asked for once more by itself.
      expect(greeted).toBeLessThanOrEqual(2 + losses)
    }))
  })

  it('never truncates what the session has by its text alone', () => {
    fc.assert(fc.property(story, (events) => {
      const spokenBefore = new Set<string>()
      const spokenNow = new Set<string>()
      tell(events, (_, __, effects, happening) => {
        if (happening.type === 'agent-audio-sent') spokenNow.add(happening.itemId)
        const isNew = effects.some(({ type }) => type === 'swap-model') ||
          effects.some((effect) =>
            effect.type === 'report' && effect.report.type === 'model-interrupted'
          )
        for (const effect of effects) {
          if (effect.type !== 'truncate-item' || effect.audioEndMs === 0) continue
          expect(spokenNow.has(effect.itemId) || !spokenBefore.has(effect.itemId)).toBe(true)
        }
        if (!isNew) return
        for (const itemId of spokenNow) spokenBefore.add(itemId)
        spokenNow.clear()
      })
    }))
  })
})
