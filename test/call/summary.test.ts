import { describe, expect, it } from 'vitest'
import type { CallRules } from '../../src/call/rules.ts'
import { response, runCall } from './call-runner.ts'

const SUMMARISED: Partial<CallRules> = { isSummarised: true }
const spoke = [
  { type: 'caller-turn-ended', itemId: 'item_1' },
  { type: 'caller-words', itemId: 'item_1', text: 'A table for two.', final: true },
] as const
const hangUp = { type: 'caller-hung-up' } as const
const kept = { type: 'end-call', reason: 'caller-hung-up', isModelKept: true }
const ended = { type: 'end-call', reason: 'caller-hung-up', isModelKept: false }
const answer = response('r1')

describe('a call that ends', () => {
  it('is summed up before the model is let go, where the file asks for that', () => {
    expect(runCall(SUMMARISED, ...spoke, hangUp).done)
      .toEqual([{ type: 'sum-up', hasSession: true }, kept])
  })

  it('is not where the file does not', () => {
    expect(runCall({}, ...spoke, hangUp).done).toEqual([ended])
  })

  it('is not when no caller has said anything', () => {
    expect(runCall(SUMMARISED, hangUp).done).toEqual([ended])
  })

  it('is not when it goes on in another process', () => {
    const { done } = runCall(SUMMARISED, ...spoke, { type: 'hand-over', isForced: true })
    expect(done).toEqual([{ type: 'end-call', reason: 'handed-over', isModelKept: false }])
  })

  it('has no summary when the session was lost, and none is opened for it', () => {
    const { done } = runCall(
      SUMMARISED,
      ...spoke,
      { type: 'model-interrupted', cause: 'lost' },
      hangUp,
    )
    expect(done).toEqual([{ type: 'sum-up', hasSession: false }, ended])
  })

  it('tells the model first what of its last words was heard, and stops it', () => {
    const { done } = runCall(
      SUMMARISED,
      ...spoke,
      answer.started,
      answer.says('Of course.'),
      { ...answer.sends(2_000), atMs: 1_000 },
      { ...hangUp, atMs: 1_500 },
    )
    expect(done).toEqual([
      { type: 'cancel-response', responseId: 'r1' },
      { type: 'truncate-item', itemId: 'item_r1', contentIndex: 0, audioEndMs: expect.any(Number) },
      { type: 'sum-up', hasSession: true },
      kept,
    ])
  })
})
