import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resumeCall } from '../../src/call/checkpoint.ts'
import type { CallEffect } from '../../src/call/effects.ts'
import type { Happening } from '../../src/call/events.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { response, runCall } from './call-runner.ts'
import { RULES } from './rules.ts'

const CONSENT = 'This call is recorded.'
const GREETING = 'How can I help?'
const rules = { consent: CONSENT, greeting: GREETING }

const asksConsent = { type: 'request-response', request: { kind: 'consent', sentence: CONSENT } }
const asksGreeting = {
  type: 'request-response',
  request: { kind: 'exactly', sentence: GREETING },
}
const asksReply = { type: 'request-response', request: { kind: 'reply' } }
const answers = { type: 'answer-caller' }

const one = response('one')
const two = response('two')
/** All of the sentence is there, 1,500 ms of it, and nothing of it was heard. */
const said = [one.started, one.says(CONSENT), one.sends(1_500), one.audioEnds, one.ends]
const speaks = { type: 'caller-started-speaking', itemId: 'u1' } as const
const stops = { type: 'caller-stopped-speaking', itemId: 'u1' } as const
const at = (atMs: number) => ({ type: 'tick', atMs }) as const
/** Marks after 1,500 ms: the last one. */
const lastEcho = (atMs: number) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((each) =>
    ({ type: 'mark-echoed', name: `m${each}`, atMs }) as const
  )

describe('a call that begins with a consent sentence', () => {
  it('asks for it first, and for nothing else before it was heard to its last mark', () => {
    const { done, state } = runCall(rules, ...said, at(1_400))
    expect(done).toEqual([asksConsent])
    expect(state).toMatchObject({ consent: { is: 'said' } })
  })

  it('goes on with the greeting once it was heard, and answers the caller from then on', () => {
    const { done, reports } = runCall(rules, ...said, ...lastEcho(1_600))
    expect(done).toEqual([asksConsent, answers, asksGreeting])
    expect(reports.map(({ type }) => type)).toContain('consent-heard')
  })

  it('is not interrupted by a caller who speaks, and is answered what they said after the greeting', () => {
    const { done, reports } = runCall(
      rules,
      ...said,
      { ...speaks, atMs: 500 },
      { ...stops, atMs: 900 },
      ...lastEcho(1_600),
      two.started,
      two.says(GREETING),
      two.ends,
    )
    expect(done).toEqual([asksConsent, answers, asksGreeting, asksReply])
    expect(reports.map(({ type }) => type)).not.toContain('barged-in')
  })

  it('is not cut short by a key, and does what the key says afterwards', () => {
    const destinations = { desk: { mode: 'cold', timeoutMs: 20_000 } } as const
    const { done } = runCall(
      { ...rules, destinations, keys: { 0: { is: 'transfer', destination: 'desk' } } },
      ...said,
      { type: 'caller-pressed-key', digit: '0', atMs: 500 },
      ...lastEcho(1_600),
      at(1_850),
    )
    expect(done.filter(({ type }) => type !== 'tell-model')).toEqual([
      asksConsent,
      answers,
      { type: 'request-response', request: { kind: 'exactly', sentence: 'One moment.' } },
    ])
  })

  it('keeps the turn of a caller who speaks meanwhile', () => {
    const { state } = runCall(rules, ...said, { ...speaks, atMs: 500 })
    expect(state).toMatchObject({ unwritten: ['u1'], floor: { is: 'agent' } })
  })

  it('waits with the greeting for a caller who is in the middle of a sentence', () => {
    const before = runCall(rules, ...said, { ...speaks, atMs: 1_400 }, ...lastEcho(1_600))
    expect(before.done).toEqual([asksConsent])
    const after = runCall(
      rules,
      ...said,
      { ...speaks, atMs: 1_400 },
      ...lastEcho(1_600),
      { ...stops, atMs: 2_500 },
    )
    expect(after.done).toEqual([asksConsent, answers, asksGreeting])
  })

  it('does not greet a caller who has talked for ten seconds after it', () => {
    const talks = [...said, { ...speaks, atMs: 1_400 } as const, ...lastEcho(1_600)]
    expect(runCall(rules, ...talks, at(11_599)).done).toEqual([asksConsent])
    const { done, state } = runCall(rules, ...talks, at(11_600))
    expect(done).toEqual([asksConsent, answers])
    expect(state).toMatchObject({ floor: { is: 'caller' }, waiting: [] })
  })

  it('stops what a model says by itself meanwhile', () => {
    const { done } = runCall(rules, ...said, response('own').started)
    expect(done).toEqual([asksConsent, { type: 'cancel-response', responseId: 'own' }])
  })

  it('has nothing to interrupt any more when the greeting is spoken over', () => {
    const { done } = runCall(
      rules,
      ...said,
      ...lastEcho(1_600),
      two.started,
      two.sends(2_000),
      { ...speaks, atMs: 2_000 },
    )
    expect(done.map(({ type }) => type)).toEqual([
      'request-response',
      'answer-caller',
      'request-response',
      'clear-playback',
      'cancel-response',
      'truncate-item',
    ])
  })
})

describe('a consent sentence that was not heard to its end', () => {
  const lost = { type: 'model-interrupted', cause: 'connection-lost' } as const
  const back = { type: 'model-ready' } as const
  const streamLost = { type: 'stream-lost', atMs: 700 } as const
  const nextStream = [{ type: 'stream-asked' }, { type: 'caller-connected' }] as const

  it('is said again by the next session when the model is lost in its middle', () => {
    const { done } = runCall(rules, one.started, one.says('This call'), one.sends(400), lost, back)
    expect(done).toEqual([asksConsent, asksConsent])
  })

  it('is not said again when the model is lost after it was generated, and the greeting follows', () => {
    const { done } = runCall(rules, ...said, lost, back, ...lastEcho(1_600))
    expect(done).toEqual([asksConsent, answers, asksGreeting])
  })

  it('is said again when the stream breaks, before anything else', () => {
    const { done } = runCall(rules, ...said, streamLost, ...nextStream)
    expect(done.filter(isRequest)).toEqual([asksConsent, asksConsent])
  })

  it('is said again when the stream breaks while it is generated', () => {
    const { done } = runCall(
      rules,
      one.started,
      one.says('This call'),
      one.sends(400),
      streamLost,
      ...nextStream,
      { type: 'agent-response-ended', responseId: 'one', status: 'cancelled' },
    )
    expect(done.filter(isRequest)).toEqual([asksConsent, asksConsent])
  })

  it('is not said again when the stream breaks after it was heard', () => {
    const { done } = runCall(rules, ...said, ...lastEcho(1_600), {
      type: 'stream-lost',
      atMs: 1_700,
    })
    expect(done.filter(isRequest)).toEqual([asksConsent, asksGreeting])
  })

  it.each(['cancelled', 'incomplete', 'failed'] as const)(
    'is asked for again when the response is %s',
    (status) => {
      const { done } = runCall(rules, one.started, one.says('This'), {
        type: 'agent-response-ended',
        responseId: 'one',
        status,
      })
      expect(done).toEqual([asksConsent, asksConsent])
    },
  )

  it('is asked for again when a response says nothing, and the third time the call ends', () => {
    const empty = [one.started, one.ends]
    expect(runCall(rules, ...empty, ...empty).done).toEqual([asksConsent, asksConsent, asksConsent])
    expect(runCall(rules, ...empty, ...empty, ...empty).state).toMatchObject({
      phase: 'ended',
      reason: 'model-failed',
    })
  })

  it('is asked for again when the model had begun to say something else', () => {
    const { done } = runCall(
      rules,
      { type: 'model-complained', code: 'conversation_already_has_active_response', problem: '' },
      response('own').started,
      { type: 'agent-response-ended', responseId: 'own', status: 'cancelled' },
    )
    expect(done.filter(isRequest)).toEqual([asksConsent, asksConsent])
  })

  it('is not said to a machine that is left a message', () => {
    const { done } = runCall(rules, ...said, { type: 'message-asked', sentence: 'Call us.' })
    expect(done.filter(isRequest)).toEqual([asksConsent, {
      type: 'request-response',
      request: { kind: 'exactly', sentence: 'Call us.' },
    }])
  })

  it('comes before the first word of another agent', () => {
    const agents = { ...RULES.agents, billing: { ...RULES.agents.main, sessionKey: 'other' } }
    const { done } = runCall(
      { ...rules, agents, keys: { 9: { is: 'hand-off', agent: 'billing' } } },
      one.started,
      one.says('This'),
      { type: 'caller-pressed-key', digit: '9' },
      back,
    )
    expect(done.map(({ type }) => type)).toEqual([
      'request-response',
      'tell-model',
      'replace-agent',
      'request-response',
    ])
    expect(done.at(-1)).toEqual(asksConsent)
  })
})

describe('a call that is taken up again', () => {
  const line = {
    itemId: 'i1',
    speaker: 'agent',
    text: 'This call',
    final: true,
    heardMs: 400,
    atMs: 0,
  } as const
  const kept = { epoch: 1, talkedMs: 400, agent: 'main', spentNano: 0, transcript: [line] }

  it('hears the sentence and the greeting when it was not heard to its end before', () => {
    const state = resumeCall({ ...RULES, ...rules }, { ...kept, isConsentHeard: false }, 5_000)
    expect(state.consent).toEqual({ is: 'due', sentence: CONSENT, tries: 0, turn: 'none' })
    expect(state.waiting).toEqual([{ kind: 'exactly', sentence: GREETING }])
  })

  it('does not hear it again when it was', () => {
    const state = resumeCall({ ...RULES, ...rules }, { ...kept, isConsentHeard: true }, 5_000)
    expect(state.consent).toEqual({ is: 'settled' })
    expect(state.waiting).toEqual([{ kind: 'go-on' }])
  })
})

/** What may happen at any moment, as so many ways to disturb it; `id` makes a response another one each time. */
const chapter = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constant((id: string): readonly Happening[] => {
      const { started, says, sends, audioEnds, ends } = response(id)
      return [started, says('Words.'), sends(300), audioEnds, ends]
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constant((id: string): readonly Happening[] => {
      const { started, says, sends } = response(id)
      return [started, says('Words.'), sends(300), {
        type: 'agent-response-ended',
        responseId: id,
        status: 'cancelled',
      }]
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constant((): readonly Happening[] =>
      Array.from({ length: 40 }, (_, at) => ({ type: 'mark-echoed', name: `m${at}` }))
    ),
  },
  ...([
    [{ type: 'tick' }],
    [speaks],
    [stops],
    [{ type: 'caller-pressed-key', digit: '5' }],
    [{ type: 'model-interrupted', cause: 'connection-lost' }],
    [{ type: 'model-ready' }],
    [{ type: 'stream-lost' }, { type: 'stream-asked' }, { type: 'caller-connected' }],
  ] satisfies Happening[][]).map((happenings) => ({
    weight: 1,
    arbitrary: fc.constant((): readonly Happening[] => happenings),
  })),
)

describe('whatever happens', () => {
  it('nothing else is asked for before the sentence was heard, and it is asked for until then', () => {
    let heard = 0
    fc.assert(
      fc.property(fc.array(chapter, { minLength: 5, maxLength: 30 }), (chapters) => {
        let state: CallState = startCall({ ...RULES, ...rules }, 0)
        let atMs = 0
        const happenings = chapters.flatMap((write, at) => write(`r${at}`))
        const begin: readonly Happening[] = [{ type: 'model-ready' }, { type: 'caller-connected' }]
        for (const happening of [...begin, ...happenings]) {
          const before = state
          const [after, effects] = step(before, { ...happening, atMs: atMs += 100 })
          state = after
          if (before.phase === 'ended' || before.consent.is === 'settled') continue
          // Up to here it was not heard, so nothing that was sent may be taken back but for a broken stream.
          if (happening.type !== 'stream-lost') {
            expect(effects.map(({ type }) => type)).not.toContain('clear-playback')
          }
          if (after.phase === 'ended') continue
          if (after.consent.is === 'settled') {
            heard += 1
            continue
          }
          const asked = effects.flatMap((effect) =>
            effect.type === 'request-response' ? [effect.request.kind] : []
          )
          expect(asked.filter((kind) => kind !== 'consent')).toEqual([])
          const isForgotten = after.consent.is === 'due' && after.model.is === 'ready' &&
            after.response.is === 'free'
          expect(isForgotten).toBe(false)
        }
      }),
      { numRuns: 100 },
    )
    expect(heard).toBeGreaterThan(30)
  })
})

const isRequest = ({ type }: CallEffect) => type === 'request-response'
