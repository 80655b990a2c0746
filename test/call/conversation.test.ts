import { expect, it } from 'vitest'
import { conversationOf } from '../../src/call/conversation.ts'
import type { Happening } from '../../src/call/events.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { RULES } from './rules.ts'

const after = (...happenings: readonly Happening[]): CallState =>
  happenings.reduce<CallState>(
    (state, happening, atMs) => step(state, { ...happening, atMs })[0],
    startCall(RULES, 0),
  )

const TURN: readonly Happening[] = [
  { type: 'model-ready' },
  { type: 'caller-connected' },
  { type: 'caller-started-speaking', itemId: 'item_1' },
  { type: 'caller-stopped-speaking', itemId: 'item_1' },
  { type: 'caller-turn-ended', itemId: 'item_1' },
  { type: 'caller-words', itemId: 'item_1', text: 'Do you have a ', final: false },
]

const told = (state: CallState) =>
  state.phase === 'ended' ? [] : conversationOf(state.transcript, state.unwritten)

it('a session that takes over is not told half a sentence that it will hear as a whole', () => {
  expect(told(after(...TURN))).toEqual([])
  expect(told(after(...TURN, { type: 'model-interrupted', cause: 'close-1006' }))).toEqual([])
})

it('a turn that was heard again is in the conversation once', () => {
  const state = after(
    ...TURN,
    { type: 'model-interrupted', cause: 'close-1006' },
    { type: 'model-ready' },
    { type: 'caller-started-speaking', itemId: 'item_2' },
    { type: 'caller-turn-ended', itemId: 'item_2' },
    { type: 'caller-words', itemId: 'item_2', text: 'Do you have a table?', final: true },
  )
  expect(told(state)).toEqual([
    { itemId: 'item_2', speaker: 'caller', text: 'Do you have a table?' },
  ])
})
