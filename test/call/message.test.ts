import { describe, expect, it } from 'vitest'
import type { CallEffect } from '../../src/call/effects.ts'
import type { Happening } from '../../src/call/events.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { RULES } from './rules.ts'

const MESSAGE = 'Please call us back.'
const asked = { type: 'message-asked', sentence: MESSAGE } as const
const MESSAGE_REQUEST = {
  type: 'request-response',
  request: { kind: 'exactly', sentence: MESSAGE },
} as const

/** Tells a call what happens, one thing each ms unless said otherwise. */
const run = (...happenings: readonly (Happening & { atMs?: number })[]) => {
  let state: CallState = startCall(RULES, 0)
  const effects: CallEffect[] = []
  const ready: readonly Happening[] = [{ type: 'model-ready' }, { type: 'caller-connected' }]
  for (const [at, happening] of [...ready, ...happenings].entries()) {
    const [next, decided] = step(state, { ...happening, atMs: at, ...happening })
    state = next
    effects.push(...decided)
  }
  const loud = ['clear-playback', 'cancel-response', 'request-response', 'end-call']
  return { state, done: effects.filter(({ type }) => loud.includes(type)) }
}

const started = (responseId: string) => ({ type: 'agent-response-started', responseId }) as const
const ended = (responseId: string) =>
  ({ type: 'agent-response-ended', responseId, status: 'completed' }) as const
const part = (responseId: string) => ({ responseId, itemId: `${responseId}i`, contentIndex: 0 })
const speaks = (responseId: string) =>
  ({ ...part(responseId), type: 'agent-audio-sent', sentMs: 2_000, modelMs: 2_000 }) as const
const heard = { type: 'caller-started-speaking', itemId: 'u' } as const
const silent = { type: 'caller-stopped-speaking', itemId: 'u' } as const

describe('a message for a machine', () => {
  it('is asked for at once when nobody speaks', () => {
    expect(run(asked).done).toEqual([MESSAGE_REQUEST])
  })

  it('takes the place of what the agent is saying', () => {
    const { done } = run(started('r1'), speaks('r1'), asked, ended('r1'))
    expect(done).toEqual([
      { type: 'clear-playback' },
      { type: 'cancel-response', responseId: 'r1' },
      MESSAGE_REQUEST,
    ])
  })

  it('comes after the answer to the announcement, which is refused', () => {
    const { done } = run(heard, silent, asked, started('own'), ended('own'))
    expect(done).toEqual([{ type: 'cancel-response', responseId: 'own' }, MESSAGE_REQUEST])
  })

  it('does not wait for an answer that does not come', () => {
    const before = run(heard, silent, { ...asked, atMs: 100 }, { type: 'tick', atMs: 1_599 })
    expect(before.done).toEqual([])
    const after = run(heard, silent, { ...asked, atMs: 100 }, { type: 'tick', atMs: 1_600 })
    expect(after.done).toEqual([MESSAGE_REQUEST])
  })

  it('is not interrupted by what the machine sounds like, a key included', () => {
    const key = { type: 'caller-pressed-key', digit: '1' } as const
    const { done, state } = run(asked, started('m'), speaks('m'), heard, silent, key)
    expect(done).toEqual([MESSAGE_REQUEST])
    expect(state).toMatchObject({ floor: { is: 'agent' } })
  })

  it('ends the call when it was heard', () => {
    const { done, state } = run(
      asked,
      started('m'),
      speaks('m'),
      { ...part('m'), type: 'agent-audio-ended' },
      ended('m'),
      { type: 'mark-echoed', name: 'm:2000', atMs: 5_000 },
      { type: 'tick', atMs: 60_003 },
    )
    expect(done.at(-1)).toEqual({ type: 'end-call', reason: 'message-left', isModelKept: false })
    expect(state).toMatchObject({ phase: 'ended', reason: 'message-left' })
  })

  it('is given up when it was not heard within a minute', () => {
    const before = run({ ...asked, atMs: 100 }, { type: 'tick', atMs: 60_099 })
    expect(before.state).toMatchObject({ phase: 'talking' })
    const after = run({ ...asked, atMs: 100 }, { type: 'tick', atMs: 60_100 })
    expect(after.state).toMatchObject({ phase: 'ended', reason: 'message-left' })
  })
})
