import { describe, expect, test } from 'vitest'
import { conversationOf } from '../../src/call/conversation.ts'
import type { Happening } from '../../src/call/events.ts'
import { asHeard } from '../../src/call/heard.ts'
import { type CallState, startCall } from '../../src/call/state.ts'
import { step } from '../../src/call/step.ts'
import { response, runCall } from './call-runner.ts'
import { RULES } from './rules.ts'

const WORDS = 'one two three four five six seven eight nine ten'
const PART = { responseId: 'r', itemId: 'i', contentIndex: 0 }

/** What an agent says that takes ten seconds to be heard, all of it generated at once at `atMs`. */
const spoken = (atMs: number): readonly (Happening & { atMs: number })[] => [
  { type: 'agent-response-started', responseId: 'r', atMs },
  { type: 'agent-item-added', itemId: 'i', atMs },
  { ...PART, type: 'agent-words', text: WORDS, final: true, atMs },
]
const sent = (atMs: number): Happening & { atMs: number } => ({
  ...PART,
  type: 'agent-audio-sent',
  sentMs: 10_000,
  modelMs: 10_000,
  atMs,
})

const textAt = (happenings: readonly (Happening & { atMs: number })[], atMs: number) => {
  const state = happenings.reduce<CallState>(
    (before, happening) => step(before, happening)[0],
    startCall(RULES, 0),
  )
  if (state.phase === 'ended') throw new Error('it has ended')
  return asHeard(state, atMs).map(({ text }) => text)
}

describe('what the caller has heard', () => {
  const talking = [
    { type: 'model-ready', atMs: 10 },
    { type: 'caller-connected', atMs: 20 },
  ] as const

  test('is as much of the words as of the sound, by now', () => {
    const answer = [...talking, ...spoken(100), sent(100)]
    expect(textAt(answer, 5_100)).toEqual(['one two three four five'])
    expect(textAt(answer, 100)).toEqual([''])
    expect(textAt(answer, 60_000)).toEqual([WORDS])
  })

  test('is nothing of words without a sound while the caller waits', () => {
    const waits = [
      ...talking,
      { type: 'caller-started-speaking', itemId: 'c', atMs: 1_000 },
      { type: 'caller-stopped-speaking', itemId: 'c', atMs: 2_000 },
    ] as const
    expect(textAt([...waits, ...spoken(2_100)], 2_200)).toEqual([''])
  })

  test('is nothing of what the agent says while the phone rings', () => {
    expect(textAt([{ type: 'model-ready', atMs: 10 }, ...spoken(100)], 9_000)).toEqual([''])
  })

  test('is what was heard before, of a call whose stream has broken', () => {
    const broken = [...talking, ...spoken(100), sent(100), {
      type: 'stream-lost',
      atMs: 5_100,
    }] as const
    expect(textAt(broken, 9_000)).toEqual(['one two three four five'])
  })

  test('is nothing of words without a sound, which the next session is not told when theirs breaks', () => {
    const r = response('r1')
    const { state, reports } = runCall(
      {},
      { type: 'caller-words', itemId: 'u', text: 'Is Tuesday free?', final: true },
      { type: 'caller-stopped-speaking', itemId: 'u', atMs: 100 },
      r.started,
      r.says('Of course.'),
      { type: 'model-interrupted', cause: 'close-1006' },
    )
    expect(state.phase === 'talking' && conversationOf(state.transcript, state.unwritten))
      .toEqual([{ itemId: 'u', speaker: 'caller', text: 'Is Tuesday free?' }])
    expect(reports.findLast(({ type }) => type === 'line'))
      .toMatchObject({ line: { itemId: 'item_r1', text: '', final: true } })
  })
})
